"""What ends a call with a sentence on standard error; `digits.commands.cli` gives each a status."""

from digits.errors import DigitsError


class UsageError(DigitsError):
    """A call that can't be answered as it stands."""


class WorkersError(DigitsError):
    """The processes that read pictures were ended from outside."""


class OutputError(DigitsError):
    """Results that can't be written."""
