"""Find how well what is no digit is told from digits.

models/digits.tflite, data/processed/test.npz, `digits.outsiders` → metrics/rejection.json and
plots/outsiders.csv (every score): `python -m stages.evaluate_rejection`
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from tqdm import tqdm

from digits.classifier import Classifier
from digits.outsiders import SOURCES
from digits.reader import Reading, read_digit
from digits.splits import load_split
from digits.stage import replacing, run_stage, write_json

REJECTION = Path("metrics/rejection.json")
SCORES = Path("plots/outsiders.csv")
LOOK_ALIKES = "look-alikes"
DECIMALS = 6
# Of what has no score, being blank or several things: below every other.
NO_SCORE = -1e6


def measure(digits: NDArray[np.float32], readings: Sequence[Reading]) -> dict[str, float]:
    """Return how the scores of digits (n,) and the readings of things that are none differ.

    `auroc`: the probability that a digit has the higher score. `false_acceptance`: the share of the
    things that is read as a digit all the same; `false_acceptance_at_1_percent`: the share that
    would be, were the threshold such that 1 % of these digits were taken for something else.
    """
    others = scores_of(readings)
    are_digits = np.repeat([1, 0], [len(digits), len(others)])
    accepted = [reading.prediction is not None for reading in readings]
    return {
        "auroc": round(float(roc_auc_score(are_digits, np.append(digits, others))), DECIMALS),
        "false_acceptance": round(float(np.mean(accepted)), DECIMALS),
        "false_acceptance_at_1_percent": round(
            float(np.mean(others >= np.quantile(digits, 0.01))), DECIMALS
        ),
    }


def scores_of(readings: Sequence[Reading]) -> NDArray[np.float64]:
    """Return the score of each reading (n,)."""
    scores = [reading.digit_score for reading in readings]
    return np.array([NO_SCORE if score is None else score for score in scores])


def write_scores(path: Path, groups: Mapping[str, NDArray[np.floating]]) -> None:
    """Write one row a thing: which kind it is of, and its score, where it has one."""
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["kind", "score"])
        for kind, scores in groups.items():
            writer.writerows([kind, f"{score:.3f}"] for score in scores if score > NO_SCORE)


def main() -> None:
    """Run the stage."""
    classifier = Classifier.load()
    _, digits = classifier.predict(load_split("test").images)
    readings = {
        name: [read_digit(classifier, picture) for picture in draw()]
        for name, draw in tqdm(SOURCES.items(), "outsiders", unit="kind")
    }
    others = [reading for name in readings if name != LOOK_ALIKES for reading in readings[name]]
    result = {
        "dataset": classifier.description["dataset"],
        "false_rejection": round(float((digits < classifier.digit_threshold).mean()), DECIMALS),
        "all but look-alikes": measure(digits, others),
    }
    result |= {name: measure(digits, found) for name, found in readings.items()}
    write_json(REJECTION, result)
    write_scores(
        SCORES, {"digits": digits} | {name: scores_of(found) for name, found in readings.items()}
    )
    print(
        f"{result['false_rejection']:.2%} of digits taken for something else; "
        f"{result['all but look-alikes']['false_acceptance']:.1%} of other things for digits"
    )


if __name__ == "__main__":
    run_stage(main)
