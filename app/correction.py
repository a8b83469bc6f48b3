"""What visitors say where an answer is wrong; kept only if whoever serves the page wants it."""

import hashlib

import streamlit as st

from app import project
from digits.data.collected import LABELS, keep
from digits.errors import DigitsError
from digits.reading.reader import Reading

OFFER = "Wrong? It is a …"


def show_correction(content: bytes, reading: Reading, model: str, key: str) -> None:
    """Offer the ten digits under an answer, if corrections are collected, and keep the picture
    under the one that is chosen."""
    if project.collected_folder() is None:
        return
    # Another picture gets a choice of its own, in which nothing is chosen yet.
    key = f"{key}-{hashlib.sha256(content).hexdigest()}"
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}-correction"):
        # A choice closes the offer: it makes it another.
        chosen = st.session_state.get(f"{key}-label")
        with st.popover(OFFER, type="tertiary", key=f"{key}-offer-{chosen}"):
            st.pills(
                "Choose the digit. The picture is then kept, to learn from.",
                LABELS,
                required=True,
                width="stretch",
                key=f"{key}-label",
                on_change=_keep,
                args=(content, reading, model, key),
            )
        corrected, sentence = st.session_state.get("corrected", ("", ""))
        if corrected == key:
            st.html(f'<p class="corrected" role="status">{sentence}</p>')


def _keep(content: bytes, reading: Reading, model: str, key: str) -> None:
    folder, label = project.collected_folder(), st.session_state[f"{key}-label"]
    if folder is None or label is None:
        return
    try:
        keep(folder, content, label, reading, model)
        sentence = f"Kept as a {label}. Thank you."
    except DigitsError as error:
        sentence = f"{str(error)[0].upper()}{str(error)[1:]}."
    st.session_state.corrected = key, sentence


def show_notice() -> None:
    """Say what is kept, and where; nothing where nothing is."""
    folder = project.collected_folder()
    if folder is not None:
        st.caption(
            f"What you name under “{OFFER}” is kept on this server, in `{folder}`, to learn from: "
            "the picture's pixels, your digit, and what the model answered. Nothing else is."
        )
