"""Read pictures with one engine, in its own environment.

`python -m benchmarks.answers NAME FOLDER EVERY` reads the pictures that FOLDER/list.tsv names, of
each kind every so-manieth, on one core, and prints JSON: a line a picture, and one in the end about
the engine. It needs Python and the engine, no more.
"""

import csv
import importlib.metadata
import json
import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from benchmarks.engines import DIGITS, ENGINES


def only_digits(lines: Iterable[str]) -> list[str]:
    """Return the digits of each line; lines without any are left out."""
    kept = ("".join(sign for sign in line if sign in DIGITS) for line in lines)
    return [line for line in kept if line]


def read_list(folder: Path, every: int = 1) -> list[dict[str, str]]:
    """Return file, label and kind of every so-manieth picture of each kind in a folder's list."""
    kinds: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (folder / "list.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            kinds[row["kind"]].append(row)
    return [row for rows in kinds.values() for row in rows[::every]]


def peak_mebibytes() -> float:
    """Return the most memory that this process has held."""
    # What `resource` says counts what the parent held when it started this process.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    name, folder, every = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    os.sched_setaffinity(0, {random.choice(sorted(os.sched_getaffinity(0)))})
    read = ENGINES[name].load()
    for row in read_list(folder, every):
        start = time.process_time()
        texts = only_digits(read(str(folder / row["file"])))
        seconds = time.process_time() - start
        print(json.dumps({"file": row["file"], "texts": texts, "seconds": seconds}), flush=True)
    package = ENGINES[name].packages[0].partition("==")[0].replace(".", "digits")
    version = importlib.metadata.version(package)
    print(json.dumps({"version": version, "mebibytes": peak_mebibytes()}))


if __name__ == "__main__":
    main()
