"""Two models from the repository's history read the same picture, side by side."""

import html

import streamlit as st

from app import project
from app.answer import answer_html, read_picture
from app.draw import current_drawing, is_drawn
from app.examples import load_gallery
from app.git import GitError
from app.numbers import numbers_html
from app.revisions import Revision, list_revisions, load_revision
from digits.reading.artefact import ModelError
from digits.reading.classifier import Classifier
from digits.reading.numbers import NumbersReading
from digits.reading.reader import Reading

INVITATION = "Draw a digit, or choose an example, and see here what two models make of it."


def is_history_here() -> bool:
    """Tell whether the app lies in a Git repository; where it is deployed, it need not."""
    return any((folder / ".git").exists() for folder in (project.ROOT, *project.ROOT.parents))


@st.fragment
def show_comparison(_: Classifier) -> None:
    """Show two choices of a revision, and both answers for the drawing or the chosen example."""
    try:
        revisions = list_revisions()
    except GitError as error:
        st.markdown("Git gives no answer about this folder:")
        st.code(str(error), language=None, wrap_lines=True)
        return
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
    if not is_drawn() and "example" in st.session_state:
        number: int = st.session_state.example
        return load_gallery()[number]
    return current_drawing()


def describe(revision: Revision) -> str:
    """Return a revision's name, date and accuracy in a line."""
    facts = [revision.name, revision.date]
    if revision.accuracy is not None:
        facts.append(f"{100 * revision.accuracy:.2f} %")
    return " · ".join(facts)


def answer_of(revision: Revision, content: bytes | None) -> str:
    """Return the answer of a revision's model for a picture, as HTML."""
    try:
        classifier = load_revision(revision.commit)
        if content is None:
            return answer_html(Reading(reason="blank"), INVITATION)
        reading = read_picture(content, classifier)
    except (ModelError, ValueError, RuntimeError) as error:  # LiteRT refuses what it can't read
        return f'<p role="status">This model can\'t be used: {html.escape(str(error))}</p>'
    if isinstance(reading, NumbersReading):
        return numbers_html(content, reading)
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
