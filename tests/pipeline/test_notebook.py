"""The notebook runs from top to bottom on what the pipeline made."""

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.slow

NOTEBOOK = "notebooks/handwritten_digit_recognizer.ipynb"
TABLES = {"splits", "score", "report"}


def test_the_notebook_is_committed_without_outputs():
    """They would be another copy of figures, and hide in every change what was written."""
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        assert not cell.get("outputs")
        assert not cell.get("execution_count")


def test_the_notebook_runs(clone, monkeypatch):
    monkeypatch.delenv("DIGITS_MODEL")
    notebook = nbformat.read(clone.folder / NOTEBOOK, as_version=4)
    resources = {"metadata": {"path": clone.folder / "notebooks"}}
    NotebookClient(notebook, timeout=600, resources=resources).execute()
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs = {cell.id: cell.outputs for cell in codes if cell.id != "setup"}
    for name, found in outputs.items():
        # LiteRT's greeting may stand before the result.
        assert found, name
        assert name in TABLES or "image/png" in found[-1].data
