"""Figures of the data: samples, classes and augmentation.

Every function takes what it shows and the name of the data set.
"""

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure
from numpy.typing import NDArray

from digits.figures.common import BLUE, GREEN, ORANGE, new_figure, show_digit


def plot_samples(images: NDArray[np.uint8], labels: NDArray[np.uint8], dataset: str) -> Figure:
    """Show ten digits of each class, a row a class: uint8 arrays (n, 28, 28) and (n,)."""
    figure = new_figure(7, 7, "Training digits", dataset)
    grid = figure.subplots(10, 10)
    for label, row in enumerate(grid):
        for axes, image in zip(row, images[labels == label], strict=False):
            show_digit(axes, image)
        row[0].set_ylabel(str(label), rotation=0, labelpad=12, va="center", fontsize=12)
    return figure


def plot_classes(labels: dict[str, NDArray[np.uint8]], dataset: str) -> Figure:
    """Show how many digits of each class there are in each split: split name → labels (n,)."""
    figure = new_figure(7, 4, "Digits of each class", dataset)
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
    figure = new_figure(0.7 * columns, 0.7 * rows + 0.6, "Augmented training digits", dataset)
    panels = figure.subplots(rows, columns, squeeze=False).flat
    for axes, image in zip(panels, samples.reshape(-1, 28, 28), strict=True):
        show_digit(axes, image)
    figure.axes[0].set_title("original", fontsize=9)
    figure.axes[columns // 2].set_title("as the model saw it", fontsize=9)
    return figure
