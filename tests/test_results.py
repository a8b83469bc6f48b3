"""Scores, reports and figures from made-up predictions."""

import csv

import numpy as np
import pytest

from digits.figures import data, history, results, robustness
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
    scores = evaluate.score(LABELS, y_prob)
    assert scores["accuracy"] == 0.95
    assert scores["loss"] == pytest.approx((-19 * np.log(0.91) - np.log(0.01)) / 20, abs=1e-5)
    assert scores["ece"] == pytest.approx(0.04, abs=1e-4)
    # Wilson's interval for 19 of 20 (Newcombe 1998, method 3, by the formula).
    assert evaluate.interval(LABELS, y_prob) == {"low": 0.7639, "high": 0.9911}


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


@pytest.mark.slow
def test_the_same_figure_gives_the_same_bytes(tmp_path, monkeypatch, tiny_split, y_prob):
    monkeypatch.setattr(plot, "PLOTS_DIR", tmp_path)
    records = [
        {"epoch": epoch, "loss": 1 / epoch, "accuracy": 0.9, "val_loss": 1 / epoch}
        | {"val_accuracy": 0.8, "learning_rate": 0.01}
        for epoch in (1, 2)
    ]
    y_pred, confidence = y_prob.argmax(axis=1), y_prob.max(axis=1)
    rows = [
        {"corruption": "faint", "severity": severity, "accuracy": "0.97", "frr": "0.01"}
        for severity in ("mild", "severe")
    ]
    images = tiny_split.images[:20]

    def draw():
        return {
            "samples": data.plot_samples(images, LABELS, "bars"),
            "classes": data.plot_classes({"train": LABELS, "val": LABELS, "test": LABELS}, "bars"),
            "augmented": data.plot_augmented(tiny_split.images.reshape(4, 10, 28, 28), "bars"),
            "history": history.plot_history(records, "bars"),
            "confusion": results.plot_confusion(LABELS, y_pred, "bars"),
            "mistakes": results.plot_mistakes(images, LABELS, y_pred, confidence, "bars"),
            "reliability": results.plot_reliability(
                confidence, confidence**2, y_pred == LABELS, "bars"
            ),
            "rejection": robustness.plot_ood_scores(
                {"digits": confidence, "letters": -confidence}, 0.5, "bars"
            ),
            "robustness": robustness.plot_corruptions(rows, "bars"),
        }

    written = []
    for _ in range(2):
        for name, figure in draw().items():
            assert "bars" in figure.get_suptitle()
            plot.save(figure, name)
        written.append({path.name: path.read_bytes() for path in tmp_path.glob("*.png")})
    assert len(written[0]) == 9
    assert written[0] == written[1]
