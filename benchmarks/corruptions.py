"""Accuracy and false rejection rate by corruption and severity: `make corruptions`.

What `evaluate_corruptions` measures on test digits, on validation digits: to choose by.
"""

import argparse
import datetime
from concurrent.futures import ProcessPoolExecutor

from benchmarks.machine import report
from digits.data.splits import load_split
from digits.evaluation.corruptions import SEVERITIES
from digits.reading.classifier import Classifier
from stages.draw import corrupt_in_every_way
from stages.evaluate_corruptions import measure


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--digits", type=int, default=500, help="for each (default 500)")
    count = parser.parse_args().digits
    with ProcessPoolExecutor() as pool:
        drawn = corrupt_in_every_way(pool, load_split("val"), count)
    table: dict[str, list[str]] = {}
    for row in measure(Classifier.load(), drawn):
        cell = f"{row['accuracy']:6.1%} ({row['frr']:5.1%})"
        table.setdefault(row["corruption"], []).append(cell)
    lines = [
        f"| {'corruption':10} |" + "".join(f" {severity:>14} |" for severity in SEVERITIES),
        f"| :{'-' * 9} |" + "".join(" -------------: |" for _ in SEVERITIES),
    ]
    for corruption, cells in table.items():
        lines.append(f"| {corruption:10} |" + "".join(f" {cell} |" for cell in cells))
    title = f"Accuracy (and false rejection rate) of {count} validation digits by corruption"
    report("corruptions", title, "\n".join(lines), datetime.date.today())


if __name__ == "__main__":
    main()
