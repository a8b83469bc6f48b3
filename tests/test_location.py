"""Which model is used, wherever somebody stands."""

from pathlib import Path

import pytest
from systems import on_unix

import digits
from digits.reading.location import MODEL, default_model


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A project's folder with a model, and none that is named."""
    monkeypatch.delenv("DIGITS_MODEL")
    (tmp_path / "project" / "scans").mkdir(parents=True)
    (tmp_path / "project" / MODEL).parent.mkdir()
    (tmp_path / "project" / MODEL).touch()
    return tmp_path / "project"


def test_a_named_model_comes_first(project, monkeypatch):
    monkeypatch.chdir(project)
    monkeypatch.setenv("DIGITS_MODEL", "other.tflite")
    assert default_model() == Path("other.tflite")


@pytest.mark.parametrize("folder", [".", "scans"])
def test_the_project_around_the_folder_comes_next(project, monkeypatch, folder):
    monkeypatch.chdir(project / folder)
    assert default_model() == project / MODEL


@on_unix
def test_where_the_folder_is_gone_it_is_that_one_too(project, monkeypatch):
    folder = project / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    assert default_model() == Path(digits.__file__).parents[1] / MODEL


def test_elsewhere_it_is_the_one_that_came_with_the_package(project, monkeypatch):
    monkeypatch.chdir(project.parent)
    assert default_model() == Path(digits.__file__).parents[1] / MODEL
