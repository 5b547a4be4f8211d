"""The names that users import: thin, documented, typed."""
