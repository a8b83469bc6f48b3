"""The command line: `digits predict` and `digits evaluate`."""
