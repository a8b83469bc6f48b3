"""Compose pages of numbers for the finder to learn from, and to choose by.

data/processed/{train,val,own_train,own_val}.npz → data/pages/{train,val}.npz:
`python -m stages.compose`
"""

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Annotated

from pydantic import Field
from tqdm import tqdm

from digits.data.composition import compose_pages
from digits.data.hands import add_hands, add_straight
from digits.data.own import load_own, mix
from digits.data.pages import Pages, join, save_pages
from digits.data.splits import Split, load_split
from digits.pipeline.params import Section, load_params
from digits.pipeline.processors import count_processors
from digits.pipeline.stage import run_stage

# The share of drawn digits that are written again as coarsely as they are seen on small pictures.
COARSE = 0.3
SHARES = 40  # of the pages, each with its own seed: the number of processes changes nothing

Count = Annotated[int, Field(strict=True, ge=SHARES)]


class ComposeParams(Section):
    """The section `compose` of params.yaml."""

    seed: Annotated[int, Field(strict=True, ge=0, lt=2**31)]
    train_pages: Count
    val_pages: Count
    drawn_share: Annotated[float, Field(ge=0, le=10)]
    straight_share: Annotated[float, Field(ge=0, le=10)]
    own_share: Annotated[float, Field(ge=0, lt=1)]


def compose_all(pool: ProcessPoolExecutor, name: str, split: Split, count: int, seed: int) -> Pages:
    """Compose about `count` pages of the digits in a split."""
    compose = partial(compose_pages, split, count // SHARES)
    shares = pool.map(compose, range(seed * SHARES, (seed + 1) * SHARES))
    return join(list(tqdm(shares, f"{name} pages", SHARES, unit="share")))


def main() -> None:
    """Run the stage."""
    params = load_params("compose", ComposeParams)
    train = add_hands(load_split("train"), params.drawn_share, params.seed, COARSE)
    train = add_straight(train, params.straight_share, params.seed)
    train = mix(train, load_own("train"), params.own_share)
    val = mix(load_split("val"), load_own("val"), params.own_share)
    with ProcessPoolExecutor(count_processors()) as pool:
        for name, split, count in (
            ("train", train, params.train_pages),
            ("val", val, params.val_pages),
        ):
            save_pages(name, compose_all(pool, name, split, count, params.seed))


if __name__ == "__main__":
    run_stage(main)
