"""Which digit or number a picture shows, as its folder or its own name says."""

import re
from pathlib import Path

from digits.commands.errors import UsageError

_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_FOLDER = re.compile(rf"(?:digit[ _-]?)?([0-9]|{'|'.join(_WORDS)})", re.IGNORECASE)
# A digit, then no letter, no further digit and no decimal fraction.
_END = r"(?![^\W_]|[.,][0-9])"
_NAME, _NUMBER = re.compile(f"([0-9]){_END}"), re.compile(f"([0-9]+){_END}")
_ADVICE = (
    "put it into a folder named 0 to 9, or begin its name with the digit and a separator, like "
    "7-first.png"
)


def find_label(picture: Path, top: Path) -> int:
    """Return the digit that names a folder between `top` and the picture; or else `top` itself; or
    else the digit that the picture's own name begins with.

    Raises UsageError where folders name several digits, or nothing names one.
    """
    folders = picture.relative_to(top).parts[:-1]
    for names in (folders, [top.resolve().name]):
        labels = {_to_digit(match[1]) for name in names if (match := _FOLDER.fullmatch(name))}
        if len(labels) > 1:
            below = " and ".join(map(str, sorted(labels)))
            raise UsageError(
                f"{picture} lies in folders of several digits, {below}: name one of them"
            )
        if labels:
            return labels.pop()
    return _from_name(picture)


def names_digit(folder: str) -> bool:
    """Say whether a folder's name is that of a digit: "7", "seven", "digit 7"."""
    return _FOLDER.fullmatch(folder) is not None


def number_of(picture: Path) -> str:
    """Return the number that a picture's name begins with: "0471" for 0471_3.jpg.

    Raises UsageError where there is none.
    """
    if match := _NUMBER.match(picture.stem):
        return match[1]
    raise UsageError(
        f"{picture} doesn't say which number it shows: begin its name with the number and a "
        "separator, like 4711_first.png"
    )


def _from_name(picture: Path) -> int:
    if match := _NAME.match(picture.stem):
        return int(match[1])
    if number := re.match("[0-9]{2,}", picture.stem):
        raise UsageError(
            f"{picture} begins with {number[0]}, which is no single digit: {_ADVICE}; "
            "`digits evaluate --numbers` takes it for the number that is shown"
        )
    raise UsageError(f"{picture} doesn't say which digit it shows: {_ADVICE}")


def _to_digit(text: str) -> int:
    return int(text) if text.isdigit() else _WORDS.index(text.lower())
