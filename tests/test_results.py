"""Scores, reports and figures from made-up predictions."""

import csv

import numpy as np
import pytest

from digits import figures
from stages import evaluate, plot

LABELS = np.arange(20, dtype=np.uint8) % 10


@pytest.fixture
def y_prob():
    """Nineteen of twenty right, each at 91 %."""
    y_prob = np.full((20, 10), 0.01, np.float32)
    y_prob[np.arange(20), LABELS] = 0.91
    y_prob[0] = np.roll(y_prob[0], 3)
    return y_prob


def test_the_score_is_what_it_should_be(y_prob):
    figures_of_merit = evaluate.score(LABELS, y_prob)
    assert figures_of_merit["accuracy"] == 0.95
    # Wilson's interval for 19 of 20 (Newcombe 1998, method 3, by the formula).
    assert figures_of_merit["accuracy_low"] == pytest.approx(0.7639, abs=1e-4)
    assert figures_of_merit["accuracy_high"] == pytest.approx(0.9911, abs=1e-4)
    assert figures_of_merit["loss"] == pytest.approx(
        (-19 * np.log(0.91) - np.log(0.01)) / 20, abs=1e-5
    )
    assert figures_of_merit["expected_calibration_error"] == pytest.approx(0.04, abs=1e-5)


def test_the_report_counts_every_class(y_prob):
    table, text = evaluate.report(LABELS, y_prob.argmax(axis=1))
    assert table["0"] == {"precision": 1, "recall": 0.5, "f1-score": 0.666667, "support": 2}
    assert table["3"]["precision"] == 0.666667
    assert "macro avg" in text


def test_predictions_are_written_row_by_row(tmp_path, y_prob):
    evaluate.write_predictions(tmp_path / "predictions.csv", LABELS, y_prob, y_prob**2)
    with (tmp_path / "predictions.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 20
    assert rows[0] == {
        "actual": "0",
        "predicted": "3",
        "confidence": "0.9100",
        "uncalibrated": "0.8281",
    }


def test_the_same_figure_gives_the_same_bytes(tmp_path, monkeypatch, tiny_split, y_prob):
    monkeypatch.setattr(plot, "PLOTS_DIR", tmp_path)
    history = [
        {"epoch": epoch, "loss": 1 / epoch, "accuracy": 0.9, "val_loss": 1 / epoch}
        | {"val_accuracy": 0.8, "learning_rate": 0.01}
        for epoch in (1, 2)
    ]
    y_pred, confidence = y_prob.argmax(axis=1), y_prob.max(axis=1)
    rows = [
        {"situation": "faint", "severity": severity, "accuracy": "0.97", "rejected": "0.01"}
        for severity in ("mild", "severe")
    ]
    images = tiny_split.images[:20]

    def draw():
        return {
            "samples": figures.plot_samples(images, LABELS, "bars"),
            "classes": figures.plot_classes(
                {"train": LABELS, "val": LABELS, "test": LABELS}, "bars"
            ),
            "augmented": figures.plot_augmented(tiny_split.images.reshape(4, 10, 28, 28), "bars"),
            "history": figures.plot_history(history, "bars"),
            "confusion": figures.plot_confusion(LABELS, y_pred, "bars"),
            "mistakes": figures.plot_mistakes(images, LABELS, y_pred, confidence, "bars"),
            "reliability": figures.plot_reliability(
                confidence, confidence**2, y_pred == LABELS, "bars"
            ),
            "rejection": figures.plot_rejection(
                {"digits": confidence, "letters": -confidence}, 0.5, "bars"
            ),
            "robustness": figures.plot_robustness(rows, "bars"),
        }

    written = []
    for _ in range(2):
        for name, figure in draw().items():
            assert "bars" in figure.get_suptitle()
            plot.save(figure, name)
        written.append({path.name: path.read_bytes() for path in tmp_path.glob("*.png")})
    assert len(written[0]) == 9
    assert written[0] == written[1]
