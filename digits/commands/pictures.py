"""Which pictures a call means: files, folders of them, patterns and standard input."""

import glob
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import NamedTuple

from digits.commands.streams import note
from digits.reading.formats import ENDINGS, open_picture
from digits.reading.image import MAX_BYTES, Source


class Picture(NamedTuple):
    """A picture to read: its name in the results, and where its bytes are."""

    name: str
    source: Source


def find_pictures(arguments: Iterable[str], quiet: bool = False) -> Iterator[Picture]:
    """Turn files, folders, patterns and "-" into pictures; what is none of them stays a name.

    A folder stands for the pictures in it and below it. How many other files it holds is said in a
    line on standard error, unless `quiet`; a folder below it that can't be opened stays a name.
    """
    for argument in arguments:
        if argument == "-":
            yield Picture("-", _read_stdin())
        elif os.path.exists(argument):  # noqa: PTH110 - Path.exists raises on a name too long
            yield from _at(argument, quiet)
        else:
            # Path.glob takes no pattern that starts at the root.
            found = sorted(glob.glob(argument, recursive=True))  # noqa: PTH207
            if "**" in argument:  # which finds what is in folders, too
                found = [name for name in found if not os.path.isdir(name)]  # noqa: PTH112
            for name in found or [argument]:
                yield from _at(name, quiet)


def _at(path: str, quiet: bool) -> Iterator[Picture]:
    """Yield the picture at a path, or those in the folder there."""
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises on a name too long
        found = _in_folder(path, quiet)
        yield from (Picture(name, name) for name in found or [path])
    elif os.path.isfile(path) or not os.path.exists(path):  # noqa: PTH110, PTH113 - so do these
        yield Picture(path, path)
    else:
        yield Picture(path, _read_once(path))


def _read_stdin() -> bytes:
    try:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    except (AttributeError, OSError):  # closed, or a folder: nothing to read
        return b""


def _read_once(path: str) -> Source:
    """Read a pipe or a device, which would not give its bytes again; what can't be read stays a
    path, so that whoever opens it says why."""
    try:
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        return path


def _in_folder(folder: str, quiet: bool) -> list[str]:
    found, left_out = [], Counter[str]()
    for path in sorted(_walk(folder), key=str):
        if reason := _why_not(path, path.relative_to(folder)):
            left_out[reason] += 1
        else:
            found.append(str(path))
    if left_out and not quiet:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(left_out.items()))
        count = left_out.total()
        note(f"{folder}: {count} file{'s' * (count > 1)} left out: {reasons}")
    return found


def _walk(folder: str) -> Iterator[Path]:
    """Yield what is in a folder and below it: all but folders, unless they are links, which may
    lead in circles, or can't be opened."""
    locked: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=locked.append):
        links = [name for name in folders if os.path.islink(Path(place, name))]  # noqa: PTH114
        yield from (Path(place, name) for name in (*files, *links))
    yield from (Path(error.filename) for error in locked)


def is_hidden(below: PurePath) -> bool:
    """Say whether a file is a copy that an editor, a notebook or macOS keeps of what is visible;
    `below`: its path inside of what is read."""
    return any(name.startswith(".") or name == "__MACOSX" for name in below.parts)


def _why_not(path: Path, below: PurePath) -> str | None:
    """Say why a file of a folder is not taken for a picture; `below` is its path inside."""
    if is_hidden(below):
        return "hidden"
    if os.path.isdir(path):  # noqa: PTH112
        return "a link to a folder" if os.path.islink(path) else None  # noqa: PTH114
    if not os.path.isfile(path):  # noqa: PTH113 - a pipe, which might never end, or a dead link
        return "not a file"
    return None if is_picture(path) else "not a picture"


def is_picture(path: Path) -> bool:
    """Say whether a file is named like a picture, or begins like one whatever its name."""
    if path.suffix.lower() in ENDINGS:
        return True
    try:
        with path.open("rb") as file:
            open_picture(file)
    except ImportError:  # it is one, which takes a package that is not installed
        return True
    except Exception:  # as many as there are decoders
        return False
    return True
