"""Example digits and numbers to choose from, for those who can't or won't draw."""

import streamlit as st

from app.answer import show_answer
from app.examples import load_examples, load_gallery
from app.pictures import png_to_url
from digits.reading.classifier import Classifier


@st.fragment
def show_gallery(classifier: Classifier) -> None:
    """Show the examples as buttons, and the answer for the chosen one."""
    examples, digits = load_gallery(), len(load_examples())
    choice, answer = st.columns(2, gap="medium")
    with choice:
        with st.container(horizontal=True, key="gallery"):
            for number, content in enumerate(examples[:digits]):
                _button(number, content)
        with st.container(key="number-gallery"):
            for number, content in enumerate(examples[digits:], digits):
                _button(number, content)
    with answer:
        chosen = st.session_state.get("example")
        show_answer(
            classifier,
            None if chosen is None else examples[chosen],
            "example-steps",
            blank="Choose an example: the model never saw its digits while it was trained.",
            own=False,
        )


def _button(number: int, content: bytes) -> None:
    st.button(
        f"![example {number + 1}]({png_to_url(content)})",
        key=f"example-{number}",
        on_click=_choose,
        args=(number,),
        width="stretch",
    )


def _choose(number: int) -> None:
    st.session_state.example = number
