"""The project that the app lies in, found from the app's own place, wherever it is started."""

import os
from pathlib import Path

from digits.reading.location import MODEL

ROOT = Path(__file__).resolve().parents[1]


def model_path() -> Path:
    """Return the path of the model to serve: the one that $DIGITS_MODEL names, or the project's."""
    named = os.environ.get("DIGITS_MODEL")
    return Path(named) if named else ROOT / MODEL


def collected_folder() -> Path | None:
    """Return the folder for what visitors correct, which $DIGITS_COLLECT names; None without it."""
    named = os.environ.get("DIGITS_COLLECT")
    return Path(named) if named else None
