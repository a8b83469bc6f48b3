"""Read test digits as people hand them in: rotated, faint, in a shadow, on ruled paper.

models/digits.tflite, data/processed/test.npz, `digits.situations` → metrics/robustness.json and
plots/robustness.csv: `python -m stages.evaluate_robustness`
"""

import csv
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field
from tqdm import tqdm

from digits.classifier import Classifier
from digits.params import Section, load_params
from digits.reader import classify
from digits.situations import SEVERITIES, SITUATIONS, read_drawn
from digits.splits import Split, load_split
from digits.stage import replacing, run_stage, write_json

ROBUSTNESS = Path("metrics/robustness.json")
TABLE = Path("plots/robustness.csv")
DECIMALS = 6


class EvaluateRobustnessParams(Section):
    """The section `evaluate_robustness` of params.yaml."""

    digits: Annotated[int, Field(strict=True, ge=1)]


class Row(NamedTuple):
    """What became of digits in one situation, at one severity."""

    situation: str
    severity: str
    accuracy: float
    """The share whose likeliest digit is the right one."""
    rejected: float
    """The share that was taken for no digit, or for several."""


def spread(split: Split, count: int) -> Split:
    """Return `count` digits from all over the split: MNIST's first 5,000 test digits come from
    other writers than the last (LeCun et al., 1998), and are read differently."""
    chosen = np.linspace(0, len(split.labels), min(count, len(split.labels)), False).astype(int)
    return Split(split.images[chosen], split.labels[chosen])


def measure(classifier: Classifier, split: Split) -> Iterator[Row]:
    """Draw the digits in every situation and read them: the way of every picture."""
    with ProcessPoolExecutor() as pool:
        for situation, severity in tqdm(
            [(situation, severity) for situation in SITUATIONS for severity in SEVERITIES],
            "robustness",
            unit="situation",
        ):
            read = partial(read_drawn, situation=situation, severity=severity)
            drawn = pool.map(read, split.images, range(len(split.images)), chunksize=25)
            readings = classify(classifier, list(drawn))
            guesses = np.array([-1 if r.best_guess is None else r.best_guess for r in readings])
            rejected = np.mean([reading.prediction is None for reading in readings])
            accuracy = (guesses == split.labels).mean()
            yield Row(
                situation,
                severity,
                round(float(accuracy), DECIMALS),
                round(float(rejected), DECIMALS),
            )


def main() -> None:
    """Run the stage."""
    params = load_params("evaluate_robustness", EvaluateRobustnessParams)
    classifier = Classifier.load()
    test = spread(load_split("test"), params.digits)
    rows = list(measure(classifier, test))
    result: dict[str, object] = {"dataset": classifier.description["dataset"]}
    for severity in SEVERITIES:
        of_severity = [row for row in rows if row.severity == severity]
        result[severity] = {
            "accuracy": round(float(np.mean([row.accuracy for row in of_severity])), DECIMALS),
            "least": min(row.accuracy for row in of_severity),
            "rejected": round(float(np.mean([row.rejected for row in of_severity])), DECIMALS),
        }
    for situation in SITUATIONS:
        result[situation] = {
            row.severity: row.accuracy for row in rows if row.situation == situation
        }
    write_json(ROBUSTNESS, result)
    with replacing(TABLE) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([Row._fields, *rows])


if __name__ == "__main__":
    run_stage(main)
