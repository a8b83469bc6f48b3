"""A clone in which the pipeline ran, small, on scikit-learn's 1,797 digits."""

import pytest
from clone import Clone

NETWORK = {
    "train.epochs": 2,
    "train.batch_size": 16,
    "train.stem_filters": 8,
    "train.blocks": "[[8],[16]]",
}
NO_MIRROR = {"download.mirrors": "[]"}


@pytest.fixture(scope="session")
def first_run(tmp_path_factory) -> tuple[Clone, str]:
    """A clone whose pipeline ran once, with no mirror to be had, and was committed; its output."""
    clone = Clone(tmp_path_factory.mktemp("clone"))
    clone.copy_project()
    changes = [f"--set-param={key}={value}" for key, value in (NETWORK | NO_MIRROR).items()]
    output = clone.dvc("exp", "run", *changes)
    clone.dvc("exp", "remove", "--all-commits")
    clone.commit("run")
    return clone, output


@pytest.fixture
def clone(first_run) -> Clone:
    """The same clone, clean again after what earlier tests changed."""
    clone, _ = first_run
    if clone.git("status", "--porcelain"):
        clone.git("checkout", "--", ".")
        clone.dvc("checkout")
    return clone
