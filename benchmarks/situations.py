"""How many digits are read right, by situation and severity: `make situations`.

Validation digits, drawn as people hand them in (`digits.situations`), go the way of every picture:
`read_image`, `to_mnist`, `Classifier`.
"""

import argparse
import datetime
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import report
from digits.classifier import Classifier
from digits.image import read_image, to_mnist
from digits.scene import draw
from digits.situations import SEVERITIES, SITUATIONS
from digits.splits import Split, load_split


def read_drawn(
    digit: NDArray[np.uint8], number: int, situation: str, severity: str
) -> NDArray[np.uint8]:
    """Draw a digit, uint8 (28, 28), in a situation, and find it again; `number` is the seed."""
    random = np.random.default_rng([number, sorted(SITUATIONS).index(situation)])
    picture = draw(digit, SITUATIONS[situation][severity](random), random)
    return to_mnist(read_image(picture))


def accuracies(classifier: Classifier, split: Split) -> Iterator[tuple[str, list[float]]]:
    """Yield each situation's name and the share that is read right at each severity."""
    with ProcessPoolExecutor() as pool:
        for situation in SITUATIONS:
            shares = []
            for severity in SEVERITIES:
                read = partial(read_drawn, situation=situation, severity=severity)
                found = pool.map(read, split.images, range(len(split.images)), chunksize=50)
                y_pred = classifier.predict_proba(np.stack(list(found))).argmax(axis=1)
                shares.append(float((y_pred == split.labels).mean()))
            yield situation, shares


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--digits", type=int, default=500, help="how many (default 500)")
    count = parser.parse_args().digits
    split = Split(*(array[:count] for array in load_split("val")))
    rows = [
        f"| {'situation':9} |" + "".join(f" {severity:>7} |" for severity in SEVERITIES),
        f"| :{'-' * 8} |" + "".join(" ------: |" for _ in SEVERITIES),
    ]
    for situation, shares in accuracies(Classifier.load(), split):
        rows.append(f"| {situation:9} |" + "".join(f" {share:7.1%} |" for share in shares))
    title = f"Digits read right, of {count} validation digits in each situation"
    report("situations", title, "\n".join(rows), datetime.date.today())


if __name__ == "__main__":
    main()
