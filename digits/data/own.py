"""Your own labelled digits, as the stage `gather` reads and splits them, mixed with others."""

from pathlib import Path

import numpy as np

from digits.data.splits import Split, load_split

OWN_DIR = Path("data/own")
# DVC makes no empty folder, so that a file holds the place until there are pictures.
OWN_README = OWN_DIR / "README.txt"


def load_own(part: str) -> Split:
    """Read the own digits of "train", "val" or "test" that `gather` wrote; there may be none."""
    return load_split(f"own_{part}")


def mix(split: Split, own: Split, share: float) -> Split:
    """Add own digits to a split until they are `share` of all, each as often as any other, but at
    least once. A share of 0 adds none."""
    if not share or not len(own.labels):
        return split
    wanted = max(len(own.labels), round(share / (1 - share) * len(split.labels)))
    places = np.arange(wanted) % len(own.labels)
    return Split(
        np.concatenate([split.images, own.images[places]]),
        np.concatenate([split.labels, own.labels[places]]),
    )
