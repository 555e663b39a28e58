"""The house as a whole: its faces, doors, documents, command line, and real data."""
