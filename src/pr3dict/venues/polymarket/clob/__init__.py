"""The public REST of the order books beyond the books of the feed: requests and rows."""
