"""`python -m buckler`: the `buckler` command, of the Python that runs it."""

from buckler.cli import main

if __name__ == "__main__":
    main()
