"""Draw the pictures of data, training and results from what the other stages wrote.

data/, models/{training,digits}.json, plots/*.csv → plots/*.png and plots/history.csv:
`python -m stages.plot`
"""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from tqdm import tqdm

from digits import figures
from digits.splits import load_dataset, load_split
from digits.stage import replacing, run_stage

PLOTS_DIR = Path("plots")
AUGMENTED = Path("data/augmented.npy")
TRAINING = Path("models/training.json")
DESCRIPTION = Path("models/digits.json")
PREDICTIONS = PLOTS_DIR / "predictions.csv"
OUTSIDERS = PLOTS_DIR / "outsiders.csv"
ROBUSTNESS = PLOTS_DIR / "robustness.csv"
HISTORY = PLOTS_DIR / "history.csv"


def write_history(path: Path, history: list[dict[str, float]]) -> None:
    """Write the history for `dvc plots`, a row an epoch."""
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, history[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(history)


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file with a header."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_scores(path: Path) -> dict[str, NDArray[np.float64]]:
    """Read the scores of each kind of thing, in the file's order: kind → scores (n,)."""
    scores: dict[str, list[float]] = {}
    for row in read_rows(path):
        scores.setdefault(row["kind"], []).append(float(row["score"]))
    return {kind: np.array(values) for kind, values in scores.items()}


def save(figure: Figure, name: str) -> None:
    """Write the figure to plots/NAME.png: the same figure gives the same bytes."""
    with replacing(PLOTS_DIR / f"{name}.png") as temporary:
        figure.savefig(temporary, format="png", dpi=120, metadata={"Software": None})


def main() -> None:
    """Run the stage."""
    dataset = load_dataset()["name"]
    train, val, test = (load_split(name) for name in ("train", "val", "test"))
    history = json.loads(TRAINING.read_text(encoding="utf-8"))["history"]
    rows = np.genfromtxt(PREDICTIONS, delimiter=",", names=True)
    threshold = json.loads(DESCRIPTION.read_text(encoding="utf-8"))["digit_threshold"]
    y_pred, confidence = rows["predicted"].astype(np.uint8), rows["confidence"]
    write_history(HISTORY, history)
    drawings: dict[str, Callable[[], Figure]] = {
        "samples": lambda: figures.plot_samples(train.images, train.labels, dataset),
        "classes": lambda: figures.plot_classes(
            {"train": train.labels, "val": val.labels, "test": test.labels}, dataset
        ),
        "augmented": lambda: figures.plot_augmented(np.load(AUGMENTED), dataset),
        "training_history": lambda: figures.plot_history(history, dataset),
        "confusion_matrix": lambda: figures.plot_confusion(test.labels, y_pred, dataset),
        "misclassified": lambda: figures.plot_mistakes(
            test.images, test.labels, y_pred, confidence, dataset
        ),
        "rejection": lambda: figures.plot_rejection(read_scores(OUTSIDERS), threshold, dataset),
        "robustness": lambda: figures.plot_robustness(read_rows(ROBUSTNESS), dataset),
        "reliability": lambda: figures.plot_reliability(
            confidence, rows["uncalibrated"], y_pred == test.labels, dataset
        ),
    }
    for name, draw in tqdm(drawings.items(), desc="plots", unit="plot"):
        save(draw(), name)


if __name__ == "__main__":
    run_stage(main)
