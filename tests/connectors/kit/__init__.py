"""Claims about `connectors.kit`."""
