"""How many processors this process may use, which may be fewer than the machine has."""

import math
import os
from collections.abc import Iterator
from pathlib import Path

_MOST = 61  # Windows can't wait for more processes at once
_GROUPS = Path("/proc/self/cgroup")
_ROOT = Path("/sys/fs/cgroup")


def count_processors() -> int:
    """Return how many processors this process may use: by its affinity and, on Linux, by the limit
    of the container that it runs in; at most as many as a pool of processes may have anywhere."""
    try:
        mine = len(os.sched_getaffinity(0))
    except AttributeError:  # neither macOS nor Windows lets a process ask
        mine = os.cpu_count() or 1
    return max(1, math.ceil(min([mine, _MOST, *_limits()])))


def _limits() -> Iterator[float]:
    """Yield the limits of the control groups around this process, version 1 and 2 (cgroups(7))."""
    try:
        lines = _GROUPS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        # A container may be shown its path outside: what it can see of it is the root.
        root = _ROOT / "cpu" if controllers else _ROOT
        names = Path(path).parts[1:]
        for length in range(len(names) + 1):
            yield _limit(root.joinpath(*names[:length]))


def _limit(group: Path) -> float:
    """Return how many processors' time a control group may use, infinity where none is set."""
    try:
        if (file := group / "cpu.max").is_file():
            quota, period = file.read_text(encoding="utf-8").split()
        else:
            quota = (group / "cpu.cfs_quota_us").read_text(encoding="utf-8")
            period = (group / "cpu.cfs_period_us").read_text(encoding="utf-8")
        return int(quota) / int(period) if int(quota) > 0 else math.inf
    except (OSError, ValueError):  # there is no such file, or it says "max"
        return math.inf
