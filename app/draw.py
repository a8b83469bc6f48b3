"""Draw a digit with mouse, pen or finger; the answer follows each stroke by itself."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from app.answer import show_answer
from digits.reading.classifier import Classifier

SIDE = 320
PENS = {"Thin": 12, "Medium": 20, "Thick": 32}
PEN = "Medium"
INVITATION = "Draw a digit from 0 to 9, large or small, anywhere in the square."


@st.fragment
def show_drawing(classifier: Classifier) -> None:
    """Show the canvas, its buttons and the answer."""
    state = st.session_state
    state.setdefault("start", {"objects": [], "number": 0})
    drawing, answer = st.columns(2, gap="medium")
    with drawing:
        canvas = st_canvas(
            key="canvas",
            width=SIDE,
            height=SIDE,
            stroke_width=PENS[state.get("pen", PEN)],
            stroke_color="#000000",
            background_color="#ffffff",
            initial_drawing=state.start,
            return_image_data=True,
            on_change=_remember,
        )
        with st.container(horizontal=True, width=SIDE, key="buttons"):
            _button("Undo", "undo", _undo)
            _button("Clear", "delete", _clear)
        # For a slider the browser would load ten files more before the first page is there.
        st.segmented_control("Pen", list(PENS), default=PEN, required=True, key="pen", width=SIDE)
    state.drawing = canvas.image_bytes
    with answer:
        show_answer(classifier, state.drawing, "drawing-steps", blank=INVITATION)


def _button(name: str, icon: str, change: Callable[[], None]) -> None:
    st.button(name, key=name.lower(), icon=f":material/{icon}:", on_click=change, width="stretch")


def _remember() -> None:
    st.session_state.strokes = st.session_state.canvas["drawing"]["raw"]["objects"]


def _undo() -> None:
    _start_from(st.session_state.get("strokes", [])[:-1])


def _clear() -> None:
    _start_from([])


def _start_from(strokes: list[dict[str, Any]]) -> None:
    """Put a drawing on the canvas, which takes it over if it differs from what it last began with.

    A number makes it differ even where the same strokes were put there before.
    """
    state = st.session_state
    if strokes == state.get("strokes", []):
        return  # what the canvas takes over would undo a stroke begun meanwhile
    state.strokes = strokes
    state.start = {"objects": strokes, "number": state.start["number"] + 1}
