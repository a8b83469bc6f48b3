"""A copy of the project with a Git history of its own."""

import json
import os
import shutil
import subprocess
from pathlib import Path


class Clone:
    """Where commands of Git and DVC run, with no mirror of MNIST but those of params.yaml."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = dict(os.environ)
        self.environment.pop("DIGITS_MNIST_MIRROR", None)

    def copy_project(self) -> None:
        """Commit the working tree as it is, without what Git ignores."""
        names = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard"], text=True)
        for name in filter(lambda name: Path(name).is_file(), names.splitlines()):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, self.folder / name)
        self.git("init", "-q")
        self.commit("clone")

    def copy(self, folder: Path) -> "Clone":
        """Copy everything: Git's history, DVC's cache, the files."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Clone(folder)

    def clone(self, folder: Path) -> "Clone":
        """Clone with Git, as a colleague would; the environment is the same."""
        self.git("clone", "-q", str(self.folder), str(folder))
        clone = Clone(folder)
        clone.environment = self.environment
        return clone

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", message)

    def git(self, *words: str) -> str:
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
        return self.call("git", *identity, *words).stdout

    def dvc(self, *words: str, status: int = 0) -> str:
        result = self.call("dvc", *words, check=False)
        assert result.returncode == status, result.stdout + result.stderr
        return result.stdout + result.stderr

    def read(self, name: str) -> dict:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    def call(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=check,
        )
