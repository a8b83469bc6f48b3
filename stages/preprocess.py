"""Decode the IDX files and split off validation digits.

data/raw → data/processed/{train,val,test}.npz and dataset.json: `python -m stages.preprocess`
"""

import json
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from sklearn.model_selection import train_test_split
from tqdm import tqdm

from digits.data.mnist import IMAGE_FILES, LABEL_FILES, DatasetError, read_idx
from digits.data.splits import PROCESSED_DIR, Split, split_path
from digits.pipeline.params import ParamsError, Section, Seed, load_params
from digits.pipeline.stage import run_stage, write_arrays, write_json
from digits.reading.normalisation import normalise

RAW_DIR = Path("data/raw")


class PreprocessParams(Section):
    """The section `preprocess` of params.yaml."""

    seed: Seed
    validation_share: Annotated[float, Field(gt=0, lt=1)]


def read_raw(part: str) -> Split:
    """Read the "train" or "test" files, with every image in MNIST's size and place."""
    images, labels = read_idx(RAW_DIR / IMAGE_FILES[part]), read_idx(RAW_DIR / LABEL_FILES[part])
    if images.ndim != 3 or images.shape[:1] != labels.shape or labels.max(initial=0) > 9:
        raise DatasetError(
            f"the {part} images and labels in {RAW_DIR} don't fit each other: download them again"
        )
    return Split(to_mnist_size(images), labels)


def to_mnist_size(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bring uint8 images of shape (n, height, width), ink bright, to (n, 28, 28); MNIST's stay."""
    if images.shape[1:] == (28, 28):
        return images
    return np.stack([normalise(image) for image in tqdm(images, desc="normalise", unit="digit")])


def split_off(digits: Split, share: float, seed: int) -> tuple[Split, Split]:
    """Split digits into training and validation, every class in the same proportion in both.

    Raises ParamsError where the share leaves one of the two fewer digits than there are classes.
    """
    least = len(np.unique(digits.labels)) / len(digits.labels)
    if not least <= share <= 1 - least:
        raise ParamsError(
            f"params.yaml: preprocess.validation_share is {share}; of {len(digits.labels):,} "
            f"digits it should take {least:.5f} to {1 - least:.5f}, a digit of each class or more"
        )
    train, val = train_test_split(
        np.arange(len(digits.labels)), test_size=share, random_state=seed, stratify=digits.labels
    )
    train, val = np.sort(train), np.sort(val)
    return (
        Split(digits.images[train], digits.labels[train]),
        Split(digits.images[val], digits.labels[val]),
    )


def main() -> None:
    """Run the stage."""
    params = load_params("preprocess", PreprocessParams)
    train, val = split_off(read_raw("train"), params.validation_share, params.seed)
    splits = {"train": train, "val": val, "test": read_raw("test")}
    sizes = {name: len(split.labels) for name, split in splits.items()}
    for name, split in splits.items():
        write_arrays(split_path(name), split._asdict())
    raw = json.loads((RAW_DIR / "dataset.json").read_text(encoding="utf-8"))
    write_json(PROCESSED_DIR / "dataset.json", raw | {"splits": sizes})
    print(f"{raw['name']}: " + ", ".join(f"{size:,} {name}" for name, size in sizes.items()))


if __name__ == "__main__":
    run_stage(main)
