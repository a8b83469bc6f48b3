"""How long a picture takes once everything is loaded; drawn as a process of its own.

`python -m benchmarks.warm FOLDER` draws 1,000 validation digits, as drawings in PNG files and as
photos in JPEG files of 280 x 280, reads each, and prints the medians of the steps as JSON.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from digits.data.scenes import Random, Scene, draw
from digits.data.splits import load_split
from digits.evaluation.corruptions import CORRUPTIONS
from digits.reading.classifier import Classifier
from digits.reading.components import count_components
from digits.reading.image import read_image
from digits.reading.ink import find_ink
from digits.reading.normalisation import normalise

COUNT = 1000
STEPS = ("decode", "find the ink", "normalise", "count", "infer", "end to end")
KINDS: dict[str, tuple[str, Callable[[Random], Scene]]] = {
    "drawing": ("png", lambda random: Scene()),
    "photo": ("jpg", CORRUPTIONS["photo"]["middle"]),
}


def draw_folder(folder: Path, kind: str) -> None:
    """Draw COUNT validation digits as pictures of one kind."""
    ending, make = KINDS[kind]
    random = np.random.default_rng(1)
    folder.mkdir()
    for number, digit in enumerate(load_split("val").images[:COUNT]):
        (folder / f"{number:04}.{ending}").write_bytes(draw(digit, make(random), random))


def time_steps(classifier: Classifier, content: bytes) -> list[float]:
    """Read a picture file; return the seconds that each of STEPS took."""
    times = [time.perf_counter()]
    picture = read_image(content)
    times.append(time.perf_counter())
    ink = find_ink(picture)
    times.append(time.perf_counter())
    digit = normalise(ink)
    times.append(time.perf_counter())
    count_components(ink)
    times.append(time.perf_counter())
    classifier.predict_proba(digit[np.newaxis])
    times.append(time.perf_counter())
    return [*np.diff(times).tolist(), times[-1] - times[0]]


def main() -> None:
    folder = Path(sys.argv[1])
    classifier = Classifier.load()
    medians = {}
    for kind in KINDS:
        draw_folder(folder / kind, kind)
        contents = [path.read_bytes() for path in sorted((folder / kind).iterdir())]
        steps = zip(*(time_steps(classifier, content) for content in contents), strict=True)
        medians[kind] = dict(zip(STEPS, map(median, steps), strict=True))
    print(json.dumps(medians))


if __name__ == "__main__":
    main()
