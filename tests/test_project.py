"""What stands around the code: Makefile, workflow, hooks and papers speak of the same things."""

import importlib.metadata
import os
import platform
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

PROJECT = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOW = Path(".github/workflows/test.yaml")
HOOKS = Path(".pre-commit-config.yaml")
PAPERS = [
    *(Path(name) for name in ("README.md", "CONTRIBUTING.md", ".ci/run")),
    *(Path("docs", f"{name}.md") for name in ("app", "deployment", "experiments")),
    *(WORKFLOW, HOOKS),
]


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", Path("Makefile").read_text(encoding="utf-8"), re.M))


@pytest.mark.parametrize("path", PAPERS, ids=str)
def test_what_is_made_can_be_made(path):
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`|[:;&] )make ([a-z-]+)", text, re.M))
    assert named
    assert named <= targets()


@pytest.mark.parametrize("folder", ["with a space", "plain"])
def test_uv_may_lie_in_any_folder(tmp_path, folder):
    program = tmp_path / folder / "uv"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "called with $*"\n')
    program.chmod(0o755)
    environment = os.environ | {"PATH": f"{program.parent}:/usr/bin:/bin"}
    output = subprocess.check_output(["make", "run"], env=environment, text=True)
    assert "called with run --locked dvc repro\n" in output
    assert "called with run --locked python -m stages\n" in output


def test_every_target_is_phony():
    phony = re.search(r"^\.PHONY: (.*)$", Path("Makefile").read_text(encoding="utf-8"), re.M)
    assert set(phony[1].split()) == targets()


def test_the_workflow_tests_every_python_that_is_promised():
    jobs = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    pythons = jobs["test"]["strategy"]["matrix"]["python"]
    low, high = re.findall(r"3\.(\d+)", PROJECT["requires-python"])
    assert pythons == [f"3.{minor}" for minor in range(int(low), int(high))]
    commands = [step.get("run") for job in jobs.values() for step in job["steps"]]
    assert {"make test-all", "make audit"} <= set(commands)


def test_the_workflow_runs_the_quick_tests_on_other_systems():
    job = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["elsewhere"]
    assert job["strategy"]["matrix"]["os"] == ["macos-latest", "windows-latest"]
    assert job["steps"][-1]["run"] == "pipx run uv run --locked pytest"


@pytest.mark.slow
def test_what_the_workflow_asks_of_dvc_is_answered_without_data(tmp_path):
    steps = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["test"]["steps"]
    scripts = [step["run"] for step in steps if "dvc" in step.get("run", "")]
    assert len(scripts) == 2
    subprocess.run(["git", "clone", "--quiet", ".", tmp_path / "clone"], check=True)
    (tmp_path / "clone" / ".venv").symlink_to(sys.prefix)
    environment = os.environ | {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    for script in scripts:
        command = ["bash", "-e", "-c", script]
        subprocess.run(command, cwd=tmp_path / "clone", env=environment, check=True)


def test_pip_takes_every_package_that_uv_has_locked():
    """Where a package says which Pythons it is not for any more, pip obeys and uv doesn't."""
    python = platform.python_version()
    packages = list(importlib.metadata.distributions())
    assert len(packages) > 100
    assert not [
        package.name
        for package in packages
        if python not in SpecifierSet(package.metadata.get("Requires-Python", ""))
    ]


def test_the_hooks_are_ones():
    subprocess.run(["pre-commit", "validate-config", HOOKS], check=True)


def test_one_version_is_named():
    citation = yaml.safe_load(Path("CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert PROJECT["version"] in Path("CHANGELOG.md").read_text(encoding="utf-8")


def test_the_files_that_contributors_are_sent_to_exist():
    text = Path("CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:[a-z]+/)*[a-z_]+\.(?:py|png|yaml))`", text))
    assert len(named) > 5
    assert not [name for name in named if not Path(name).is_file()]


@pytest.mark.parametrize(
    "question",
    [
        "How to change the network",
        "Where augmentation lives",
        "How to add a stage",
        "How to serve another model",
        "Where a new module goes",
        "How to test",
    ],
)
def test_contributors_find_the_answer(question):
    assert f"**{question}.**" in Path("CONTRIBUTING.md").read_text(encoding="utf-8")
