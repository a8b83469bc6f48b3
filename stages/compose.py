"""Compose pages of numbers for the finder to learn from, lines of digits for the recogniser, and
others to choose by.

data/processed/{train,val,own_train,own_val}.npz → data/pages/{train,val}.npz and
data/lines/{train,val}.npz: `python -m stages.compose`
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Annotated, TypeVar

import numpy as np
from pydantic import Field
from tqdm import tqdm

from digits.data.composition import compose_pages
from digits.data.hands import USUAL_HANDS, add_hands, add_straight
from digits.data.line_composition import compose_lines
from digits.data.lines import Lines, save_lines
from digits.data.own import load_own, mix
from digits.data.pages import Pages, save_pages
from digits.data.splits import load_split
from digits.pipeline.params import Multiple, Section, Seed, Share, load_params
from digits.pipeline.processors import count_processors
from digits.pipeline.stage import run_stage

SHARES = 40  # of pages or lines, each with its own seed: the number of processes changes nothing

Count = Annotated[int, Field(strict=True, ge=SHARES)]
Part = TypeVar("Part", Pages, Lines)


class ComposeParams(Section):
    """The section `compose` of params.yaml."""

    seed: Seed
    train_pages: Count
    val_pages: Count
    train_lines: Count
    val_lines: Count
    drawn_share: Multiple
    straight_share: Multiple
    own_share: Share


def compose_all(
    pool: ProcessPoolExecutor,
    seed: int,
    name: str,
    compose: Callable[[int, int], Part],
    count: int,
) -> Part:
    """Compose about `count` of something in shares: `compose` makes so many from a seed."""
    make = partial(compose, count // SHARES)
    shares = pool.map(make, range(seed * SHARES, (seed + 1) * SHARES))
    parts = list(tqdm(shares, name, SHARES, unit="share"))
    return type(parts[0])(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def main() -> None:
    """Run the stage."""
    params = load_params("compose", ComposeParams)
    train = add_hands(load_split("train"), params.drawn_share, params.seed, USUAL_HANDS)
    train = add_straight(train, params.straight_share, params.seed)
    train = mix(train, load_own("train"), params.own_share)
    val = mix(load_split("val"), load_own("val"), params.own_share)
    with ProcessPoolExecutor(count_processors()) as pool:
        compose = partial(compose_all, pool, params.seed)
        for name, split, pages, lines in (
            ("train", train, params.train_pages, params.train_lines),
            ("val", val, params.val_pages, params.val_lines),
        ):
            save_pages(name, compose(f"{name} pages", partial(compose_pages, split), pages))
            save_lines(name, compose(f"{name} lines", partial(compose_lines, split), lines))


if __name__ == "__main__":
    run_stage(main)
