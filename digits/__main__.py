"""`python -m digits` is the command line."""

from digits.cli import main

if __name__ == "__main__":
    main()
