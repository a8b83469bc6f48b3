"""Two models from the repository's history read the same picture, side by side."""

import html
from pathlib import Path

import streamlit as st

from app.answer import answer_html
from app.examples import load_examples
from app.revisions import Revision, list_revisions, load_revision
from digits.reading.classifier import Classifier, ModelError
from digits.reading.reader import Reading, read_digit

INVITATION = "Draw a digit, or choose an example, and see here what two models make of it."


def is_history_here() -> bool:
    """Tell whether the app lies in a Git repository; where it is deployed, it need not."""
    return Path(".git").exists()


@st.fragment
def show_comparison(_: Classifier) -> None:
    """Show two choices of a revision, and both answers for the drawing or the chosen example."""
    revisions = list_revisions()
    if len(revisions) < 2:
        st.markdown(
            "The history holds one model, and it takes two to compare them. Commit another, or let "
            "`dvc exp run` make one."
        )
        return
    columns = st.columns(2, gap="medium")
    names = "One model", "Another model"
    chosen = []
    for place, (column, name) in enumerate(zip(columns, names, strict=True)):
        with column:
            revision = st.selectbox(
                name, revisions, place, format_func=describe, key=f"model-{place}"
            )
            chosen.append(revision)
    content = current_picture()
    for column, revision, other in zip(columns, chosen, chosen[::-1], strict=True):
        with column:
            st.html(answer_of(revision, content))
            st.html(revision_html(revision, other))


def current_picture() -> bytes | None:
    """Return the picture on the canvas, or else the example that was chosen."""
    state = st.session_state
    drawing: bytes | None = state.get("drawing")
    if not state.get("strokes") and "example" in state:
        number: int = state.example
        return load_examples()[number]
    return drawing


def describe(revision: Revision) -> str:
    """Return a revision's name, date and accuracy in a line."""
    facts = [revision.name, revision.date]
    if revision.accuracy is not None:
        facts.append(f"{100 * revision.accuracy:.2f} %")
    return " · ".join(facts)


def answer_of(revision: Revision, content: bytes | None) -> str:
    """Return the answer of a revision's model for a picture, as HTML."""
    reading = Reading(reason="blank")
    try:
        classifier = load_revision(revision.commit)
        if content is not None:
            reading = read_digit(classifier, content)
    except (ModelError, ValueError, RuntimeError) as error:  # LiteRT refuses what it can't read
        return f'<p role="status">This model can\'t be used: {html.escape(str(error))}</p>'
    return answer_html(reading, INVITATION)


def revision_html(revision: Revision, other: Revision) -> str:
    """Return the commit of a revision, and in what its parameters differ from the other's."""
    facts = {"revision": revision.name, "commit": revision.commit[:8], "date": revision.date}
    if revision.accuracy is not None:
        facts["accuracy"] = f"{100 * revision.accuracy:.2f} %"
    for name in {**revision.params, **other.params}:
        if revision.params.get(name) != other.params.get(name):
            facts[name] = revision.params.get(name, "–")
    rows = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th><td>{html.escape(value)}</td></tr>'
        for name, value in facts.items()
    )
    return f'<table class="facts">{rows}</table>'
