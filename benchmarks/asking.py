"""Engines in environments of their own: installed from PyPI, then asked without a network."""

import json
import os
import resource
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.deployment import find_uv, megabytes

ANSWERS = ("-m", "benchmarks.answers")
NOWHERE = "http://localhost:9"
OFFLINE = {
    "OMP_NUM_THREADS": "1",
    **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE),
}


class NotToBeHadError(Exception):
    """An engine can't be installed, or can't read; the message says why."""


def run(command: list[str], **variables: str) -> tuple[str, float]:
    """Run a command; return what it prints, and its processor seconds.

    Raises NotToBeHadError with its last line where it fails.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(command, capture_output=True, text=True, env=os.environ | variables)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if result.returncode:
        raise NotToBeHadError((result.stderr.strip().splitlines() or ["it died"])[-1])
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return result.stdout, seconds


@cache
def install(packages: tuple[str, ...], folder: Path) -> tuple[str, float]:
    """Install packages into a new environment; return its Python and its megabytes."""
    place = Path(tempfile.mkdtemp(dir=folder))
    run([find_uv(), "venv", "--python", sys.executable, str(place)])
    # Of this project, as it is now.
    command = [find_uv(), "pip", "install", "--python", str(place), "--refresh-package", "digits"]
    run([*command, *packages])
    return str(place / "bin" / "python"), megabytes(place)


def ask(python: str, name: str, folder: Path, every: int = 1) -> tuple[list[Any], float]:
    """Have an engine read a folder's pictures; return its answers, the last about itself, and the
    processor seconds of all."""
    command = [python, *ANSWERS, name, str(folder), str(every)]
    output, seconds = run(command, **OFFLINE)
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")], seconds
