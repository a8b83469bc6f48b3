"""Measure how well out-of-distribution (OOD) samples are told from digits.

models/digits.tflite, data/processed/test.npz, data/drawn/ood.npz → metrics/ood.json, plots/ood.csv
(by kind) and plots/ood_scores.csv (every score): `python -m stages.evaluate_ood`
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from digits.data.splits import load_split
from digits.evaluation.ood_samples import ALL, LOOK_ALIKE_KIND
from digits.pipeline.stage import run_stage, write_csv, write_json
from digits.reading.classifier import Classifier
from digits.reading.location import MODEL
from digits.reading.reader import Reading, classify, to_readings

SAMPLES = Path("data/drawn/ood.npz")
METRICS = Path("metrics/ood.json")
TABLE = Path("plots/ood.csv")
SCORES = Path("plots/ood_scores.csv")
DECIMALS = 4
# Of what has no score, being blank or several components: above every other.
NO_SCORE = 1e6


def measure(digits: NDArray[np.floating], readings: Sequence[Reading]) -> dict[str, float]:
    """Return how the OOD scores of digits (n,) and the readings of OOD samples differ.

    `auroc`: the probability that a sample has the higher score. `far`, the false acceptance rate:
    the share of the samples that is read as a digit all the same; `far_at_frr_1_percent`: what it
    would be at a false rejection rate of 1 % of these digits.
    """
    samples = scores_of(readings)
    are_ood = np.repeat([0, 1], [len(digits), len(samples)])
    figures = {
        "far": np.mean([reading.prediction is not None for reading in readings]),
        "far_at_frr_1_percent": np.mean(samples <= np.quantile(digits, 0.99)),
        "auroc": roc_auc_score(are_ood, np.append(digits, samples)),
    }
    return {name: round(float(value), DECIMALS) for name, value in figures.items()}


def scores_of(readings: Sequence[Reading]) -> NDArray[np.float64]:
    """Return the OOD score of each reading (n,)."""
    scores = [reading.ood_score for reading in readings]
    return np.array([NO_SCORE if score is None else score for score in scores])


def write_scores(path: Path, groups: Mapping[str, NDArray[np.floating]]) -> None:
    """Write a row for each digit or sample: which kind it is of, and its score if it has one."""
    rows = [
        {"kind": kind, "score": f"{score:.3f}"}
        for kind, scores in groups.items()
        for score in scores
        if score < NO_SCORE
    ]
    write_csv(path, rows)


def main() -> None:
    """Run the stage."""
    classifier = Classifier.load(MODEL)
    test = load_split("test").images
    answers = classify(classifier, to_readings(test, np.ones(len(test), int)))
    digits = scores_of(answers)
    with np.load(SAMPLES) as samples:
        prepared = to_readings(samples["images"], samples["components"])
        kinds = samples["kind"].tolist()
    readings: dict[str, list[Reading]] = {}
    for kind, reading in zip(kinds, classify(classifier, prepared), strict=True):
        readings.setdefault(kind, []).append(reading)
    groups = {ALL: [r for kind in readings if kind != LOOK_ALIKE_KIND for r in readings[kind]]}
    table = {kind: measure(digits, found) for kind, found in (groups | readings).items()}
    frr = round(float(np.mean([answer.prediction is None for answer in answers])), DECIMALS)
    write_json(METRICS, {"far": table[ALL]["far"], "frr": frr})
    write_csv(TABLE, [{"kind": kind, **figures} for kind, figures in table.items()])
    write_scores(SCORES, {"digits": digits} | {k: scores_of(r) for k, r in readings.items()})
    print(
        f"false rejection rate {frr:.2%} of test digits, "
        f"false acceptance rate {table[ALL]['far']:.1%} of OOD samples"
    )


if __name__ == "__main__":
    run_stage(main)
