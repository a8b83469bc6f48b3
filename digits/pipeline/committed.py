"""What Git has of a file in the last commit, to compare with."""

import subprocess
from pathlib import Path


def read_committed(path: Path) -> bytes | None:
    """Return the content of a file, by its path from here, in the last commit, or None where Git
    has none."""
    command = ["git", "show", f"HEAD:./{path.as_posix()}"]
    try:
        shown = subprocess.run(command, capture_output=True)  # noqa: S603 - a stage names the path
    except OSError:  # there is no Git
        return None
    return None if shown.returncode else shown.stdout
