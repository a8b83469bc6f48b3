"""The environment of the Dockerfile, made without Docker: what runs in it, and what it lacks."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from pinned import without_model

from benchmarks.deployment import install
from benchmarks.server import Server

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def programs(tmp_path_factory, package_index) -> Path:
    return install(tmp_path_factory.mktemp("deployment"))


def test_the_command_line_reads_a_digit(programs):
    command = [programs / "digits", "predict", "--json", "app/gallery/04-4.png"]
    place = {"cwd": programs.parents[1], "env": without_model()}
    output = subprocess.check_output(command, text=True, **place)
    assert json.loads(output)["prediction"] == 4


def test_make_serves_the_page():
    assert "Traceback" not in Server(command=["make", "app"]).stop()


def test_the_page_is_served(programs):
    # The server is made once `/_stcore/health` answers "ok".
    command = [str(programs / "streamlit"), "run", "app/streamlit_app.py"]
    output = Server(programs.parents[1], command).stop()
    assert "Traceback" not in output
    assert "ModelError" not in output


@pytest.mark.parametrize("package", ["tensorflow", "keras", "dvc", "matplotlib", "pytest"])
def test_what_only_training_needs_is_absent(programs, package):
    command = [programs / "python", "-c", f"import {package}"]
    result = subprocess.run(command, cwd=programs, capture_output=True, text=True)
    assert f"No module named '{package}'" in result.stderr


def test_the_image_runs_what_is_tested_here():
    last = re.findall(r"^CMD (.*)$", Path("Dockerfile").read_text("utf-8"), re.M)[-1]
    assert json.loads(last)[:3] == ["streamlit", "run", "app/streamlit_app.py"]
