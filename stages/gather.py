"""Read your own labelled pictures, and split some off for validation and test.

data/own → data/processed/own_{train,val,test}.npz and own.json, which says what was left out:
`python -m stages.gather`
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field
from tqdm import tqdm

from digits.commands.arrays import load_arrays
from digits.commands.labels import find_label, names_digit
from digits.commands.pictures import is_hidden, is_picture
from digits.data.own import OWN_DIR, OWN_README
from digits.data.splits import PROCESSED_DIR, Split, split_path
from digits.data.writers import Written, split_by_writer
from digits.pipeline.params import Section, Seed, load_params
from digits.pipeline.stage import run_stage, write_arrays, write_json
from digits.reading.image import Source
from digits.reading.reader import prepare

REASONS = {"blank": "it shows no digit", "several_digits": "it shows several digits"}


class GatherParams(Section):
    """The section `gather` of params.yaml."""

    seed: Seed
    parts: Annotated[int, Field(strict=True, ge=3)]


class Picture(NamedTuple):
    """A labelled picture that is to be read."""

    name: str
    source: Source
    label: int
    writer: str


def find_files(folder: Path) -> list[Path]:
    """Return what lies in and below a folder, but hidden files and the one that holds its place."""
    return [
        path
        for path in sorted(folder.rglob("*"), key=str)
        if path.is_file()
        and not is_hidden(path.relative_to(folder))
        and path.name != OWN_README.name
    ]


def find_writer(path: Path, folder: Path) -> str:
    """Return the first folder between `folder` and a file that names no digit, or ""."""
    names = path.relative_to(folder).parts[:-1]
    return next((name for name in names if not names_digit(name)), "")


def to_pictures(path: Path, folder: Path) -> Iterator[Picture]:
    """Yield the pictures in a file: one, or as many as an .npz file holds.

    Raises UsageError where a label is missing, or the arrays are of another shape.
    """
    writer = find_writer(path, folder)
    if path.suffix.lower() != ".npz":
        yield Picture(str(path), path, find_label(path, folder), writer)
        return
    for number, (image, label) in enumerate(zip(*load_arrays(path), strict=True)):
        yield Picture(f"{path}[{number}]", image, int(label), writer)


def read_own(folder: Path) -> tuple[Written, dict[str, str]]:
    """Read all labelled pictures in a folder as `read_digit` does, up to the network.

    Returns the digits, and why each file is left out that gives none.
    """
    images, labels, writers, left_out = [], [], [], {}
    for path in tqdm(find_files(folder), "own pictures", unit="file", disable=None):
        if path.suffix.lower() != ".npz" and not is_picture(path):
            left_out[str(path)] = "it is no picture"
            continue
        for picture in to_pictures(path, folder):
            reading = prepare([picture.source])[0]
            if reading.reason or reading.digit is None:
                left_out[picture.name] = reading.error or REASONS[str(reading.reason)]
                continue
            images.append(reading.digit)
            labels.append(picture.label)
            writers.append(picture.writer)
    digits = Split(np.array(images, np.uint8).reshape(-1, 28, 28), np.array(labels, np.uint8))
    return Written(digits, np.array(writers, np.str_)), left_out


def main() -> None:
    """Run the stage."""
    params = load_params("gather", GatherParams)
    own, left_out = read_own(OWN_DIR)
    splits = split_by_writer(own, params.parts, params.seed)
    for name, split in splits.items():
        write_arrays(split_path(f"own_{name}"), split._asdict())
    total = len(own.digits.labels)
    sizes = {name: len(split.labels) for name, split in splits.items()} if total else {}
    write_json(PROCESSED_DIR / "own.json", {"splits": sizes, "left_out": left_out})
    for name, reason in left_out.items():
        print(f"{name} is left out: {reason}")
    print(f"{OWN_DIR}: {total:,} digits, {len(left_out):,} left out", *_sizes(sizes), sep="; ")


def _sizes(sizes: dict[str, int]) -> list[str]:
    return [", ".join(f"{size:,} {name}" for name, size in sizes.items())] if sizes else []


if __name__ == "__main__":
    run_stage(main)
