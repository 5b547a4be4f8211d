"""What the owner of an API key may ask and do over REST."""
