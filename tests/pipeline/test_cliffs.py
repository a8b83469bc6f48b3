"""Where DVC can't: what happens is what docs/troubleshooting.md says, and what it advises works.

With a pipeline of one stage, since it is DVC's behaviour. Where a test fails after an upgrade of
DVC, perhaps a cliff is gone: then its paragraph may go, too.
"""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from benchmarks.clone import Clone

pytestmark = pytest.mark.slow

DOCS = " ".join(Path("docs/troubleshooting.md").read_text(encoding="utf-8").split())
PIPELINE = """
stages:
  only:
    cmd: sleep ${seconds} && echo ${value} > out
    params: [value]
    outs: [out]
"""


@pytest.fixture
def make(tmp_path):
    """Make a repository with a small pipeline that has run."""

    def make(name: str = "project") -> Clone:
        clone = Clone(tmp_path / name)
        clone.folder.mkdir(parents=True)
        clone.git("init", "-q", str(tmp_path / name.split("/")[0]))
        shutil.copytree(
            ".dvc",
            clone.folder / ".dvc",
            ignore=shutil.ignore_patterns("cache", "tmp", "config.local"),
        )
        (clone.folder / "dvc.yaml").write_text(PIPELINE)
        (clone.folder / "params.yaml").write_text("value: 1\nseconds: 0\n")
        (clone.folder / ".gitignore").write_text("/out\n")
        clone.dvc("repro")
        clone.commit("first")
        return clone

    return make


def said(part: str) -> str:
    """A part of the documentation, which has to be there."""
    assert part in DOCS
    return part


def test_a_second_experiment_in_the_same_folder_spoils_the_first(make):
    clone = make()
    (clone.folder / "params.yaml").write_text("value: 1\nseconds: 12\n")
    clone.commit("slow")
    first = clone.start("dvc", "exp", "run", "-S", "value=2")
    time.sleep(6)
    assert said("is busy") in clone.dvc("exp", "run", "-S", "value=3", status=255)
    output = first.communicate()[0]
    assert first.returncode
    assert said("'NoneType' object is not subscriptable") in output
    assert said("start it with `--temp` or `--queue`")
    clone.dvc("exp", "run", "-S", "value=2")
    assert (clone.folder / "out").read_text() == "2\n"


def test_a_second_experiment_apart_is_none_of_its_business(make):
    clone = make()
    (clone.folder / "params.yaml").write_text("value: 1\nseconds: 10\n")
    clone.commit("slow")
    first = clone.start("dvc", "exp", "run", "-S", "value=2")
    time.sleep(4)
    clone.dvc("exp", "run", "--temp", "-S", "value=3")
    output = first.communicate()[0]
    assert first.returncode == 0, output


@pytest.mark.parametrize(
    ("name", "message"),
    [("with#hash", "No git repository was found"), ("Jürgen", "codec can't encode character")],
)
def test_a_folder_of_an_unusual_name_holds_no_copies(make, name, message):
    clone = make(name)
    clone.dvc("exp", "run", "-S", "value=2")
    assert (clone.folder / "out").read_text() == "2\n"
    assert said(message) in clone.dvc("exp", "run", "--temp", "-S", "value=3", status=255)
    assert said("Move the project")
    moved = make("moved")
    moved.dvc("exp", "run", "--temp", "-S", "value=3")


def test_what_was_downloaded_without_git_needs_one(make, tmp_path):
    clone = make()
    shutil.copytree(
        clone.folder, tmp_path / "zip", ignore=shutil.ignore_patterns(".git", "cache", "tmp")
    )
    unpacked = Clone(tmp_path / "zip")
    assert said("is not a git repository") in unpacked.dvc("repro", status=255)
    command = said("git init && git add --all && git commit --message start")
    environment = unpacked.environment
    subprocess.run(command, shell=True, cwd=unpacked.folder, env=environment, check=True)
    unpacked.dvc("repro")
    unpacked.dvc("exp", "run", "--temp", "-S", "value=2")


def test_a_project_inside_a_larger_repository_runs(make):
    clone = make("larger/somewhere")
    assert (clone.folder.parent / ".git").is_dir()
    clone.dvc("repro", "--force")
    clone.dvc("exp", "run", "-S", "value=2")
    assert (clone.folder / "out").read_text() == "2\n"
    clone.dvc("exp", "run", "--temp", "-S", "value=3")


def test_an_experiment_whose_worker_was_killed_can_be_taken_out(make):
    clone = make()
    (clone.folder / "params.yaml").write_text("value: 1\nseconds: 60\n")
    clone.commit("slow")
    clone.dvc("exp", "run", "--queue", "--name=slow", "-S", "value=2")
    subprocess.run(  # without a pipe, which the worker would hold open
        ["dvc", "queue", "start"], cwd=clone.folder, env=clone.environment, stdout=-3, stderr=-3
    )
    while "Running" not in clone.dvc("queue", "status"):
        time.sleep(1)
    clone.kill_all()
    status = clone.dvc("queue", "status")
    assert "Running" in status
    assert said("stays “Running”")
    assert "Worker status: 0 active" in status
    clone.dvc(*said("queue kill --force NAME").replace("NAME", "slow").split())
    assert "Failed" in clone.dvc("queue", "status")
    clone.dvc(*said("queue remove --failed").split())
    assert "slow" not in clone.dvc("queue", "status")


def test_what_git_takes_for_unchanged_is_brought_back(make):
    """Same size, same times: so Git's index may call a changed file clean after a kill."""
    clone = make()
    model = clone.folder / "models" / "digits.tflite"
    model.parent.mkdir()
    model.write_bytes(b"the model")
    clone.commit("model")
    clone.git("config", "core.trustctime", "false")
    old = model.stat().st_mtime_ns - 10**10
    os.utime(model, ns=(old, old))
    clone.git("status")  # the index takes note
    with model.open("r+b") as file:
        file.write(b"a mishap!")
    os.utime(model, ns=(old, old))
    for useless in ("checkout models", "reset --hard"):
        clone.git(*useless.split())
        assert model.read_bytes() == b"a mishap!"
    command = said("rm models/digits.tflite && git checkout models/digits.tflite")
    subprocess.run(command, shell=True, cwd=clone.folder, check=True)
    assert model.read_bytes() == b"the model"
