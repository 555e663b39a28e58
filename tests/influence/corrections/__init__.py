"""Claims about `influence.corrections`."""
