"""The Data API of the simulated venue: who traded, holds, earned and lost."""
