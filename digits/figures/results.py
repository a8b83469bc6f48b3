"""Figures of the predictions for test digits: confusion, mistakes and reliability.

Every function takes what it shows and the name of the data set.
"""

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from digits.evaluation.calibration import BINS, expected_calibration_error, reliability
from digits.figures.common import BLUE, ORANGE, new_figure, show_digit


def plot_confusion(labels: NDArray[np.uint8], y_pred: NDArray[np.uint8], dataset: str) -> Figure:
    """Show the confusion matrix: arrays (n,), actual and predicted."""
    counts = confusion_matrix(labels, y_pred, labels=range(10))
    mistakes = counts - np.diag(np.diag(counts))
    title = f"Confusion matrix: {mistakes.sum()} of {counts.sum():,} test digits misclassified"
    figure = new_figure(7, 6.4, title, dataset)
    axes = figure.subplots()
    # The colour shows the mistakes: on a common scale with the diagonal they would all look alike.
    sns.heatmap(
        mistakes, ax=axes, annot=np.where(counts, counts.astype(str), ""), fmt="", cmap="Blues",
        linewidths=0.5, linecolor="0.9", square=True,
        cbar_kws={"label": "mistakes", "shrink": 0.8, "ticks": MaxNLocator(integer=True)},
    )  # fmt: skip
    axes.set(xlabel="predicted digit", ylabel="actual digit")
    axes.tick_params(axis="y", rotation=0)
    return figure


def plot_mistakes(
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    y_pred: NDArray[np.uint8],
    confidence: NDArray[np.float64],
    dataset: str,
) -> Figure:
    """Show the misclassified digits, the most confident mistakes first; all arrays have n rows."""
    wrong = np.flatnonzero(labels != y_pred)
    shown = wrong[np.argsort(-confidence[wrong], kind="stable")][:40]
    title = f"Misclassified test digits: the {len(shown)} most confident of {len(wrong)}"
    figure = new_figure(9, 7, title, dataset)
    grid = figure.subplots(5, 8)
    for axes in grid.flat:
        axes.axis("off")
    for axes, index in zip(grid.flat, shown, strict=False):
        axes.axis("on")
        text = f"{labels[index]} read as {y_pred[index]}\n{confidence[index]:.0%} sure"
        show_digit(axes, images[index], text)
    return figure


def plot_reliability(
    confidence: NDArray[np.float64],
    before: NDArray[np.float64],
    correct: NDArray[np.bool_],
    dataset: str,
) -> Figure:
    """Show accuracy by confidence, after calibration and `before`, and how many digits have it.

    Arrays (n,).
    """
    bins, bins_before = reliability(confidence, correct), reliability(before, correct)
    error = expected_calibration_error(confidence, correct)
    figure = new_figure(6, 6, f"Reliability: expected calibration error {error:.2%}", dataset)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    edges = np.linspace(0, 1, BINS + 1)
    upper.plot([0, 1], [0, 1], "--", color="gray", label="perfect calibration")
    for shown, style, color, label in (
        (bins_before, "s:", ORANGE, "before calibration"),
        (bins, "o-", BLUE, "this model"),
    ):
        filled = shown.counts > 0
        x, y = shown.confidence[filled], shown.accuracy[filled]
        upper.plot(x, y, style, color=color, label=label)
    upper.set(ylabel="accuracy", ylim=(0, 1.03))
    upper.legend(frameon=False)
    lower.bar(edges[:-1], bins.counts, width=1 / BINS, align="edge", color=BLUE, edgecolor="white")
    lower.set(
        xlabel="confidence of the prediction", ylabel="test digits", yscale="log", xlim=(0, 1)
    )
    for axes in (upper, lower):
        axes.xaxis.set_major_formatter(PercentFormatter(1))
        axes.grid(alpha=0.3)
    upper.yaxis.set_major_formatter(PercentFormatter(1))
    sns.despine(figure)
    return figure
