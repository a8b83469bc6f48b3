"""The app, wherever it lies and wherever it is started."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from history import run
from pinned import MODEL, without_model
from streamlit.testing.v1 import AppTest

from app import project
from app.git import GitError, git_lines
from app.model import load_date
from app.revisions import list_revisions
from benchmarks.server import Server

APP = Path("app").resolve()
PROGRAM = [sys.executable, "-m"]


@pytest.fixture
def inside(tmp_path, monkeypatch) -> Path:
    """A project some folders below the top of a larger repository."""
    folder = tmp_path / "larger" / "somewhere" / "digits"
    shutil.copytree(APP, folder / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(MODEL.parent, folder / "models")
    top = tmp_path / "larger"
    run(top, "git init -q -b main")
    run(top, "git config user.name Test")
    run(top, "git config user.email test@example.org")
    run(top, "git add -A")
    run(top, "git commit -qm First", GIT_COMMITTER_DATE="2020-02-03T12:00:00Z")
    run(top, "git commit -q --allow-empty -m Second")
    monkeypatch.setattr(project, "ROOT", folder)
    monkeypatch.delenv("DIGITS_MODEL")
    return folder


def test_a_project_inside_a_larger_repository_has_its_history(inside):
    assert load_date() == "2020-02-03"
    (found,) = list_revisions()
    assert found.name == "main"
    assert found.params["epochs"]


@pytest.mark.parametrize(
    "command", [["streamlit", "run"], ["uvicorn"]], ids=["streamlit", "uvicorn"]
)
def test_it_is_served_from_any_folder(inside, tmp_path, command):
    """With the model, the limits and the silence of its own project."""
    (tmp_path / "elsewhere").mkdir()
    app = str(inside / "app/streamlit_app.py") if "run" in command else "app.streamlit_app:app"
    environment = without_model() | {"PYTHONPATH": str(inside)}
    server = Server(tmp_path / "elsewhere", [*PROGRAM, *command, app], environment)
    try:
        url = f"{server.url}/api/v1/read"
        answer = requests.post(url, (APP / "gallery/04-4.png").read_bytes())
        assert answer.json()["prediction"] == 4
        assert requests.post(url, bytes(6 * 2**20)).status_code == 413
    finally:
        output = server.stop()
    assert "Traceback" not in output
    assert "stats" not in output.lower(), "Streamlit says so where it gathers usage statistics"


SETTINGS = """
import app.streamlit_app, streamlit as st
names = "server.maxUploadSize", "client.showErrorDetails", "browser.gatherUsageStats"
print([st.get_option(name) for name in names])
"""


def test_the_settings_that_protect_are_found_from_any_folder(inside, tmp_path):
    environment = os.environ | {"PYTHONPATH": str(inside)}
    command = [sys.executable, "-c", SETTINGS]
    output = subprocess.check_output(command, cwd=tmp_path, env=environment, text=True)
    assert output.strip() == "[5, 'none', False]"


def test_git_that_refuses_the_folder_is_told_from_a_single_model(inside, monkeypatch):
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # Git's own way to test it
    with pytest.raises(GitError, match="dubious ownership"):
        git_lines("log")
    page = AppTest.from_file("../app/page.py", default_timeout=20)
    page.session_state["tab"] = "Compare"
    page.run()
    assert not page.exception
    assert "safe.directory" in page.code[0].value
    assert not [text for text in page.markdown if "it takes two" in text.value]
