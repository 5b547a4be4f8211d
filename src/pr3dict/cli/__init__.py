"""The command line: thin verbs over the rooms below, each imported when it is called."""
