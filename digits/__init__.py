"""Read handwritten digits: `from digits import read_digit`; `read_digit("7.png").prediction`.

Each name is loaded when it is first asked for, so that what needs neither, like `digits --help`,
answers at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digits.errors import DigitsError
    from digits.reading.classifier import Classifier
    from digits.reading.reader import Reading, read_digit

__all__ = ["Classifier", "DigitsError", "Reading", "read_digit"]

_MODULES = {
    "Classifier": "digits.reading.classifier",
    "DigitsError": "digits.errors",
    "Reading": "digits.reading.reader",
    "read_digit": "digits.reading.reader",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
