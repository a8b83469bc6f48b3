"""A command as a process of its own: how long it takes, and how much memory at most.

Linux counts the memory of the parent as a child's until the child loads its program, so whoever
measures here must be small: no NumPy.
"""

import os
import subprocess
import sys
import time
from statistics import median
from typing import NamedTuple

# Bytecode is written on the first run, as an installed program has it.
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}


class Cost(NamedTuple):
    """What a process took."""

    seconds: float
    mebibytes: float
    """At most at any one time, in the largest of its processes."""


def measure(*arguments: str) -> Cost:
    """Run Python with arguments to its end. Raises CalledProcessError where it fails."""
    start = time.perf_counter()
    command = [sys.executable, *arguments]
    with subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=-3
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(time.perf_counter() - start, usage.ru_maxrss / 1024)


def alternate(runs: int, *commands: tuple[str, ...]) -> list[Cost]:
    """Run commands in turn, once to warm up and then `runs` times; return each one's medians."""
    rounds = [[measure(*command) for command in commands] for _ in range(runs + 1)][1:]
    return [Cost(*map(median, zip(*costs, strict=True))) for costs in zip(*rounds, strict=True)]
