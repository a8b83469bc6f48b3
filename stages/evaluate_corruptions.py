"""Read test digits under corruption: rotated, faint, in a shadow, on ruled paper.

models/digits.tflite, data/drawn/test.npz → metrics/{mild,middle,severe}.json and
plots/corruptions.csv: `python -m stages.evaluate_corruptions`
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digits.evaluation.corruptions import CORRUPTIONS, SEVERITIES
from digits.pipeline.stage import run_stage, write_csv, write_json
from digits.reading.classifier import Classifier
from digits.reading.location import MODEL
from digits.reading.reader import classify, to_readings

DRAWN = Path("data/drawn/test.npz")
METRICS_DIR = Path("metrics")
TABLE = Path("plots/corruptions.csv")
DECIMALS = 4


def measure(classifier: Classifier, drawn: Mapping[str, NDArray[Any]]) -> list[dict[str, Any]]:
    """Read what `draw` found in corrupted pictures; return a row for each corruption and severity.

    `accuracy`: of the best guess, whether it is answered or not. `frr`, the false rejection rate:
    the share that is taken for no digit, or for several.
    """
    readings = classify(classifier, to_readings(drawn["images"], drawn["components"]))
    guesses = np.array([-1 if r.best_guess is None else r.best_guess for r in readings])
    rejected = np.array([reading.prediction is None for reading in readings])
    rows = []
    for corruption in CORRUPTIONS:
        for severity in SEVERITIES:
            here = (drawn["corruption"] == corruption) & (drawn["severity"] == severity)
            accuracy = (guesses == drawn["labels"])[here].mean()
            rates = {"accuracy": accuracy, "frr": rejected[here].mean()}
            rounded = {name: round(float(rate), DECIMALS) for name, rate in rates.items()}
            rows.append({"corruption": corruption, "severity": severity} | rounded)
    return rows


def main() -> None:
    """Run the stage."""
    with np.load(DRAWN) as drawn:
        rows = measure(Classifier.load(MODEL), dict(drawn))
    for severity in SEVERITIES:
        accuracies = [row["accuracy"] for row in rows if row["severity"] == severity]
        mean = round(float(np.mean(accuracies)), DECIMALS)
        write_json(METRICS_DIR / f"{severity}.json", {"accuracy": mean, "worst": min(accuracies)})
        print(f"{severity:6} corruption: accuracy {mean:.1%}, at worst {min(accuracies):.1%}")
    write_csv(TABLE, rows)


if __name__ == "__main__":
    run_stage(main)
