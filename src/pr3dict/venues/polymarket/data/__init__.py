"""The Data API: who traded, holds, earned and lost; requests and rows."""
