"""The command line: thin verbs over the rooms below. Each verb's imports wait until it is called."""
