"""Which model to read with where none is named."""

import os
from pathlib import Path

MODEL = Path("models/digits.tflite")
_PACKAGE = Path(__file__).resolve().parents[1]


def default_model() -> Path:
    """Return the path of the model to use: the first of these that there is.

    The one that $DIGITS_MODEL names; the one of the project in or around the current folder; the
    one that was installed with this package, or lies in the clone that it runs from.
    """
    if named := os.environ.get("DIGITS_MODEL"):
        return Path(named)
    for folder in _current_folders():
        model = folder / MODEL
        if os.path.isfile(model):  # noqa: PTH113 - Path.is_file raises where it may not look
            return model
    installed = _PACKAGE / MODEL
    return installed if installed.is_file() else _PACKAGE.parent / MODEL


def _current_folders() -> list[Path]:
    """Return the current folder and those around it, from the inside; none if it was removed."""
    try:
        here = Path.cwd()
    except FileNotFoundError:
        return []
    return [here, *here.parents]
