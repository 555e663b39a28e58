"""Claims about `connectors.agenda`."""
