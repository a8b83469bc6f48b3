"""Upload or photograph digits: one picture gets an answer, several a table."""

import html

import numpy as np
import streamlit as st

from app.answer import explain, show_answer
from app.pictures import picture_html
from app.words import in_numbers
from digits.commands import formats
from digits.reading.classifier import Classifier
from digits.reading.digit_reader import read_digit
from digits.reading.formats import ENDINGS, FORMAT_NAMES
from digits.reading.image import read_image
from digits.reading.reader import Reading

THUMBNAIL = 96  # twice what is shown, for screens with two pixels in one
_COLUMNS = ("picture", "model sees", "digit", "file")
_HEAD = f"<tr>{''.join(f'<th>{name}</th>' for name in _COLUMNS)}</tr>"


@st.fragment
def show_upload(classifier: Classifier) -> None:
    """Show the file uploader and what was read."""
    files = st.file_uploader(
        f"Pictures of a digit or of numbers: {FORMAT_NAMES}",
        type=list(ENDINGS),
        accept_multiple_files=True,
        key="Upload",
    )
    if len(files) == 1:
        show_answer(classifier, files[0].getvalue(), "upload-steps", name=files[0].name)
    elif files:
        _show_table(classifier, [(file.name, file.getvalue()) for file in files])


@st.fragment
def show_camera(classifier: Classifier) -> None:
    """Show the camera and what was read."""
    photo = st.camera_input("Photograph a digit or numbers", key="Camera")
    if photo:
        show_answer(classifier, photo.getvalue(), "camera-steps", name=photo.name)


def _show_table(classifier: Classifier, pictures: list[tuple[str, bytes]]) -> None:
    readings = [(name, read_digit(content, classifier)) for name, content in pictures]
    rows = (
        row_html(name, content, reading)
        for (name, content), (_, reading) in zip(pictures, readings, strict=True)
    )
    st.html(f'<table class="readings">{_HEAD}{"".join(rows)}</table>')
    table = to_table(readings, classifier.version)
    st.download_button(
        "Download as CSV", table, "digits.csv", "text/csv", icon=":material/download:"
    )


def row_html(name: str, content: bytes, reading: Reading) -> str:
    """Return a picture, what the model saw, the answer and the file's name as a row of a table."""
    pictures = ["", ""]
    if reading.digit is not None:
        picture = read_image(content).round().astype(np.uint8)
        pictures = [picture_html(pixels, side=THUMBNAIL) for pixels in (picture, reading.digit)]
    digit = "" if reading.prediction is None else reading.prediction
    notes = [] if reading.confidence is None else [in_numbers(reading.confidence)]
    notes += [explain(reading)] if reading.reason else []
    file = f"{html.escape(name)}<br>{html.escape(' '.join(notes))}"
    cells = [*pictures, f"<b>{digit}</b>", file]
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def to_table(readings: list[tuple[str, Reading]], model: str) -> str:
    """Return file names and their readings as `digits predict --csv` would print them."""
    rows = [formats.to_csv(name, reading, model) for name, reading in readings]
    return "\n".join([formats.csv_line(formats.CSV_HEADER), *rows, ""])
