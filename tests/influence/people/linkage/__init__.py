"""Claims about `influence.people.linkage`."""
