"""Everything that was brought in, kept once. May use contract, text, kernels and times."""
