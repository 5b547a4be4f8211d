"""The user channel, and the account that its updates add up to."""
