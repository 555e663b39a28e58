"""Claims about `influence.reach`."""
