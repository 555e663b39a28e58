"""Us beside our peers, in turn, in one run: `python -m benchmarks.beside --help`."""
