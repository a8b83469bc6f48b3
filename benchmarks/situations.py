"""How many digits are read right, by situation and severity: `make situations`.

What `evaluate_robustness` measures on test digits, on validation digits: to choose by.
"""

import argparse
import datetime

from benchmarks.machine import report
from digits.classifier import Classifier
from digits.situations import SEVERITIES
from digits.splits import Split, load_split
from stages.evaluate_robustness import measure


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--digits", type=int, default=500, help="how many (default 500)")
    count = parser.parse_args().digits
    split = Split(*(array[:count] for array in load_split("val")))
    table: dict[str, list[str]] = {}
    for row in measure(Classifier.load(), split):
        table.setdefault(row.situation, []).append(f"{row.accuracy:6.1%} ({row.rejected:5.1%})")
    lines = [
        f"| {'situation':9} |" + "".join(f" {severity:>14} |" for severity in SEVERITIES),
        f"| :{'-' * 8} |" + "".join(" -------------: |" for _ in SEVERITIES),
    ]
    for situation, cells in table.items():
        lines.append(f"| {situation:9} |" + "".join(f" {cell} |" for cell in cells))
    title = f"Digits read right (and rejected), of {count} validation digits in each situation"
    report("situations", title, "\n".join(lines), datetime.date.today())


if __name__ == "__main__":
    main()
