"""Claims about `influence.advice`."""
