"""Claims about `connectors.tables`."""
