"""A clone in which the pipeline ran, small, on scikit-learn's 1,797 digits."""

import pytest

from benchmarks.clone import Clone


@pytest.fixture(scope="session")
def first_run(reference, tmp_path_factory) -> tuple[Clone, str]:
    """A clone whose pipeline ran once, with no mirror to be had, and was committed; its output."""
    clone = reference.after.copy(tmp_path_factory.mktemp("first_run") / "clone")
    clone.commit("run")
    return clone, reference.output


@pytest.fixture
def clone(first_run) -> Clone:
    """The same clone, clean again after what earlier tests changed."""
    clone, _ = first_run
    if clone.git("status", "--porcelain"):
        clone.git("checkout", "--", ".")
        clone.dvc("checkout")
    return clone
