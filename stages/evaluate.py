"""Score the exported model on every validation and test digit.

models/digits.tflite, data/processed/{val,test}.npz → metrics/{val,test}.json, the classification
report beside them, plots/predictions.csv and plots/calibration.csv: `python -m stages.evaluate`
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import classification_report, log_loss

from digits.data.splits import load_split
from digits.evaluation.calibration import expected_calibration_error
from digits.pipeline.stage import replacing, run_stage, write_csv, write_json
from digits.reading.classifier import Classifier
from digits.reading.location import MODEL

METRICS_DIR = Path("metrics")
PREDICTIONS = Path("plots/predictions.csv")
CALIBRATION = Path("plots/calibration.csv")
DECIMALS = 6


def score(labels: NDArray[np.uint8], y_prob: NDArray[np.float32]) -> dict[str, float]:
    """Return accuracy, loss (mean negative log-likelihood, nats) and expected calibration error of
    probabilities (n, 10) for labels (n,)."""
    correct = y_prob.argmax(axis=1) == labels
    return {
        "accuracy": round(float(correct.mean()), 4),
        "loss": round(float(log_loss(labels, y_prob, labels=range(10))), 5),
        "ece": round(expected_calibration_error(y_prob.max(axis=1), correct), 4),
    }


def interval(labels: NDArray[np.uint8], y_prob: NDArray[np.float32]) -> dict[str, float]:
    """Return the ends of the accuracy's 95 % interval (Wilson, 1927)."""
    right = int((y_prob.argmax(axis=1) == labels).sum())
    ends = binomtest(right, len(labels)).proportion_ci(method="wilson")
    return {"low": round(float(ends.low), 4), "high": round(float(ends.high), 4)}


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
    rows = zip(labels, y_prob, before, strict=True)
    write_csv(
        path,
        [
            {
                "actual": label,
                "predicted": after.argmax(),
                "confidence": f"{after.max():.4f}",
                "uncalibrated": f"{uncalibrated.max():.4f}",
            }
            for label, after, uncalibrated in rows
        ],
    )


def report(labels: NDArray[np.uint8], y_pred: NDArray[np.int64]) -> tuple[dict[str, Any], str]:
    """Return precision, recall, F1 and support of each class, as a table and as text."""
    table = classification_report(labels, y_pred, output_dict=True, zero_division=0)
    rounded = json.loads(
        json.dumps(table), parse_float=lambda digits: round(float(digits), DECIMALS)
    )
    return rounded, classification_report(labels, y_pred, digits=4, zero_division=0)


def main() -> None:
    """Run the stage."""
    classifier = Classifier.load(MODEL)
    val, test = load_split("val"), load_split("test")
    write_json(METRICS_DIR / "val.json", score(val.labels, classifier.predict_proba(val.images)))

    y_prob = classifier.predict_proba(test.images)
    figures = score(test.labels, y_prob) | interval(test.labels, y_prob)
    write_json(METRICS_DIR / "test.json", figures)
    table, text = report(test.labels, y_prob.argmax(axis=1))
    # By the model's name whoever shows these figures knows that they are not of another.
    write_json(METRICS_DIR / "classification_report.json", {"model": classifier.version} | table)
    with replacing(METRICS_DIR / "classification_report.txt") as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    temperature = classifier.description["temperature"]
    before = uncalibrated(y_prob, temperature)
    write_predictions(PREDICTIONS, test.labels, y_prob, before)
    rows = [
        {"temperature": 1.0} | score(test.labels, before),
        {"temperature": temperature} | figures,
    ]
    write_csv(CALIBRATION, [{key: row[key] for key in rows[0]} for row in rows])
    print(
        f"{classifier.description['dataset']}, {len(test.labels):,} test digits: "
        f"accuracy {figures['accuracy']:.2%}, "
        f"95 % interval {figures['low']:.2%} to {figures['high']:.2%}"
    )


if __name__ == "__main__":
    run_stage(main)
