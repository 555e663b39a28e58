"""What to do next, and whether such advice held before. May use the measures, reach and below."""
