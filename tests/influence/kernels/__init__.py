"""Claims about `influence.kernels`."""
