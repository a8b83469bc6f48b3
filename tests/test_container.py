"""The container of the docs, where there is Docker: built, served and asked."""

import json
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

BASE = re.search(r"^FROM (\S+)", Path("Dockerfile").read_text("utf-8"), re.M)[1]
COMMAND = re.search(r"^docker build .*$", Path("docs/deployment.md").read_text("utf-8"), re.M)[0]
SECONDS = 90  # Docker asks for the health every half minute


def docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True)


@pytest.fixture(scope="module")
def container() -> Iterator[str]:
    """The container of the docs' command, on a free port and in the background."""
    if not shutil.which("docker") or docker("info").returncode:
        pytest.skip("no Docker runs here")
    if docker("image", "inspect", BASE).returncode and docker("pull", BASE).returncode:
        pytest.skip(f"Docker can't fetch {BASE}")
    command = COMMAND.replace("--publish 8501:", "--detach --rm --publish 127.0.0.1::")
    output = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert output.returncode == 0, output.stdout + output.stderr
    container = output.stdout.split()[-1]
    yield container
    docker("kill", container)


def wait_for(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_it_serves_the_page_and_says_that_it_is_well(container):
    place = docker("port", container, "8501").stdout.split()[0]

    def is_served() -> bool:
        try:
            with urllib.request.urlopen(f"http://{place}") as answer:
                return "Streamlit" in answer.read().decode()
        except OSError:
            return False

    wait_for(is_served)
    health = ("inspect", "--format", "{{.State.Health.Status}}", container)
    wait_for(lambda: docker(*health).stdout.strip() == "healthy")
    logs = docker("logs", container)
    assert "Traceback" not in logs.stdout + logs.stderr


def test_its_command_line_reads_a_digit(container):
    answer = docker("exec", container, "digits", "predict", "--json", "app/gallery/04-4.png")
    assert json.loads(answer.stdout)["prediction"] == 4


def test_its_user_has_no_rights(container):
    assert docker("exec", container, "whoami").stdout.strip() == "digits"


@pytest.mark.parametrize("package", ["tensorflow", "dvc"])
def test_it_lacks_what_only_training_needs(container, package):
    result = docker("exec", container, "python", "-c", f"import {package}")
    assert f"No module named '{package}'" in result.stderr
