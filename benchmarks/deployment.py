"""How much disk and memory the page takes where it is deployed: `make deployment`.

Installs what the Dockerfile installs, without Docker, into a temporary folder.
"""

import datetime
import os
import re
import shutil
import subprocess
import tempfile
import urllib.request
from pathlib import Path

from benchmarks.machine import report
from benchmarks.server import Server


def install(folder: Path) -> Path:
    """Copy what .dockerignore lets through to a folder, and run the Dockerfile's `uv sync` there.

    Returns the folder of the installed programs. Raises CalledProcessError where it fails.
    """
    for line in Path(".dockerignore").read_text(encoding="utf-8").splitlines():
        if line.startswith("!"):
            copy(line[1:], folder)
    # `uv run`, which may have started this, names its own environment.
    environment = {name: text for name, text in os.environ.items() if name != "VIRTUAL_ENV"}
    for command in re.findall(r"^RUN uv (.*)$", Path("Dockerfile").read_text("utf-8"), re.M):
        subprocess.run([find_uv(), *command.split()], cwd=folder, env=environment, check=True)
    return folder / ".venv" / "bin"


def find_uv() -> str:
    """Return the program `uv`, or the one that the Makefile installs where there is none."""
    return shutil.which("uv") or str(Path(".uv/bin/uv").absolute())


def copy(pattern: str, folder: Path) -> None:
    """Copy the files and folders of a pattern to the same place in another folder."""
    for path in Path().glob(pattern):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, target)


def megabytes(folder: Path) -> float:
    """Return the size of all files in a folder and below it."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def main() -> None:
    """Run the benchmark."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        programs = install(folder)
        server = Server(folder, [str(programs / "streamlit"), "run", "app/streamlit_app.py"])
        with urllib.request.urlopen(server.url) as page:
            page.read()
        memory = server.memory()
        server.stop()
        rows = [
            "| | |",
            "| :-- | --: |",
            f"| installed, without Python itself | {megabytes(folder):.0f} MB |",
            f"| the server's memory, before the first visitor | {memory:.0f} MB |",
        ]
    report("deployment", "What a deployed page takes", "\n".join(rows), datetime.date.today())


if __name__ == "__main__":
    main()
