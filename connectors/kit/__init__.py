"""What every connector shares: asking, signing in, paging, reading, addresses, times. May use the contract alone."""
