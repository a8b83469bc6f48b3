"""Score the exported model on every validation and test digit.

models/digits.tflite, data/processed/{val,test}.npz → metrics/ and plots/predictions.csv:
`python -m stages.evaluate`
"""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import classification_report, f1_score, log_loss

from digits.calibration import expected_calibration_error
from digits.classifier import Classifier
from digits.splits import load_split
from digits.stage import replacing, run_stage, write_json

KERAS_PREDICTIONS = Path("models/keras_predictions.npy")
METRICS_DIR = Path("metrics")
PREDICTIONS = Path("plots/predictions.csv")
DECIMALS = 6


def score(labels: NDArray[np.uint8], y_prob: NDArray[np.float32]) -> dict[str, float]:
    """Return the figures of merit of float array `y_prob` (n, 10) for labels (n,), rounded."""
    y_pred = y_prob.argmax(axis=1)
    correct = y_pred == labels
    interval = binomtest(int(correct.sum()), len(labels)).proportion_ci(method="wilson")
    figures = {
        "accuracy": correct.mean(),
        "accuracy_low": interval.low,
        "accuracy_high": interval.high,
        "loss": log_loss(labels, y_prob, labels=range(10)),
        "macro_f1": f1_score(labels, y_pred, average="macro"),
        "expected_calibration_error": expected_calibration_error(y_prob.max(axis=1), correct),
    }
    return {name: round(float(value), DECIMALS) for name, value in figures.items()}


def uncalibrated(y_prob: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    """Return the probabilities (n, 10) as they were before the temperature divided their logits."""
    powers = y_prob.astype(np.float64) ** temperature
    before: NDArray[np.float32] = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return before


def write_predictions(
    path: Path,
    labels: NDArray[np.uint8],
    y_prob: NDArray[np.float32],
    before: NDArray[np.float32],
) -> None:
    """Write one row a digit: what it shows, what was predicted, and how confidently, after and
    before calibration."""
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["actual", "predicted", "confidence", "uncalibrated"])
        for label, row, row_before in zip(labels, y_prob, before, strict=True):
            writer.writerow([label, row.argmax(), f"{row.max():.4f}", f"{row_before.max():.4f}"])


def report(labels: NDArray[np.uint8], y_pred: NDArray[np.int64]) -> tuple[dict[str, Any], str]:
    """Return precision, recall, F1 and support of each class, as a table and as text."""
    table = classification_report(labels, y_pred, output_dict=True, zero_division=0)
    rounded = json.loads(
        json.dumps(table), parse_float=lambda digits: round(float(digits), DECIMALS)
    )
    return rounded, classification_report(labels, y_pred, digits=4, zero_division=0)


def main() -> None:
    """Run the stage."""
    classifier = Classifier.load()
    dataset = {"dataset": classifier.description["dataset"]}
    val, test = load_split("val"), load_split("test")
    write_json(
        METRICS_DIR / "validation.json",
        dataset | score(val.labels, classifier.predict_proba(val.images)),
    )

    y_prob = classifier.predict_proba(test.images)
    y_pred = y_prob.argmax(axis=1)
    agreement = {
        "agreement_with_keras": round(
            float((y_pred == np.load(KERAS_PREDICTIONS)).mean()), DECIMALS
        )
    }
    figures = score(test.labels, y_prob)
    before = uncalibrated(y_prob, classifier.description["temperature"])
    figures_before = {
        f"uncalibrated_{name}": value
        for name, value in score(test.labels, before).items()
        if name in ("loss", "expected_calibration_error")
    }
    write_json(METRICS_DIR / "test.json", dataset | figures | figures_before | agreement)
    table, text = report(test.labels, y_pred)
    write_json(METRICS_DIR / "classification_report.json", table)
    with replacing(METRICS_DIR / "classification_report.txt") as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    write_predictions(PREDICTIONS, test.labels, y_prob, before)
    print(
        f"{dataset['dataset']}, {len(test.labels):,} test digits: "
        f"accuracy {figures['accuracy']:.2%}, "
        f"95 % interval {figures['accuracy_low']:.2%} to {figures['accuracy_high']:.2%}"
    )


if __name__ == "__main__":
    run_stage(main)
