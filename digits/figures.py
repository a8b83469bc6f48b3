"""The figures that show data, training and results, drawn with matplotlib and seaborn.

Every function takes what it shows and the name of the data set, and returns a Figure. Colours come
from seaborn's "colorblind" palette and from viridis-like maps that also read in grey.
"""

from collections.abc import Sequence

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from digits.calibration import BINS, expected_calibration_error, reliability

BLUE, ORANGE, GREEN = sns.color_palette("colorblind", 3)


def _figure(width: float, height: float, title: str, dataset: str) -> Figure:
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.suptitle(f"{title}\n{dataset}", fontsize=12)
    return figure


def _show_digit(axes: Axes, image: NDArray[np.uint8], title: str = "") -> None:
    axes.imshow(image, cmap="gray_r", vmin=0, vmax=255, interpolation="nearest")
    axes.set_title(title, fontsize=9)
    axes.set_xticks([])
    axes.set_yticks([])


def plot_samples(images: NDArray[np.uint8], labels: NDArray[np.uint8], dataset: str) -> Figure:
    """Show ten digits of each class, a row a class: uint8 arrays (n, 28, 28) and (n,)."""
    figure = _figure(7, 7, "Training digits", dataset)
    grid = figure.subplots(10, 10)
    for label, row in enumerate(grid):
        for axes, image in zip(row, images[labels == label], strict=False):
            _show_digit(axes, image)
        row[0].set_ylabel(str(label), rotation=0, labelpad=12, va="center", fontsize=12)
    return figure


def plot_classes(labels: dict[str, NDArray[np.uint8]], dataset: str) -> Figure:
    """Show how many digits of each class there are in each split: split name → labels (n,)."""
    figure = _figure(7, 4, "Digits of each class", dataset)
    axes = figure.subplots()
    width = 0.8 / len(labels)
    for place, (name, values) in enumerate(labels.items()):
        counts = np.bincount(values, minlength=10)
        color = (BLUE, ORANGE, GREEN)[place]
        axes.bar(
            np.arange(10) + (place - 1) * width,
            counts,
            width,
            color=color,
            label=f"{name} ({len(values):,})",
        )
    axes.set(xlabel="digit", ylabel="number of images", xticks=range(10))
    axes.legend(
        title="split", ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.15), frameon=False
    )
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    sns.despine(ax=axes)
    return figure


def plot_augmented(samples: NDArray[np.uint8], dataset: str) -> Figure:
    """Show digits beside warped copies of themselves: uint8 array (rows, columns, 28, 28)."""
    rows, columns = samples.shape[:2]
    figure = _figure(0.7 * columns, 0.7 * rows + 0.6, "Augmented training digits", dataset)
    panels = figure.subplots(rows, columns, squeeze=False).flat
    for axes, image in zip(panels, samples.reshape(-1, 28, 28), strict=True):
        _show_digit(axes, image)
    figure.axes[0].set_title("original", fontsize=9)
    figure.axes[columns // 2].set_title("as the model saw it", fontsize=9)
    return figure


def plot_history(history: Sequence[dict[str, float]], dataset: str) -> Figure:
    """Show loss, accuracy and learning rate by epoch: one record an epoch, with Keras's names."""
    figure = _figure(11, 3.6, "Training history", dataset)
    panels = figure.subplots(1, 3)
    epochs = [record["epoch"] for record in history]
    for axes, name in zip(panels, ("loss", "accuracy"), strict=False):
        axes.plot(
            epochs,
            [record[name] for record in history],
            "o--",
            color=ORANGE,
            label="training, augmented",
        )
        axes.plot(
            epochs,
            [record[f"val_{name}"] for record in history],
            "o-",
            color=BLUE,
            label="validation",
        )
        axes.set(xlabel="epoch", title=name.capitalize())
        axes.legend(frameon=False)
    panels[0].set(ylabel="cross-entropy (nats)", yscale="log")
    panels[1].set(ylabel="share of digits read right")
    panels[1].yaxis.set_major_formatter(PercentFormatter(1))
    panels[2].plot(epochs, [record["learning_rate"] for record in history], "o-", color=GREEN)
    panels[2].set(xlabel="epoch", ylabel="rate at the end of the epoch", title="Learning rate")
    for axes in panels:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
    sns.despine(figure)
    return figure


def plot_confusion(labels: NDArray[np.uint8], y_pred: NDArray[np.uint8], dataset: str) -> Figure:
    """Show which digits are taken for which: arrays (n,), actual and predicted."""
    counts = confusion_matrix(labels, y_pred, labels=range(10))
    mistakes = counts - np.diag(np.diag(counts))
    title = f"Confusion matrix: {mistakes.sum()} of {counts.sum():,} test digits misread"
    figure = _figure(7, 6.4, title, dataset)
    axes = figure.subplots()
    # The colour shows the mistakes: on a common scale with the diagonal they would all look alike.
    sns.heatmap(
        mistakes, ax=axes, annot=np.where(counts, counts.astype(str), ""), fmt="", cmap="Blues",
        linewidths=0.5, linecolor="0.9", square=True,
        cbar_kws={"label": "misread digits", "shrink": 0.8, "ticks": MaxNLocator(integer=True)},
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
    """Show the misread digits, the most confident mistakes first; all arrays have n rows."""
    wrong = np.flatnonzero(labels != y_pred)
    shown = wrong[np.argsort(-confidence[wrong], kind="stable")][:40]
    title = f"Misread test digits: the {len(shown)} most confident of {len(wrong)}"
    figure = _figure(9, 7, title, dataset)
    grid = figure.subplots(5, 8)
    for axes in grid.flat:
        axes.axis("off")
    for axes, index in zip(grid.flat, shown, strict=False):
        axes.axis("on")
        text = f"{labels[index]} read as {y_pred[index]}\n{confidence[index]:.0%} sure"
        _show_digit(axes, images[index], text)
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
    figure = _figure(6, 6, f"Reliability: expected calibration error {error:.2%}", dataset)
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
    upper.set(ylabel="share that is right", ylim=(0, 1.03))
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


def plot_rejection(
    scores: dict[str, NDArray[np.float64]], threshold: float, dataset: str
) -> Figure:
    """Show how the scores of digits and of other things lie: kind → scores (n,), digits first."""
    figure = _figure(8, 0.6 * len(scores) + 1.6, "Told from digits: scores by kind", dataset)
    axes = figure.subplots()
    colors = [BLUE, *[ORANGE] * (len(scores) - 1)]
    sns.violinplot(
        list(scores.values()), ax=axes, orient="h", palette=colors, cut=0, inner="quart",
        density_norm="width", linewidth=0.8,
    )  # fmt: skip
    names = [f"{name}: {(values >= threshold).mean():.1%} pass" for name, values in scores.items()]
    axes.set_yticks(range(len(names)), names)
    axes.axvline(threshold, color="black", linestyle="--", linewidth=1)
    axes.set(xlabel="score: from the dashed line on, the answer is a digit")
    sns.despine(ax=axes)
    return figure


def plot_robustness(rows: Sequence[dict[str, str]], dataset: str) -> Figure:
    """Show accuracy by situation and severity: rows with `situation`, `severity`, `accuracy` and
    `rejected`."""
    severities = list(dict.fromkeys(row["severity"] for row in rows))
    situations = list(dict.fromkeys(row["situation"] for row in rows))
    figure = _figure(9, 0.36 * len(situations) + 1.4, "Digits as people hand them in", dataset)
    titles = {"accuracy": "read right", "rejected": "taken for no digit, or for several"}
    for axes, (name, title) in zip(figure.subplots(1, 2, sharey=True), titles.items(), strict=True):
        values = {(row["situation"], row["severity"]): float(row[name]) for row in rows}
        table = [
            [values[situation, severity] for severity in severities] for situation in situations
        ]
        sns.heatmap(
            np.array(table), ax=axes, annot=True, fmt=".1%", cbar=False, linewidths=0.5,
            vmin=0.9 if name == "accuracy" else 0, vmax=1 if name == "accuracy" else 0.2,
            cmap="Blues" if name == "accuracy" else "Oranges",
            xticklabels=severities, yticklabels=situations,
        )  # fmt: skip
        axes.set_title(title, fontsize=10)
        axes.tick_params(axis="y", rotation=0)
    return figure
