"""A probability in words and in numbers, for people."""

# The likelihood scale of the IPCC (Mastrandrea et al., "Guidance Note on Consistent Treatment of
# Uncertainties", 2010): the least probability of each term.
_TERMS = {
    "virtually certain": 0.99,
    "very likely": 0.9,
    "likely": 0.66,
    "about as likely as not": 0.33,
    "unlikely": 0.0,
}


def in_words(probability: float) -> str:
    """Return the IPCC's term for a probability from 0 to 1: "very likely" for 0.95."""
    return next(term for term, least in _TERMS.items() if probability >= least)


def in_numbers(probability: float) -> str:
    """Return a probability from 0 to 1 as a percentage: "97.3 %", but never 0 or 100 %.

    No model is that sure, and rounding must not claim it.
    """
    if probability > 0.999:
        return "> 99.9 %"
    if probability < 0.001:
        return "< 0.1 %"
    return f"{100 * probability:.1f} %"


def in_brief(probability: float) -> str:
    """Return a probability from 0 to 1 as a whole percentage: "97 %", but never 0 or 100 %."""
    if probability > 0.99:
        return "> 99 %"
    if probability < 0.01:
        return "< 1 %"
    return f"{100 * probability:.0f} %"
