"""Upload or photograph digits: one picture gets an answer, several a table."""

import streamlit as st

from app.answer import show_answer
from app.table import show_table
from digits.reading.classifier import Classifier
from digits.reading.formats import ENDINGS, FORMAT_NAMES


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
        show_table(classifier, [(file.name, file.getvalue()) for file in files])


@st.fragment
def show_camera(classifier: Classifier) -> None:
    """Show the camera and what was read."""
    photo = st.camera_input("Photograph a digit or numbers", key="Camera")
    if photo:
        show_answer(classifier, photo.getvalue(), "camera-steps", name=photo.name)
