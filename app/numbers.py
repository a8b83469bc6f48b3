"""Numbers on a picture: each in large figures, and its digits' boxes on the picture."""

import html

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from app.pictures import picture_html
from app.words import in_brief, in_numbers
from digits.commands import formats
from digits.reading.image import read_page
from digits.reading.numbers import Number, NumbersReading

# Of a digit that is less probable than this, another is about as likely.
DOUBTFUL = 0.5
_BLUE, _ORANGE = "#0072B2", "#D55E00"


def show_numbers(content: bytes, reading: NumbersReading, name: str | None, model: str) -> None:
    """Show what numbers a picture holds; of a file, whose `name` is given, as a table to download,
    too."""
    st.html(numbers_html(content, reading))
    if name is not None:
        rows = [
            formats.csv_line(formats.NUMBERS_HEADER),
            formats.numbers_to_csv(name, reading, model),
        ]
        table = "\n".join([*rows, ""])
        st.download_button(
            "Download as CSV", table, "numbers.csv", "text/csv", icon=":material/download:"
        )


def numbers_html(content: bytes, reading: NumbersReading) -> str:
    """Return the numbers, and the picture with a box around each digit, as a fragment of HTML."""
    numbers = "".join(_number_html(number) for number in reading.numbers)
    digits = [digit for number in reading.numbers for digit in number.digits]
    note = ""
    if any(digit.confidence < DOUBTFUL for digit in digits):
        note = "<p>What is underlined is doubtful.</p>"
    picture = picture_html(boxed(content, reading), "where they are", side=640)
    return f'<div class="numbers"><div role="status">{numbers}{note}</div>{picture}</div>'


def _number_html(number: Number) -> str:
    figures = "".join(
        f'<span class="{"doubtful" if digit.confidence < DOUBTFUL else "sure"}"'
        f' data-confidence="{html.escape(in_brief(digit.confidence))}">{digit.prediction}</span>'
        for digit in number.digits
    )
    of_all = " that all are right" if len(number.digits) > 1 else ""
    sure = html.escape(in_numbers(number.confidence) + of_all)
    return f'<div><p class="number">{figures}</p><p>{sure}</p></div>'


def boxed(content: bytes, reading: NumbersReading) -> NDArray[np.uint8]:
    """Draw a box around each digit of a picture: uint8 array (height, width, 3)."""
    page = read_page(content)
    picture = Image.fromarray(page.pixels).convert("RGB")
    pen, line = ImageDraw.Draw(picture), max(1, round(max(picture.size) / 200))
    for digit in (digit for number in reading.numbers for digit in number.digits):
        left, top, width, height = (side / page.scale for side in digit.box)
        color = _BLUE if digit.confidence >= DOUBTFUL else _ORANGE
        pen.rectangle((left, top, left + width, top + height), outline=color, width=line)
    return np.asarray(picture)
