"""What every stage needs: its section of params.yaml, and files written whole or not at all."""
