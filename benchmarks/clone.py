"""A copy of the working tree with a small pipeline, for tests and measurements that run DVC."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

SMALL = Path(__file__).with_name("small.yaml")
# Commits and experiments need one.
_IDENTITY = {f"GIT_{role}_NAME": "test" for role in ("AUTHOR", "COMMITTER")} | {
    f"GIT_{role}_EMAIL": "test@example.org" for role in ("AUTHOR", "COMMITTER")
}


class Clone:
    """A copy of the working tree in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        own = {"DIGITS_MNIST_MIRROR", "DIGITS_MODEL"}
        kept = {name: text for name, text in os.environ.items() if name not in own}
        self.environment = kept | _IDENTITY

    @classmethod
    def small(cls, folder: Path) -> "Clone":
        """Copy what Git knows of the working tree, with small.yaml as its params.yaml, and commit.

        `folder`: a path where nothing is yet.
        """
        clone = cls(folder)
        listing = ["git", "ls-files", "-co", "--exclude-standard"]
        names = subprocess.run(listing, check=True, capture_output=True, text=True).stdout
        for name in filter(lambda name: Path(name).is_file(), names.splitlines()):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, folder / name)
        shutil.copy(SMALL, folder / "params.yaml")
        clone.git("init", "-q")
        clone.commit("clone")
        return clone

    def copy(self, folder: Path) -> "Clone":
        """Copy everything, DVC's cache as well, to a path where nothing is yet.

        All but what is of a queue: its workers may still be moving files when it has been stopped.
        """
        working = str(self.folder / ".dvc" / "tmp")
        shutil.copytree(
            self.folder,
            folder,
            symlinks=True,
            ignore=lambda path, _: {"exps"} if path == working else set(),
        )
        return Clone(folder)

    def clone(self, folder: Path) -> "Clone":
        """Clone with Git, as a colleague would; the environment is the same."""
        self.git("clone", "-q", str(self.folder), str(folder))
        clone = Clone(folder)
        clone.environment = self.environment
        return clone

    def git(self, *words: str) -> str:
        """Run Git; return what it prints."""
        return self.start("git", *words).communicate()[0]

    def commit(self, message: str) -> None:
        """Commit everything."""
        self.git("add", "-A")
        self.git("commit", "-qm", message)

    def dvc(self, *words: str, status: int = 0) -> str:
        """Run DVC to its end, which must have the given status; return all that it prints."""
        process = self.start("dvc", *words)
        output = process.communicate()[0]
        assert process.returncode == status, output
        return output

    def kill(self, seconds: float, *command: str) -> str:
        """Start a command, and after so many seconds `kill_all`; return what it printed."""
        process = self.start(*command)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=seconds)[0]
        self.kill_all()
        return process.communicate()[0]

    def kill_all(self) -> None:
        """Kill whatever works in the clone, workers in the background as well, as a power cut would
        (Linux)."""
        for place in Path("/proc").glob("[0-9]*/cwd"):
            with contextlib.suppress(OSError):  # one that has ended, or is somebody else's
                if place.readlink().is_relative_to(self.folder):
                    os.kill(int(place.parent.name), signal.SIGKILL)

    def read(self, name: str) -> Any:
        """Read a JSON file."""
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    def start(self, *command: str, **options: Any) -> subprocess.Popen[str]:
        """Start a command in the clone, with options of Popen; all that it prints is one stream."""
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )
