"""Claims about `influence.campaigns`."""
