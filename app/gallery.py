"""Example digits to choose from, for those who can't or won't draw."""

import streamlit as st

from app.answer import show_answer
from app.examples import load_examples
from app.pictures import png_to_url
from digits.reading.classifier import Classifier


@st.fragment
def show_gallery(classifier: Classifier) -> None:
    """Show the example digits as buttons, and the answer for the chosen one."""
    examples = load_examples()
    choice, answer = st.columns(2, gap="medium")
    with choice, st.container(horizontal=True, key="gallery"):
        for number, content in enumerate(examples):
            st.button(
                f"![example {number + 1}]({png_to_url(content)})",
                key=f"example-{number}",
                on_click=_choose,
                args=(number,),
                width="stretch",
            )
    with answer:
        chosen = st.session_state.get("example")
        show_answer(
            classifier,
            None if chosen is None else examples[chosen],
            "example-steps",
            blank="Choose a digit: the model never saw it while it was trained.",
            own=False,
        )


def _choose(number: int) -> None:
    st.session_state.example = number
