"""Claims about `connectors.sites`."""
