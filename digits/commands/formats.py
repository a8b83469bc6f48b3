"""An answer as a line of text: for people, as JSON and as CSV."""

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import Any

from digits.reading.numbers import NumbersReading
from digits.reading.reader import Reading

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
CSV_HEADER = ["path", "prediction", "confidence", "reason", "count", "error", "model"]
CSV_HEADER += [f"probability_{digit}" for digit in range(10)]
NUMBERS_HEADER = ["path", "text", "confidence", "x", "y", "width", "height"]
NUMBERS_HEADER += ["reason", "error", "model"]


def to_plain(name: str, reading: Reading, width: int, top_k: int) -> str:
    """Say what the picture `name` shows: its name in `width` columns, then the best guesses."""
    if reading.prediction is None or reading.probabilities is None:
        return f"{_shown(name):{width}}  -  {_reason(reading)}"
    ranked = sorted(enumerate(reading.probabilities), key=lambda guess: -guess[1])[:top_k]
    guesses = "   ".join(f"{digit}  {probability:6.1%}" for digit, probability in ranked)
    return f"{_shown(name):{width}}  {guesses}"


def _shown(name: str) -> str:
    """Return a name on one line, and so that it can't tell a terminal what to do."""
    return _CONTROL.sub(lambda sign: repr(sign[0])[1:-1], name)


def _reason(reading: Reading) -> str:
    text = str(reading.reason).replace("_", " ")
    if reading.reason == "several_digits":
        return f"{text}: {reading.count}; `digits read` reads numbers"
    return text if reading.best_guess is None else f"{text}; best guess {reading.best_guess}"


def to_json(name: str, reading: Reading, model: str) -> str:
    """Return the answer as a JSON object on one line; `model` is the start of its SHA-256."""
    return json.dumps(to_record(name, reading, model))


def to_csv(name: str, reading: Reading, model: str) -> str:
    """Return the answer as a row under CSV_HEADER."""
    record = to_record(name, reading, model)
    probabilities = record.pop("probabilities") or [None] * 10
    return csv_line([*record.values(), *probabilities])


def csv_line(values: Iterable[Any]) -> str:
    """Join values to a row of a CSV file, quoted where they need it."""
    row, end = (
        io.StringIO(),
        "\r\n",
    )  # only what stands in the end of a line is quoted in Python 3.11
    csv.writer(row, lineterminator=end).writerow(values)
    return row.getvalue().removesuffix(end)


def to_record(name: str, reading: Reading, model: str) -> dict[str, Any]:
    """Return the answer as what JSON can hold; `model` is the start of its SHA-256."""
    return {
        "path": name,
        "prediction": reading.prediction,
        "confidence": reading.confidence,
        "probabilities": reading.probabilities,
        "reason": reading.reason,
        "count": reading.count,
        "error": reading.error,
        "model": model,
    }


def numbers_to_plain(name: str, reading: NumbersReading, width: int) -> str:
    """Say what the picture `name` shows: its name in `width` columns, then its numbers."""
    texts = "   ".join(number.text for number in reading.numbers)
    return f"{_shown(name):{width}}  {texts or '-  ' + str(reading.reason).replace('_', ' ')}"


def numbers_to_json(name: str, reading: NumbersReading, model: str) -> str:
    """Return the answer as a JSON object on one line; `model` is the start of its SHA-256."""
    return json.dumps(numbers_to_record(name, reading, model))


def numbers_to_csv(name: str, reading: NumbersReading, model: str) -> str:
    """Return the answer as rows under NUMBERS_HEADER: one a number, or one that says why not."""
    if not reading.numbers:
        return csv_line([name, *[None] * 6, reading.reason, reading.error, model])
    return "\n".join(
        csv_line([name, number.text, number.confidence, *number.box, None, None, model])
        for number in reading.numbers
    )


def numbers_to_record(name: str, reading: NumbersReading, model: str) -> dict[str, Any]:
    """Return the answer as what JSON can hold; `model` is the start of its SHA-256."""
    numbers = [
        {
            "text": number.text,
            "confidence": number.confidence,
            "box": number.box,
            "digits": [
                {
                    "prediction": digit.prediction,
                    "confidence": digit.confidence,
                    "box": digit.box,
                }
                for digit in number.digits
            ],
        }
        for number in reading.numbers
    ]
    return {
        "path": name,
        "numbers": numbers,
        "reason": reading.reason,
        "error": reading.error,
        "model": model,
    }
