"""Probabilities in words and numbers."""

import pytest

from app.words import in_brief, in_numbers, in_words


@pytest.mark.parametrize(
    ("probability", "words", "numbers"),
    [
        (1.0, "virtually certain", "> 99.9 %"),
        (0.9991, "virtually certain", "> 99.9 %"),
        (0.99, "virtually certain", "99.0 %"),
        (0.9899, "very likely", "99.0 %"),
        (0.66, "likely", "66.0 %"),
        (0.5, "about as likely as not", "50.0 %"),
        (0.2, "unlikely", "20.0 %"),
        (0.0, "unlikely", "< 0.1 %"),
    ],
)
def test_in_words_and_numbers(probability, words, numbers):
    assert in_words(probability) == words
    assert in_numbers(probability) == numbers


@pytest.mark.parametrize(
    ("probability", "brief"), [(1, "> 99 %"), (0.99, "99 %"), (0.414, "41 %"), (0.001, "< 1 %")]
)
def test_in_brief_none_is_certain(probability, brief):
    assert in_brief(probability) == brief
