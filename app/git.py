"""The Git repository that the app lies in: read, never written."""

import subprocess


def git(*words: str, stdin: str = "") -> bytes | None:
    """Return what a Git command prints; None where there is no Git, no repository or no answer."""
    try:
        result = subprocess.run(  # noqa: S603 - no word of it comes from a visitor
            # Without a lock, the user's own commands never find the index taken.
            ["git", "--no-optional-locks", *words],  # noqa: S607 - wherever the user has it
            capture_output=True,
            input=stdin.encode(),
            timeout=5,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if result.returncode else result.stdout


def git_lines(*words: str, stdin: str = "") -> list[str]:
    """Return what a Git command prints, line by line; nothing where it fails."""
    return (git(*words, stdin=stdin) or b"").decode(errors="replace").splitlines()
