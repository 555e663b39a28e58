"""Where activity comes from: one file a system, one contract for all (`base`)."""
