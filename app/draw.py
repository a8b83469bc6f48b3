"""Draw a digit or a number with mouse, pen or finger; the answer follows each stroke by itself."""

import base64
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from app.answer import show_answer
from digits.reading.classifier import Classifier

# Wide enough for a number; of what a phone has no room for, style.css shows the left.
WIDTH, HEIGHT = 600, 320
PENS = {"Thin": 12, "Medium": 20, "Thick": 32}
PEN = "Medium"
INVITATION = "Draw a digit or a number, large or small, anywhere on the paper."


@st.fragment
def show_drawing(classifier: Classifier) -> None:
    """Show the canvas, its buttons and the answer."""
    state = st.session_state
    is_new = "start" not in state
    state.setdefault("start", {"objects": [], "number": 0})
    if not is_new and not _takes_over():
        state.replaced = None  # the same strokes may be drawn again
        _hand_over()
    page = st.container(horizontal=True, gap="medium", key="drawing")
    drawing, answer = page.container(width=WIDTH), page.container(key="drawing-answer")
    with drawing:
        st_canvas(
            key="canvas",
            width=WIDTH,
            height=HEIGHT,
            stroke_width=PENS[state.get("pen", PEN)],
            stroke_color="#000000",
            background_color="#ffffff",
            initial_drawing=state.start,
            return_image_data=True,
        )
        _show_tools()
    if is_new and is_drawn():  # on a page that is older than this session, or than the server
        _give(_sent())
        st.rerun()
    with answer:
        show_answer(classifier, current_drawing(), "drawing-steps", blank=INVITATION)


def current_drawing() -> bytes | None:
    """Return the drawing as a PNG; None before the canvas has sent one."""
    data: str | None = st.session_state.canvas["drawing"]["data"]
    return None if data is None else base64.b64decode(data.partition(",")[2])


def is_drawn() -> bool:
    """Tell whether there is a stroke on the canvas."""
    return bool(_strokes())


def _show_tools() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="tools"):
        with st.container(horizontal=True, key="buttons"):
            _button("Undo", "undo", _undo)
            _button("Clear", "delete", _clear)
        # For a slider the browser would load ten files more before the first page is there.
        with st.container(key="pens"):
            st.segmented_control(
                "Pen", list(PENS), default=PEN, required=True, key="pen", width="stretch"
            )


def _button(name: str, icon: str, change: Callable[[], None]) -> None:
    st.button(name, key=name.lower(), icon=f":material/{icon}:", on_click=change, width="stretch")


def _strokes() -> list[dict[str, Any]]:
    """Return what the canvas has sent, or what is to take the place of that."""
    state = st.session_state
    wanted: list[dict[str, Any]] | None = state.get("wanted")
    if wanted is None:
        return state.start["objects"] if _takes_over() else _sent()
    return wanted


def _sent() -> list[dict[str, Any]]:
    strokes: list[dict[str, Any]] = st.session_state.canvas["drawing"]["raw"]["objects"]
    return strokes


def _takes_over() -> bool:
    """Tell whether the canvas was given a drawing that it has not sent back yet."""
    return _sent() == st.session_state.get("replaced")


def _undo() -> None:
    _start_from(_strokes()[:-1])


def _clear() -> None:
    _start_from([])


def _start_from(strokes: list[dict[str, Any]]) -> None:
    """Put a drawing on the canvas as soon as it has taken over the one before.

    Of two changes at once, Streamlit takes the canvas down at the second and puts up another, which
    never tells what is on it.
    """
    if not _strokes():
        return  # what the canvas takes over would undo a stroke begun meanwhile
    st.session_state.wanted = strokes
    if not _takes_over():
        _hand_over()


def _hand_over() -> None:
    """Give the canvas what is wanted, if that differs from what is on it."""
    state = st.session_state
    wanted, state.wanted = state.get("wanted"), None
    if wanted not in (None, _sent()):
        state.replaced = _sent()
        _give(wanted)


def _give(strokes: list[dict[str, Any]]) -> None:
    """Give the canvas a drawing, which it takes over if it differs from what it last began with: a
    number makes it differ even where the same strokes were put there before."""
    state = st.session_state
    state.start = {"objects": strokes, "number": state.start["number"] + 1}
