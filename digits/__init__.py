"""Read handwritten digits: `from digits import Classifier, read_digit`.

Both are loaded when they are first asked for, so that what needs neither, like `digits --help`,
answers at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digits.reading.classifier import Classifier
    from digits.reading.reader import read_digit

__all__ = ["Classifier", "read_digit"]

_MODULES = {"Classifier": "digits.reading.classifier", "read_digit": "digits.reading.reader"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
