"""How long reading numbers takes once everything is loaded; run as a process of its own.

`python -m benchmarks.warm_numbers KIND COUNT` composes so many pictures of one of KINDS of
validation digits, reads each, and prints as JSON the medians of the steps' processor seconds, of
the number of looks, and the peak memory in mebibytes.
"""

import functools
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.answers import peak_mebibytes
from digits.data.splits import Split, load_split
from digits.evaluation.number_pages import NUMBERS
from digits.evaluation.pages import Random, new_page, write_on
from digits.evaluation.single_pages import SINGLES
from digits.reading import number_reader, search
from digits.reading.classifier import Classifier
from digits.reading.finder import Finder
from digits.reading.recogniser import Recogniser

# What reading spends its time in: where each function is looked up, and its name.
STEPS: dict[str, tuple[Any, str]] = {
    "decode": (number_reader, "read_page"),
    "look": (Finder, "look"),
    "instances": (search, "to_instances"),
    "classify": (Classifier, "predict"),
    "recognise": (Recogniser, "look"),
}
REST, LOOKS, ALL = "the rest", "looks", "end to end"


def draw_drawing(split: Split, random: Random) -> bytes:
    """Draw a digit in 280 x 280 pixels, as a PNG file."""
    return SINGLES["plain"](split, random).encoded()


def draw_photo(split: Split, random: Random) -> bytes:
    """Take a photo of a number, some 800 x 270 pixels, as a JPEG file."""
    return NUMBERS["photo"](split, random).encoded(90)


def draw_page(split: Split, random: Random) -> bytes:
    """Write 50 digits, ten numbers of five, on a page of 12 megapixels, as a JPEG file."""
    page = new_page(4000, 3000, (245, 243, 238))
    for row in range(5):
        for column in range(2):
            place = (400 + 1800 * column, 250 + 550 * row)
            write_on(page, split, random, 5, 180, 0.2, place)
    return page.encoded(90)


KINDS: dict[str, Callable[[Split, Random], bytes]] = {
    "a drawing of one digit": draw_drawing,
    "a photo of a number": draw_photo,
    "12 megapixels, 50 digits": draw_page,
}


@contextmanager
def timed(seconds: dict[str, list[float]]) -> Iterator[None]:
    """Note the processor seconds of each call of each of STEPS."""
    with ExitStack() as stack:
        for step, (owner, name) in STEPS.items():
            inner = getattr(owner, name)
            stack.enter_context(patch.object(owner, name, _timing(inner, seconds[step])))
        yield


def _timing(inner: Callable[..., Any], times: list[float]) -> Callable[..., Any]:
    @functools.wraps(inner)
    def call(*arguments: Any) -> Any:
        start = time.process_time()
        try:
            return inner(*arguments)
        finally:
            times.append(time.process_time() - start)

    return call


def time_steps(classifier: Classifier, content: bytes) -> dict[str, float]:
    """Read a picture file; return the processor seconds of each step, and how often it looked."""
    seconds: dict[str, list[float]] = defaultdict(list)
    with timed(seconds):
        start = time.process_time()
        number_reader.read_numbers(content, classifier)
        total = time.process_time() - start
    steps = {step: sum(seconds[step]) for step in STEPS}
    rest = total - sum(steps.values())
    return {**steps, REST: rest, ALL: total, LOOKS: float(len(seconds["look"]))}


def measure(kind: str, count: int) -> dict[str, float]:
    """Return the medians of a kind's steps over so many pictures."""
    split, classifier = load_split("val"), Classifier.load()
    contents = [KINDS[kind](split, np.random.default_rng([1, run])) for run in range(count)]
    time_steps(classifier, contents[0])  # the first one warms up
    each = [time_steps(classifier, content) for content in contents]
    return {step: median(times[step] for times in each) for step in each[0]}


def main() -> None:
    """Print one kind's medians."""
    kind, count = sys.argv[1], int(sys.argv[2])
    print(json.dumps({**measure(kind, count), "peak memory": peak_mebibytes()}))


if __name__ == "__main__":
    main()
