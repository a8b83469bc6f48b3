"""How long reading takes, and how much memory, beside the usual TensorFlow script: `make bench`.

A cold start is a new process, its files in the disk's cache. Medians of runs in turn.
"""

import argparse
import datetime
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.machine import report
from benchmarks.processes import ENVIRONMENT, alternate

# Pictures with numbers, and in how many milliseconds one core is to read each.
AIMS = {
    "a drawing of one digit": 5,
    "a photo of a number": 20,
    "12 megapixels, 50 digits": 500,
}
# So many of each, since one number takes twice as long as another.
PICTURES = 20
NEEDED = ("models/digits.keras", "models/digits.tflite", "data/processed/val.npz")


def bench_warm(folder: str) -> dict[str, dict[str, float]]:
    """Draw 1,000 pictures of each kind into a folder; return the seconds of each step of each."""
    command = [sys.executable, "-m", "benchmarks.warm", folder]
    result = subprocess.run(command, env=ENVIRONMENT, check=True, stdout=-1, stderr=-3, text=True)
    seconds: dict[str, dict[str, float]] = json.loads(result.stdout)
    return seconds


def bench_cold(picture: str, runs: int) -> list[str]:
    ours, theirs, usage = alternate(
        runs,
        ("-m", "digits", "predict", picture),
        ("-m", "benchmarks.tensorflow_way", picture),
        ("-m", "digits", "--help"),
    )
    return [
        f"| `digits predict` a picture, cold | {ours.seconds:.2f} s | {ours.mebibytes:.0f} MiB |",
        f"| the same with TensorFlow, cold | {theirs.seconds:.2f} s | {theirs.mebibytes:.0f} MiB |",
        f"| TensorFlow / `digits predict` | {theirs.seconds / ours.seconds:.1f} × "
        f"| {theirs.mebibytes / ours.mebibytes:.1f} × |",
        f"| `digits --help` | {usage.seconds:.2f} s | {usage.mebibytes:.0f} MiB |",
    ]


def bench_numbers(count: int) -> list[str]:
    """Return a table of the steps of reading so many pictures: a process for each of AIMS."""
    rows = [
        f"| numbers, warm, processor time, medians of {count} | {' | '.join(AIMS)} |",
        "| :-- |" + " --: |" * len(AIMS),
    ]
    columns = []
    for kind in AIMS:
        command = [sys.executable, "-m", "benchmarks.warm_numbers", kind, str(count)]
        result = subprocess.run(command, check=True, stdout=-1, stderr=-3, text=True)
        columns.append(json.loads(result.stdout))
    counts = {"looks": "", "peak memory": " MiB"}
    for step in columns[0]:
        cells = (
            f"{column[step]:.0f}{counts[step]}"
            if step in counts
            else f"{1000 * column[step]:.1f} ms"
            for column in columns
        )
        rows.append(f"| {step} | {' | '.join(cells)} |")
    aims = (f"{milliseconds} ms" for milliseconds in AIMS.values())
    return [*rows, f"| the aim | {' | '.join(aims)} |"]


def bench_folder(folder: Path, runs: int) -> str:
    (cost,) = alternate(runs, ("-m", "digits", "predict", str(folder)))
    count = len(list(folder.iterdir()))
    return (
        f"| `digits predict` a folder, {count:,} {folder.name}s | {cost.seconds:.2f} s, "
        f"{count / cost.seconds:.0f} a second | {cost.mebibytes:.0f} MiB |"
    )


def aligned(rows: list[str]) -> list[str]:
    """Pad the cells of a Markdown table to the width of their columns."""
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "| " + " | ".join(c.ljust(width) for c, width in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="of each command (default 7)")
    runs = parser.parse_args().runs
    if missing := [path for path in NEEDED if not Path(path).exists()]:
        sys.exit(f"{', '.join(missing)}: not there; `make run` makes what a benchmark needs")
    with tempfile.TemporaryDirectory() as folder:
        warm = bench_warm(folder)
        rows = ["| process | time | peak memory |", "| :-- | :-- | :-- |"]
        rows += bench_cold(f"{folder}/drawing/0000.png", runs)
        rows += [bench_folder(Path(folder, kind), runs) for kind in warm]
    steps = ["| warm, a 280 × 280 picture | " + " | ".join(warm) + " |", "| :-- | --: | --: |"]
    for step in warm["drawing"]:
        times = (f"{seconds[step] * 1000:.2f} ms" for seconds in warm.values())
        steps.append(f"| {step} | " + " | ".join(times) + " |")
    numbers = bench_numbers(PICTURES)
    table = "\n".join([*aligned(rows), "", *aligned(steps), "", *aligned(numbers)])
    title = f"Speed and memory: medians of {runs} runs"
    report("bench", title, table, datetime.date.today())


if __name__ == "__main__":
    main()
