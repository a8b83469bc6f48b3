"""Score the model before, which is the one in Git's last commit, and this one on own test digits.

models/digits.tflite, data/processed/{own_test.npz,dataset.json}, metrics/test.json →
metrics/own_before.json, metrics/own.json and plots/own.csv, with the data set's accuracy beside:
`python -m stages.evaluate_own`
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digits.data.own import load_own
from digits.data.splits import Split, load_dataset
from digits.pipeline.committed import read_committed
from digits.pipeline.stage import run_stage, write_csv, write_json
from digits.reading.artefact import ModelError
from digits.reading.classifier import Classifier
from digits.reading.location import MODEL
from digits.reading.reader import classify, to_readings

BEFORE = Path("metrics/own_before.json")
AFTER = Path("metrics/own.json")
FIGURES = Path("metrics/test.json")
TABLE = Path("plots/own.csv")

Right = NDArray[np.bool_]
Row = dict[str, Any]


def load_before() -> Classifier | None:
    """Return the model in Git's last commit; None, and says why, where there is none to be used."""
    content = read_committed(MODEL)
    try:
        if content is not None:
            return Classifier(content)
        print(f"Git's last commit has no {MODEL}: there is nothing to compare with")
    except ModelError as error:
        print(f"{MODEL} in Git's last commit is of another version ({error}): nothing to compare")
    return None


def read_right(classifier: Classifier, digits: Split) -> tuple[Right, Right]:
    """Say of each digit whether the best guess is right, and whether it is answered."""
    readings = classify(classifier, to_readings(digits.images, np.ones(len(digits.images), int)))
    guesses = np.array([reading.best_guess for reading in readings])
    return guesses == digits.labels, np.array([r.prediction is not None for r in readings])


def score(right: Right, accepted: Right) -> dict[str, float]:
    """Return accuracy and false rejection rate."""
    return {
        "accuracy": round(float(right.mean()), 4),
        "frr": round(float(1 - accepted.mean()), 4),
    }


def to_rows(labels: NDArray[np.uint8], before: Right | None, after: Right) -> list[Row]:
    """Return a row for each digit and one for all: how many, and accuracy before and after."""
    kinds = {str(digit): labels == digit for digit in range(10)} | {"all": labels < 10}
    return [
        {
            "digits": kind,
            "pictures": int(of_kind.sum()),
            "before": _accuracy(before, of_kind),
            "after": _accuracy(after, of_kind),
        }
        for kind, of_kind in kinds.items()
    ]


def _accuracy(right: Right | None, of_kind: Right) -> float | None:
    return None if right is None or not of_kind.any() else round(float(right[of_kind].mean()), 4)


def dataset_row() -> Row:
    """Return the accuracy on the data set's own test digits, before and after."""
    committed, dataset = read_committed(FIGURES), load_dataset()
    return {
        "digits": dataset["name"],
        "pictures": dataset["splits"]["test"],
        "before": json.loads(committed)["accuracy"] if committed else None,
        "after": json.loads(FIGURES.read_text(encoding="utf-8"))["accuracy"],
    }


def main() -> None:
    """Run the stage."""
    own = load_own("test")
    right: dict[Path, Right] = {}
    models = {BEFORE: load_before(), AFTER: Classifier.load(MODEL)} if len(own.labels) else {}
    for path in (BEFORE, AFTER):
        classifier = models.get(path)
        figures = {}
        if classifier is not None:
            right[path], accepted = read_right(classifier, own)
            figures = score(right[path], accepted)
        write_json(path, figures)
    nothing = np.zeros(0, np.bool_)
    rows = to_rows(own.labels, right.get(BEFORE), right.get(AFTER, nothing))
    # Without own digits nothing depends on the last commit: the same data give the same bytes.
    beside = [dataset_row()] if right else []
    write_csv(TABLE, [*rows, *beside])
    for row in [rows[-1], *beside] if right else []:
        print("{pictures:,} test digits, {digits}: {before} before, {after} after".format(**row))


if __name__ == "__main__":
    run_stage(main)
