"""The Git repository that the app lies in, perhaps somewhere below its top: read, never written."""

import subprocess

from app import project


class GitError(Exception):
    """Git gives no answer; the message is its own."""


def git(*words: str, stdin: str = "") -> bytes:
    """Return what a Git command prints in the project's folder.

    Raises GitError where there is no Git or no repository, where it refuses, or takes too long.
    """
    try:
        result = subprocess.run(  # noqa: S603 - no word of it comes from a visitor
            # Without a lock, the user's own commands never find the index taken.
            ["git", "--no-optional-locks", *words],  # noqa: S607 - wherever the user has it
            cwd=project.ROOT,
            capture_output=True,
            input=stdin.encode(),
            timeout=5,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitError(str(error)) from error
    if result.returncode:
        raise GitError(result.stderr.decode(errors="replace").strip())
    return result.stdout


def git_lines(*words: str, stdin: str = "") -> list[str]:
    """Return what a Git command prints, line by line. Raises GitError as `git` does."""
    return git(*words, stdin=stdin).decode(errors="replace").splitlines()
