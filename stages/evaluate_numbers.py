"""Read numbers, and single digits among other things, on pages composed of test digits.

models/digits.tflite, data/processed/test.npz → metrics/{numbers,singles}.json, plots/numbers.csv
and plots/numbers_examples.png: `python -m stages.evaluate_numbers`
"""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from digits.data.splits import Split, load_dataset, load_split
from digits.evaluation.calibration import expected_calibration_error
from digits.evaluation.empty_pages import EMPTY
from digits.evaluation.number_pages import NUMBERS
from digits.evaluation.numbers import Score, are_right, score, score_digit
from digits.evaluation.pages import Page
from digits.evaluation.single_pages import SINGLES
from digits.figures.numbers import plot_examples
from digits.pipeline.params import Count, Section, Seed, load_params
from digits.pipeline.processors import count_processors
from digits.pipeline.stage import replacing, run_stage, write_csv, write_json
from digits.reading.classifier import load_cached
from digits.reading.digit_reader import read_digit
from digits.reading.location import MODEL
from digits.reading.number_reader import read_numbers
from digits.reading.numbers import NumbersReading

METRICS_DIR = Path("metrics")
TABLE = Path("plots/numbers.csv")
EXAMPLES = Path("plots/numbers_examples.png")
SHOWN = 12
DECIMALS = 4
KINDS = NUMBERS | SINGLES | EMPTY


class EvaluateNumbersParams(Section):
    """The section `evaluate_numbers` of params.yaml."""

    seed: Seed
    pages: Count


class Result(NamedTuple):
    """A page that was read."""

    page: Page
    reading: NumbersReading
    score: Score


def read(split: Split, seed: int, kind: str, number: int) -> Result:
    """Compose the page of a kind with a number, and read it."""
    random = np.random.default_rng([seed, sorted(KINDS).index(kind), number])
    page = KINDS[kind](split, random)
    content, classifier = page.encoded(), load_cached(MODEL)
    reading = read_numbers(content, classifier)
    if kind in SINGLES:
        return Result(page, reading, score_digit(page, reading, read_digit(content, classifier)))
    return Result(page, reading, score(page, reading))


def to_row(kind: str, results: Iterable[Result]) -> dict[str, Any]:
    """Return the rates of a kind of pages: of strings, of digits, and of pages with a false one."""
    scores = [result.score for result in results]
    total = sum(scores[1:], start=scores[0])
    characters = total.digits + total.numbers - len(scores)  # and blanks between numbers
    rates = {
        "accuracy": total.right / max(total.numbers, 1),
        "cer": total.edits / max(characters, 1),
        "precision": total.found / max(total.read, 1),
        "recall": total.found / max(total.digits, 1),
        "false": sum(one.false for one in scores) / len(scores),
    }
    names = rates if total.numbers else ("false",)
    rounded = {name: round(rates[name], DECIMALS) if name in names else "" for name in rates}
    return {"kind": kind, "pages": len(scores), "numbers": total.numbers, **rounded}


def mean_of(name: str, rows: Iterable[dict[str, Any]], kinds: Iterable[str]) -> float:
    """Return the mean of a rate over kinds of pages."""
    return round(float(np.mean([row[name] for row in rows if row["kind"] in kinds])), DECIMALS)


def main() -> None:
    """Run the stage."""
    params = load_params("evaluate_numbers", EvaluateNumbersParams)
    rows, right, wrong = [], [], []
    confidence: list[float] = []
    correct: list[bool] = []
    with ProcessPoolExecutor(count_processors()) as pool:
        for kind in tqdm(KINDS, "pages of numbers", unit="kind"):
            one = partial(read, load_split("test"), params.seed, kind)
            results = list(pool.map(one, range(params.pages), chunksize=8))
            rows.append(to_row(kind, results))
            if kind not in SINGLES:
                for page, reading, _ in results:
                    confidence += [number.confidence for number in reading.numbers]
                    correct += are_right(page, reading)
            missed = [r for r in results if r.score.right < r.score.numbers or r.score.false]
            wrong += missed[:1]
            right += [result for result in results if result not in missed][:1]
    # A model that has hardly learned reads no number at all.
    ece = expected_calibration_error(confidence, correct) if confidence else 0.0
    numbers = {
        "accuracy": mean_of("accuracy", rows, NUMBERS),
        "worst": min(row["accuracy"] for row in rows if row["kind"] in NUMBERS),
        "far": mean_of("false", rows, EMPTY),
        "ece": round(ece, DECIMALS),
    }
    write_json(METRICS_DIR / "numbers.json", numbers)
    write_json(METRICS_DIR / "singles.json", {"accuracy": mean_of("accuracy", rows, SINGLES)})
    write_csv(TABLE, rows)
    shown = [(r.page.image, r.page.texts, r.reading) for r in [*right[:SHOWN], *wrong[:SHOWN]]]
    figure = plot_examples(shown, load_dataset()["name"])
    with replacing(EXAMPLES) as temporary:
        figure.savefig(temporary, format="png", dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    run_stage(main)
