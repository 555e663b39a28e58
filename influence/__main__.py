"""`python -m influence` is the command `influence`."""

from influence.cli import main

if __name__ == "__main__":
    main()
