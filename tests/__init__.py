"""Claims about the house: the tests mirror its wings."""
