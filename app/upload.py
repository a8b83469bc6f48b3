"""Upload or photograph digits: one picture gets an answer, several a table."""

from typing import Any

import numpy as np
import streamlit as st

from app.answer import explain, show_answer, to_url
from digits import formats
from digits.classifier import Classifier
from digits.image import read_image
from digits.reader import Reading, read_digit
from digits.words import in_numbers

THUMBNAIL = 96


@st.fragment
def show_upload(classifier: Classifier) -> None:
    """Show the file uploader and what was read."""
    files = st.file_uploader(
        "Pictures of one digit each: PNG or JPEG",
        type=["png", "jpg", "jpeg"],
        accept_multiple_files=True,
    )
    if len(files) == 1:
        show_answer(classifier, files[0].getvalue(), "upload-steps")
    elif files:
        _show_table(classifier, [(file.name, file.getvalue()) for file in files])


@st.fragment
def show_camera(classifier: Classifier) -> None:
    """Show the camera and what was read."""
    photo = st.camera_input("Photograph one digit on paper")
    if photo:
        show_answer(classifier, photo.getvalue(), "camera-steps")


def _show_table(classifier: Classifier, pictures: list[tuple[str, bytes]]) -> None:
    readings = [(name, read_digit(classifier, content)) for name, content in pictures]
    st.dataframe(
        [
            _row(name, content, reading)
            for (name, content), (_, reading) in zip(pictures, readings, strict=True)
        ],
        column_config={
            "picture": st.column_config.ImageColumn(width="small"),
            "seen": st.column_config.ImageColumn("model sees", width="small"),
        },
        row_height=64,
        placeholder="",
        hide_index=True,
    )
    table = to_table(readings, classifier.version)
    st.download_button(
        "Download as CSV", table, "digits.csv", "text/csv", icon=":material/download:"
    )


def _row(name: str, content: bytes, reading: Reading) -> dict[str, Any]:
    picture = None if reading.digit is None else read_image(content).round().astype(np.uint8)
    return {
        "picture": None if picture is None else to_url(picture, THUMBNAIL),
        "seen": None if reading.digit is None else to_url(reading.digit, THUMBNAIL),
        "digit": reading.prediction,
        "probability": None if reading.confidence is None else in_numbers(reading.confidence),
        "file": name,
        "note": explain(reading) if reading.reason else None,
    }


def to_table(readings: list[tuple[str, Reading]], model: str) -> str:
    """Return file names and their readings as `digits predict --csv` would print them."""
    rows = [formats.to_csv(name, reading, model) for name, reading in readings]
    return "\n".join([formats.csv_line(formats.CSV_HEADER), *rows, ""])
