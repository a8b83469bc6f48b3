"""`python -m digits` is the command line."""

from digits.commands.cli import main

if __name__ == "__main__":
    main()
