"""Read handwritten digits and numbers: `from digits import read_digit, read_numbers`;
`read_digit("7.png").prediction`, `read_numbers("form.png").numbers[0].text`.

Each name is loaded when it is first asked for, so that what needs neither, like `digits --help`,
answers at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digits.errors import DigitsError
    from digits.reading.classifier import Classifier
    from digits.reading.digit_reader import read_digit
    from digits.reading.number_reader import read_numbers
    from digits.reading.numbers import NumbersReading
    from digits.reading.reader import Reading

__all__ = [
    "Classifier",
    "DigitsError",
    "NumbersReading",
    "Reading",
    "read_digit",
    "read_numbers",
]

_MODULES = {
    "Classifier": "digits.reading.classifier",
    "DigitsError": "digits.errors",
    "NumbersReading": "digits.reading.numbers",
    "Reading": "digits.reading.reader",
    "read_digit": "digits.reading.digit_reader",
    "read_numbers": "digits.reading.number_reader",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
