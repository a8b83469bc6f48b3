"""Numbers and single digits on pages, by kind and by whose digits they are: `make numbers`.

What `evaluate_numbers` measures on test digits, on validation digits, to choose by, and on those of
`benchmarks.hands`.
"""

import argparse
import datetime
from collections.abc import Collection
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from statistics import mean
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.bench import aligned
from benchmarks.hands import Hands, load_hands
from benchmarks.machine import report
from digits.data.splits import Split, load_split
from digits.evaluation.empty_pages import EMPTY
from digits.evaluation.number_pages import NUMBERS
from digits.evaluation.single_pages import SINGLES
from digits.reading.reader import prepare
from stages.evaluate_numbers import KINDS, read, to_row

NOTE = """\
Percent of numbers, or of digits that are alone, that are read rightly; in brackets, percent of the
pages on which something false is read. Pages without digits are the same whatever digits there are.
"""
# In pixels of the digits, which are small.
MARGIN = 3
Rows = dict[str, dict[str, Any]]


def to_split(hands: Hands) -> Split:
    """Bring digits to MNIST's size and place, as pictures are read, but with a margin: of one that
    fills its picture, the paper looks like ink. What is paper is told by all of them together."""
    is_dark = np.mean([image[[0, -1]].mean() > image.mean() for image in hands.images]) > 0.5
    pad = partial(np.pad, pad_width=MARGIN, constant_values=255 if is_dark else 0)
    digits = [reading.digit for reading in prepare([pad(image) for image in hands.images])]
    return Split(np.stack([digit for digit in digits if digit is not None]), hands.labels)


def mean_cell(rows: Rows, kinds: Collection[str]) -> str:
    """Return the mean over kinds of pages, as a cell of the table."""
    some = [rows[kind] for kind in kinds if kind in rows]
    if not some:
        return ""
    false = f"({100 * mean(row['false'] for row in some):.1f})"
    right = [row["accuracy"] for row in some if row["accuracy"] != ""]
    return f"{100 * mean(right):.1f} {false}" if right else false


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=100, help="of each kind (default 100)")
    parser.add_argument("--seed", type=int, default=1, help="of the pages (default 1)")
    options = parser.parse_args()
    splits = {"validation": load_split("val")}
    splits |= {name: to_split(hands) for name, hands in load_hands().items()}
    found: dict[str, Rows] = {name: {} for name in splits}
    with ProcessPoolExecutor() as pool:
        for kind, name in tqdm(list(product(KINDS, splits)), "pages", unit="kind"):
            if kind not in EMPTY or name == "validation":
                one = partial(read, splits[name], options.seed, kind)
                found[name][kind] = to_row(kind, pool.map(one, range(options.pages), chunksize=8))
    lines = ["| pages |" + "".join(f" {name} |" for name in splits)]
    lines.append("| :-- |" + " --: |" * len(splits))
    groups: dict[str, Collection[str]] = {kind: (kind,) for kind in KINDS}
    means = ("numbers", NUMBERS), ("single digits", SINGLES), ("without digits", EMPTY)
    groups |= {f"mean of {name}": tuple(kinds) for name, kinds in means}
    for label, kinds in groups.items():
        cells = [mean_cell(found[name], kinds) for name in splits]
        lines.append(f"| {label} |" + "".join(f" {cell} |" for cell in cells))
    title = f"Numbers and single digits on {options.pages} pages a kind (seed {options.seed})"
    report("numbers", title, "\n".join([NOTE, *aligned(lines)]), datetime.date.today())


if __name__ == "__main__":
    main()
