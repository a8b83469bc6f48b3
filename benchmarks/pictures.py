"""Folders of pictures to read with several engines: composed of test digits, and real ones.

Each has a list.tsv: file, label (the numbers, parted by blanks) and kind.
"""

import csv
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from benchmarks.answers import read_list
from digits.data.splits import Split, load_split
from digits.evaluation.number_pages import NUMBERS
from digits.evaluation.pages import Page, Random
from digits.evaluation.single_pages import SINGLES

PLAIN, AMONG = "plain", "among things"
KINDS = (PLAIN, *NUMBERS, AMONG)


def make_folders(parent: Path, count: int, seed: int) -> tuple[list[Path], Path]:
    """Return folders of pictures, composed ones first, and one that lists the first alone.

    Real pictures are those of the folder that DIGITS_REAL_PICTURES names, if it does.
    """
    composed, one, real = (parent / name for name in ("composed", "one", "real"))
    for folder in (composed, one, real):
        folder.mkdir()
    write_pages(composed, load_split("test"), count, seed)
    first = read_list(composed)[0]
    write_list(one, [(str(composed / first["file"]), first["label"], first["kind"])])
    pictures = os.environ.get("DIGITS_REAL_PICTURES")
    if not pictures:
        return [composed], one
    list_real(Path(pictures), real)
    return [composed, real], one


def write_pages(folder: Path, split: Split, count: int, seed: int) -> None:
    """Write `count` PNG files of each of KINDS and their list; the same seed gives the same."""
    rows = []
    for place, kind in enumerate(KINDS):
        for number in range(count):
            page = compose(split, kind, number, np.random.default_rng([seed, place, number]))
            name = f"{kind.replace(' ', '-')}-{number:04}.png"
            (folder / name).write_bytes(page.encoded())
            rows.append((name, " ".join(page.texts), kind))
    write_list(folder, rows)


def compose(split: Split, kind: str, number: int, random: Random) -> Page:
    """Compose a page; AMONG things, each number stands for another kind of them."""
    if kind in NUMBERS:
        return NUMBERS[kind](split, random)
    things = [name for name in SINGLES if name != PLAIN]
    return SINGLES[things[number % len(things)] if kind == AMONG else PLAIN](split, random)


def list_real(folder: Path, target: Path) -> None:
    """List a folder's pictures anew in another, as real digits and real numbers."""
    kinds = ("real digits", "real numbers")
    rows = [
        (str((folder / row["file"]).absolute()), row["label"], kinds[len(row["label"]) > 1])
        for row in read_list(folder)
    ]
    write_list(target, sorted(rows, key=lambda row: row[2]))


def write_list(folder: Path, rows: Iterable[tuple[str, str, str]]) -> None:
    with (folder / "list.tsv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t").writerows([("file", "label", "kind"), *rows])
