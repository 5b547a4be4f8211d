"""One program for each client: it subscribes, looks ten times a second, and tells on stdout.

They run in the clients' own environment, so they import the standard library, their client and
`telling`, and nothing of ours (but `ours`, which is alike).
"""
