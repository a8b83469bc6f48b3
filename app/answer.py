"""What the model makes of one picture: the answer, every digit's probability, the way there."""

import html

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw

from app.correction import show_correction
from app.numbers import show_numbers
from app.pictures import picture_html
from app.why import why_html
from app.words import in_numbers, in_words
from digits.reading.classifier import Classifier
from digits.reading.digit_reader import read_digit
from digits.reading.image import read_image, to_mnist
from digits.reading.ink import find_ink
from digits.reading.number_reader import read_numbers
from digits.reading.numbers import NumbersReading
from digits.reading.reader import Reading

BLANK = "There is nothing but paper in this picture."
Answer = Reading | NumbersReading
_NO_ANSWER = {
    "ambiguous": "Which digit this is isn't clear.",
    "not_a_digit": "This doesn't look like a digit.",
    "several_digits": "There are {count} separate things here, but they don't look like numbers.",
}


def show_answer(
    classifier: Classifier,
    content: bytes | None,
    key: str,
    blank: str = BLANK,
    name: str | None = None,
    own: bool = True,
) -> None:
    """Read a picture and show the answer: its digit, or else the numbers that are found on it.

    Where there is nothing but paper, or no picture yet, the sentence `blank` stands instead. `key`
    names the answer on the page, `name` is the file's, if it is one. Whether a digit is right can
    be said only of the visitor's `own` pictures.
    """
    if not content:
        st.html(answer_html(Reading(reason="blank"), blank))
        return
    reading = read_picture(content, classifier)
    if isinstance(reading, NumbersReading):
        show_numbers(content, reading, name, classifier.version)
        return
    st.html(answer_html(reading, blank))
    if own and (reading.reason is None or reading.reason in _NO_ANSWER):
        show_correction(content, reading, classifier.version, key)
    if reading.probabilities is None or reading.found:
        return
    with st.expander("How the picture became 28 × 28", on_change="rerun", key=key) as steps:
        if steps.open:
            st.html(steps_html(content))
    with st.expander("What the answer rests on", on_change="rerun", key=f"{key}-why") as why:
        if why.open:
            st.html(why_html(classifier, reading))


def read_picture(content: bytes, classifier: Classifier) -> Answer:
    """Read the digit in a picture, or else the numbers on it, if there are any."""
    reading = read_digit(content, classifier)
    if reading.found or reading.reason in _NO_ANSWER:
        numbers = read_numbers(content, classifier)
        if numbers.numbers:
            return numbers
    return reading


def explain(reading: Reading, blank: str = BLANK) -> str:
    """Say in a sentence why a reading has no answer."""
    if reading.reason == "blank":
        return blank
    if reading.error:
        return f"{reading.error[0].upper()}{reading.error[1:]}."
    sentence = _NO_ANSWER.get(str(reading.reason), "The model gives no answer for this picture.")
    return sentence.format(count=reading.count)


def answer_html(reading: Reading, blank: str) -> str:
    """Return the answer, what the model saw, and the bar chart, as a fragment of HTML."""
    if reading.probabilities is None or reading.digit is None:
        return f'<p class="no-answer" role="status">{html.escape(explain(reading, blank))}</p>'
    best = int(np.argmax(reading.probabilities))
    probability = reading.probabilities[best]
    sure = f"{in_words(probability)}, {html.escape(in_numbers(probability))}"
    if reading.prediction is None:
        why = html.escape(explain(reading), quote=False)
        text = f"<p>{why} If it is a digit, then a {best}: {sure}.</p>"
    else:
        text = f'<p class="digit">{reading.prediction}</p><p>{sure}</p>'
    seen = picture_html(reading.digit, "what the model sees")
    chart = chart_html(reading.probabilities, best)
    return f'<div class="answer"><div role="status">{text}</div>{seen}</div>{chart}'


def chart_html(probabilities: tuple[float, ...], best: int) -> str:
    """Return the bar chart of the ten probabilities: a table, so that it can be read aloud."""
    rows = (
        f'<tr{" class=best" if digit == best else ""}><th scope="row">{digit}</th>'
        f'<td><div style="width:{probability:.2%}"></div></td>'
        f"<td>{html.escape(in_numbers(probability))}</td></tr>"
        for digit, probability in enumerate(probabilities)
    )
    return f'<table class="chart" aria-label="Probability of each digit">{"".join(rows)}</table>'


def steps_html(content: bytes) -> str:
    """Return the steps from a readable picture to what the model sees, as a row of pictures."""
    image = read_image(content)
    ink = find_ink(image)
    boxed = Image.fromarray(ink).convert("RGB")
    ImageDraw.Draw(boxed).rectangle(boxed.getbbox() or (0, 0, 0, 0), outline="#56B4E9", width=3)
    steps = {
        "the picture": image.round().astype(np.uint8),
        "its ink": ink,
        "the ink's box": np.asarray(boxed),
        "28 × 28, centred": to_mnist(image),
    }
    pictures = (picture_html(pixels, caption) for caption, pixels in steps.items())
    return f'<div class="steps">{"".join(pictures)}</div>'
