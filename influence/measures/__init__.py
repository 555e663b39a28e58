"""Measures: one file a family; each function takes a network or responses and returns findings."""
