"""Claims about `influence.demo`."""
