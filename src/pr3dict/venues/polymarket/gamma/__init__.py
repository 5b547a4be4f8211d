"""The catalogue (Gamma) as the venue serves it: requests and rows."""
