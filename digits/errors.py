"""The errors whose message is a sentence for the user."""


class DigitsError(Exception):
    """Something that the user can put right; the message says how, and no traceback is needed."""
