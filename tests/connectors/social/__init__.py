"""Claims about `connectors.social`."""
