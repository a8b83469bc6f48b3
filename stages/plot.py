"""Draw the pictures of data, training and results from what the other stages wrote.

data/, models/digits.tflite, plots/*.csv → plots/*.png: `python -m stages.plot`
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from tqdm import tqdm

from digits.data.splits import load_dataset, load_split
from digits.figures import data, history, numbers, results, robustness
from digits.pipeline.stage import read_csv, replacing, run_stage
from digits.reading.artefact import unpack

PLOTS_DIR = Path("plots")
AUGMENTED = Path("data/augmented.npy")
MODEL = Path("models/digits.tflite")
PREDICTIONS = PLOTS_DIR / "predictions.csv"
OOD_SCORES = PLOTS_DIR / "ood_scores.csv"
CORRUPTIONS = PLOTS_DIR / "corruptions.csv"
NUMBERS = PLOTS_DIR / "numbers.csv"
HISTORY = PLOTS_DIR / "history.csv"


def read_scores(path: Path) -> dict[str, NDArray[np.float64]]:
    """Read the OOD scores of each kind, in the file's order: kind → scores (n,)."""
    scores: dict[str, list[float]] = {}
    for row in read_csv(path):
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
    records = [{name: float(x) for name, x in row.items()} for row in read_csv(HISTORY)]
    rows = np.genfromtxt(PREDICTIONS, delimiter=",", names=True)
    threshold = unpack(MODEL.read_bytes()).description["ood_threshold"]
    y_pred, confidence = rows["predicted"].astype(np.uint8), rows["confidence"]
    drawings: dict[str, Callable[[], Figure]] = {
        "samples": lambda: data.plot_samples(train.images, train.labels, dataset),
        "classes": lambda: data.plot_classes(
            {"train": train.labels, "val": val.labels, "test": test.labels}, dataset
        ),
        "augmented": lambda: data.plot_augmented(np.load(AUGMENTED), dataset),
        "training_history": lambda: history.plot_history(records, dataset),
        "confusion_matrix": lambda: results.plot_confusion(test.labels, y_pred, dataset),
        "misclassified": lambda: results.plot_mistakes(
            test.images, test.labels, y_pred, confidence, dataset
        ),
        "ood_scores": lambda: robustness.plot_ood_scores(
            read_scores(OOD_SCORES), threshold, dataset
        ),
        "corruptions": lambda: robustness.plot_corruptions(read_csv(CORRUPTIONS), dataset),
        "numbers": lambda: numbers.plot_numbers(read_csv(NUMBERS), dataset),
        "reliability": lambda: results.plot_reliability(
            confidence, rows["uncalibrated"], y_pred == test.labels, dataset
        ),
    }
    for name, draw in tqdm(drawings.items(), desc="plots", unit="plot"):
        save(draw(), name)


if __name__ == "__main__":
    run_stage(main)
