"""Measures: one file a family. A measure is a function of an `Ego` that returns findings by name."""
