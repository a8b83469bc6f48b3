"""Pictures that visitors of the page have labelled, kept in a folder that is ready to learn from.

FOLDER/LABEL/SHA-256.png, and FOLDER/answers.jsonl with what the model made of each.
"""

import hashlib
import io
import json
from pathlib import Path
from threading import Lock

from PIL import Image

from digits.errors import DigitsError
from digits.pipeline.stage import replacing
from digits.reading.image import Source, read_page
from digits.reading.reader import Reading

ANSWERS = "answers.jsonl"
LABELS = range(10)
MOST_PICTURES = 10_000
MOST_MEGABYTES = 500
_lock = Lock()  # one at a time counts, and writes


class CollectionError(DigitsError):
    """A picture that can't be kept; the message says why."""


def keep(folder: Path, source: Source, label: int, reading: Reading, model: str) -> Path:
    """Keep a picture under the digit that it shows, and return its path.

    `source`: what `read_digit` takes; `reading`: what the model `model`, the start of its SHA-256,
    made of it. The same picture is kept once, under its newest label. Raises CollectionError where
    the limits are reached or the folder can't be written, UnreadableImage for what is no picture.
    """
    content = to_png(source)
    name = hashlib.sha256(content).hexdigest()
    path = folder / str(label) / f"{name}.png"
    answer = {
        "picture": name,
        "label": label,
        "prediction": reading.prediction,
        "confidence": reading.confidence,
        "model": model,
    }
    try:
        with _lock:
            _put(path, content)
            _note(folder / ANSWERS, answer)
    except OSError as error:
        reason = error.strerror or error
        raise CollectionError(f"the picture can't be kept here: {reason}") from error
    return path


def to_png(source: Source) -> bytes:
    """Return a picture as the numbers on it are looked for: a grey, upright PNG.

    It holds pixels and nothing else: no place, time or camera that a photo's notes may tell.
    """
    file = io.BytesIO()
    Image.fromarray(read_page(source).pixels).save(file, "PNG")
    return file.getvalue()


def _put(path: Path, content: bytes) -> None:
    """Write a picture, or move it from the label that it had. Raises CollectionError, OSError."""
    folder = path.parent.parent
    labelled = [folder / str(label) / path.name for label in LABELS]
    if before := [other for other in labelled if other.is_file()]:
        path.parent.mkdir(exist_ok=True)
        for other in before:
            other.replace(path)
        return
    _check_limits(folder, len(content))
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def _check_limits(folder: Path, size: int) -> None:
    sizes = [path.stat().st_size for label in LABELS for path in folder.glob(f"{label}/*.png")]
    if len(sizes) >= MOST_PICTURES:
        raise CollectionError(f"no more is kept here: there are {MOST_PICTURES:,} pictures already")
    if sum(sizes) + size > MOST_MEGABYTES * 2**20:
        raise CollectionError(f"no more is kept here: there are {MOST_MEGABYTES} MB already")


def _note(path: Path, answer: dict[str, object]) -> None:
    """Write down what was answered, in place of what was written of the same picture before."""
    lines = path.read_bytes().splitlines() if path.exists() else []
    picture = str(answer["picture"]).encode()
    kept = [line for line in lines if picture not in line]
    with replacing(path) as temporary:
        temporary.write_bytes(b"\n".join([*kept, json.dumps(answer).encode(), b""]))
