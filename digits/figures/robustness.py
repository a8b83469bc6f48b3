"""Figures of what is not as in MNIST: out-of-distribution samples and corruptions.

Every function takes what it shows and the name of the data set.
"""

from collections.abc import Sequence

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure
from numpy.typing import NDArray

from digits.figures.common import BLUE, ORANGE, new_figure


def plot_ood_scores(
    scores: dict[str, NDArray[np.float64]], threshold: float, dataset: str
) -> Figure:
    """Show the OOD scores of digits and of each kind of sample: kind → (n,), digits first."""
    figure = new_figure(
        8, 0.6 * len(scores) + 1.6, "Out-of-distribution (OOD) scores by kind", dataset
    )
    axes = figure.subplots()
    colors = [BLUE, *[ORANGE] * (len(scores) - 1)]
    sns.violinplot(
        list(scores.values()), ax=axes, orient="h", palette=colors, cut=0, inner="quart",
        density_norm="width", linewidth=0.8,
    )  # fmt: skip
    names = [
        f"{name}: {(values <= threshold).mean():.1%} accepted" for name, values in scores.items()
    ]
    axes.set_yticks(range(len(names)), names)
    axes.axvline(threshold, color="black", linestyle="--", linewidth=1)
    axes.set(xlabel="OOD score: left of the dashed line, the answer is a digit")
    sns.despine(ax=axes)
    return figure


def plot_corruptions(rows: Sequence[dict[str, str]], dataset: str) -> Figure:
    """Show accuracy by corruption and severity: rows with `corruption`, `severity`, `accuracy` and
    `frr`, the false rejection rate."""
    severities = list(dict.fromkeys(row["severity"] for row in rows))
    corruptions = list(dict.fromkeys(row["corruption"] for row in rows))
    figure = new_figure(9, 0.36 * len(corruptions) + 1.4, "Test digits under corruption", dataset)
    titles = {"accuracy": "accuracy of the best guess", "frr": "false rejection rate"}
    for axes, (name, title) in zip(figure.subplots(1, 2, sharey=True), titles.items(), strict=True):
        values = {(row["corruption"], row["severity"]): float(row[name]) for row in rows}
        table = [
            [values[corruption, severity] for severity in severities] for corruption in corruptions
        ]
        sns.heatmap(
            np.array(table), ax=axes, annot=True, fmt=".1%", cbar=False, linewidths=0.5,
            vmin=0.9 if name == "accuracy" else 0, vmax=1 if name == "accuracy" else 0.2,
            cmap="Blues" if name == "accuracy" else "Oranges",
            xticklabels=severities, yticklabels=corruptions,
        )  # fmt: skip
        axes.set_title(title, fontsize=10)
        axes.tick_params(axis="y", rotation=0)
    return figure
