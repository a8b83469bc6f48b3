"""Draw what later stages read: digits under corruption, and what is no digit.

data/processed/{train,val,test}.npz → data/drawn/{negatives,val}.npy and data/drawn/{ood,test}.npz:
`python -m stages.draw`

None of it depends on the model, so that an experiment with another one draws nothing.
"""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice, repeat
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from tqdm import tqdm

from digits.data.hands import add_hands
from digits.data.negatives import draw_negatives
from digits.data.splits import Split, load_split, spread
from digits.evaluation.corruptions import CORRUPTIONS, SEVERITIES, read_drawn
from digits.evaluation.ood_samples import SOURCES
from digits.pipeline.params import Count, Multiple, Section, Seed, load_params
from digits.pipeline.processors import count_processors
from digits.pipeline.stage import run_stage, write_array, write_arrays
from digits.reading.reader import Reading, prepare

DRAWN_DIR = Path("data/drawn")
SHARES = 24  # of the negatives, each with its own seed: the number of processes changes nothing


class DrawParams(Section):
    """The section `draw` of params.yaml."""

    seed: Seed
    negatives: Annotated[int, Field(strict=True, ge=SHARES)]
    val_digits: Count
    drawn_share: Multiple
    test_digits: Count
    ood_samples: Count


def draw_all_negatives(
    pool: ProcessPoolExecutor, split: Split, count: int, seed: int
) -> NDArray[np.uint8]:
    """Draw about `count` negatives: uint8 array (n, 28, 28), ink bright."""
    seeds = range(seed * SHARES, (seed + 1) * SHARES)
    shares = pool.map(draw_negatives, repeat(split), repeat(count // SHARES), seeds)
    return np.concatenate(list(tqdm(shares, "negatives", SHARES, unit="share")))


def corrupt(
    pool: ProcessPoolExecutor, images: NDArray[np.uint8], kinds: Iterable[tuple[str, str]]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw digits (n, 28, 28), each under the next of `kinds`, a corruption and its severity.

    Returns what is found in the pictures, uint8 array (n, 28, 28), and the number of connected
    components in each, uint8 array (n,).
    """
    found = pool.map(read_drawn, images, range(len(images)), kinds, chunksize=25)
    readings = list(tqdm(found, "pictures", len(images), unit="picture"))
    digits = np.array([reading.digit for reading in readings])
    return digits, np.array([reading.count for reading in readings], np.uint8)


def draw_ood_samples(pool: ProcessPoolExecutor, most: int) -> dict[str, Any]:
    """Draw the OOD samples, the first `most` of each kind, and find in them what would be read.

    Returns arrays of as many rows as samples: images (n, 28, 28), components and kind (n,).
    """
    samples = [
        (kind, picture) for kind, draw in SOURCES.items() for picture in islice(draw(), most)
    ]
    found = pool.map(_read, (picture for _, picture in samples), chunksize=25)
    readings = list(tqdm(found, "OOD samples", len(samples), unit="picture"))
    return {
        "images": np.array([reading.digit for reading in readings]),
        "components": np.array([reading.count for reading in readings], np.uint8),
        "kind": np.array([kind for kind, _ in samples]),
    }


def _read(picture: bytes) -> Reading:
    return prepare([picture])[0]


def corrupt_in_every_way(pool: ProcessPoolExecutor, split: Split, count: int) -> dict[str, Any]:
    """Draw `count` digits under every corruption at every severity: other digits for each, so that
    all together they are as many of the split as can be.

    Returns arrays of as many rows as pictures: images (n, 28, 28), components, labels, corruption
    and severity (n,).
    """
    kinds = [(corruption, severity) for corruption in CORRUPTIONS for severity in SEVERITIES]
    chosen = spread(split, count * len(kinds))
    names = np.tile(kinds, (count, 1))
    images, components = corrupt(pool, chosen.images, names)
    return {
        "images": images,
        "components": components,
        "labels": chosen.labels,
        "corruption": names[:, 0],
        "severity": names[:, 1],
    }


def main() -> None:
    """Run the stage."""
    params = load_params("draw", DrawParams)
    val, test = load_split("val"), load_split("test")
    with ProcessPoolExecutor(count_processors()) as pool:
        negatives = draw_all_negatives(pool, load_split("train"), params.negatives, params.seed)
        middle = zip(cycle(CORRUPTIONS), repeat("middle"))
        # Other hands, too, or the threshold asks of a digit what MNIST's writers do; with another
        # seed than those that are learned from.
        chosen = add_hands(spread(val, params.val_digits), params.drawn_share, [params.seed, 1])
        corrupted_val, _ = corrupt(pool, chosen.images, middle)
        corrupted_test = corrupt_in_every_way(pool, test, params.test_digits)
        samples = draw_ood_samples(pool, params.ood_samples)
    write_array(DRAWN_DIR / "negatives.npy", negatives)
    write_array(DRAWN_DIR / "val.npy", corrupted_val)
    for name, arrays in {"test": corrupted_test, "ood": samples}.items():
        write_arrays(DRAWN_DIR / f"{name}.npz", arrays)


if __name__ == "__main__":
    run_stage(main)
