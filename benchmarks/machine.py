"""What machine a benchmark ran on, and where it leaves its table."""

import datetime
import os
import platform
from pathlib import Path


def describe_machine() -> str:
    """Return the machine's cores, processor and Python in a few words."""
    processor = platform.processor() or platform.machine()
    if (cpuinfo := Path("/proc/cpuinfo")).exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        processor = names[0] if names else processor
    return f"{os.cpu_count()} cores of {processor}, Python {platform.python_version()}"


def report(name: str, title: str, table: str, date: datetime.date) -> None:
    """Print a table, and write it with machine and date to `benchmarks/NAME.md`."""
    text = f"# {title}\n\n{describe_machine()}; {date:%d %B %Y}; `make {name}`.\n\n{table}\n"
    print(text)
    Path(__file__).with_name(f"{name}.md").write_text(text, encoding="utf-8", newline="\n")
