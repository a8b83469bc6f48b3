"""What several pictures show, as a table on the page and as one to download."""

import html

import numpy as np
import streamlit as st

from app.answer import Answer, explain, read_picture
from app.numbers import boxed
from app.pictures import picture_html
from app.words import in_numbers
from digits.commands import formats
from digits.reading.classifier import Classifier
from digits.reading.image import read_image
from digits.reading.numbers import NumbersReading
from digits.reading.reader import Reading

# Twice what is shown, for screens with two pixels in one: of a digit, of a number.
THUMBNAIL, WIDE = 96, 480
_COLUMNS = ("picture", "model sees", "answer", "file")
_HEAD = f"<tr>{''.join(f'<th>{name}</th>' for name in _COLUMNS)}</tr>"


def show_table(classifier: Classifier, pictures: list[tuple[str, bytes]]) -> None:
    """Show what files show, each a name and its content: a row for each, and a CSV file."""
    answers = [(name, read_picture(content, classifier)) for name, content in pictures]
    rows = (
        row_html(name, content, answer)
        for (name, content), (_, answer) in zip(pictures, answers, strict=True)
    )
    st.html(f'<table class="readings">{_HEAD}{"".join(rows)}</table>')
    table = to_table(answers, classifier.version)
    holds_numbers = any(isinstance(answer, NumbersReading) for _, answer in answers)
    name = "numbers.csv" if holds_numbers else "digits.csv"
    st.download_button("Download as CSV", table, name, "text/csv", icon=":material/download:")


def row_html(name: str, content: bytes, answer: Answer) -> str:
    """Return a picture, what the model saw, the answer and the file's name as a row of a table.

    Where numbers were found, both pictures are one: where they are.
    """
    cells = ["<td></td>", "<td></td>"]
    if isinstance(answer, NumbersReading):
        cells = [f'<td colspan="2">{picture_html(boxed(content, answer), side=WIDE)}</td>']
        text = " ".join(number.text for number in answer.numbers)
        notes = ", ".join(in_numbers(number.confidence) for number in answer.numbers)
    else:
        if answer.digit is not None:
            picture = read_image(content).round().astype(np.uint8)
            pictures = (picture_html(pixels, side=THUMBNAIL) for pixels in (picture, answer.digit))
            cells = [f"<td>{figure}</td>" for figure in pictures]
        text = "" if answer.prediction is None else str(answer.prediction)
        sure = "" if answer.confidence is None else in_numbers(answer.confidence)
        notes = f"{sure} {explain(answer) if answer.reason else ''}".strip()
    file = f"{html.escape(name)}<br>{html.escape(notes)}"
    return f"<tr>{''.join(cells)}<td><b>{text}</b></td><td>{file}</td></tr>"


def to_table(answers: list[tuple[str, Answer]], model: str) -> str:
    """Return file names and their answers as `digits predict --csv` would print them.

    Where some hold numbers, as `digits read --csv` would: a single digit, whose place was not
    looked for, has no box then.
    """
    digits = [(name, answer) for name, answer in answers if isinstance(answer, Reading)]
    if len(digits) == len(answers):
        header = formats.CSV_HEADER
        rows = [formats.to_csv(name, reading, model) for name, reading in digits]
    else:
        header = formats.NUMBERS_HEADER
        rows = [_to_rows(name, answer, model) for name, answer in answers]
    return "\n".join([formats.csv_line(header), *rows, ""])


def _to_rows(name: str, answer: Answer, model: str) -> str:
    if isinstance(answer, NumbersReading):
        return formats.numbers_to_csv(name, answer, model)
    sure = None if answer.prediction is None else answer.confidence
    cells = [name, answer.prediction, sure, *[None] * 4, answer.reason, answer.error, model]
    return formats.csv_line(cells)
