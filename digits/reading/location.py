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
    here = Path.cwd()
    for folder in (here, *here.parents):
        model = folder / MODEL
        if model.is_file():
            return model
    installed = _PACKAGE / MODEL
    return installed if installed.is_file() else _PACKAGE.parent / MODEL
