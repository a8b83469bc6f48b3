"""The docs' recipes for experiments."""

import csv
import io
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.clone import Clone
from benchmarks.cluster import Cluster
from digits.reading.classifier import Classifier
from digits.reading.location import MODEL

pytestmark = pytest.mark.slow

MINUTES_AT_MOST = 5


def table(clone) -> dict[str, dict[str, str]]:
    """What `dvc exp show` says of each experiment, by its name."""
    rows = csv.DictReader(io.StringIO(clone.dvc("exp", "show", "--csv")))
    return {row["Experiment"]: row for row in rows if row["Experiment"]}


def test_one_change_is_compared_applied_branched_and_removed(clone):
    clone.dvc("exp", "run", "--name=more", "--set-param=train.dropout=0.2")
    parameters = json.loads(clone.dvc("params", "diff", "--json"))
    assert parameters["params.yaml"]["train.dropout"] == {"old": 0.0, "new": 0.2, "diff": 0.2}
    metrics = json.loads(clone.dvc("metrics", "diff", "--json"))
    assert metrics["metrics/test.json"]["loss"]["diff"] != 0
    clone.dvc("plots", "diff")
    clone.dvc("plots", "diff", "HEAD", "more")
    page = (clone.folder / "dvc_plots" / "index.html").read_text(encoding="utf-8")
    assert '"rev": "HEAD"' in page
    assert '"rev": "more"' in page

    clone.git("checkout", "--", ".")
    clone.dvc("checkout")
    difference = json.loads(clone.dvc("exp", "diff", "--json", "HEAD", "more"))
    assert difference["params"]["params.yaml"]["train.dropout"]["new"] == 0.2
    assert (
        difference["metrics"]["metrics/test.json"]["loss"] == metrics["metrics/test.json"]["loss"]
    )
    clone.dvc("exp", "apply", "more")
    assert Classifier.load(clone.folder / MODEL).description["train"]["dropout"] == 0.2

    clone.dvc("exp", "branch", "more", "more-dropout")
    assert "dropout: 0.2" in clone.git("show", "more-dropout:params.yaml")
    clone.dvc("exp", "remove", "more")
    assert "more" not in table(clone)


def test_an_experiment_in_a_copy_leaves_the_folder_alone(clone):
    before = (clone.folder / MODEL).read_bytes()
    changes = {"train.epochs": "1", "train.blocks": "[[8,8],[16,16]]", "train.schedule": "plateau"}
    options = [f"--set-param={name}={value}" for name, value in changes.items()]
    clone.dvc("exp", "run", "--temp", "--name=aside", *options, "train")
    assert (clone.folder / MODEL).read_bytes() == before
    assert clone.git("status", "--porcelain") == ""
    row = table(clone)["aside"]
    assert {name: row[name].replace(" ", "") for name in changes} == changes
    clone.dvc("exp", "remove", "aside")


def test_more_devices_than_there_are_end_in_a_line(clone):
    output = clone.dvc("exp", "run", "--set-param=train.devices=4", status=255)
    assert "TensorFlow sees 1" in output
    assert "Traceback" not in output


def states(clone) -> dict[str, str]:
    """How far each experiment in the queue is, by its name."""
    line = re.compile(r"^[0-9a-f]{7} +(\S+) .* (\w+)$", re.M)  # task, name, when, state
    return dict(line.findall(clone.dvc("queue", "status")))


def wait_for(clone, *expected: str) -> dict[str, str]:
    """Wait until the experiments in the queue are so far, and return which is how far."""
    end = time.monotonic() + 60 * MINUTES_AT_MOST
    while sorted((found := states(clone)).values()) != list(expected):
        assert {"Queued", "Running"} & set(found.values()), found
        assert time.monotonic() < end, found
        time.sleep(1)
    return found


def start_workers(clone, count: int) -> None:
    """Start them without a pipe, which they would hold open for as long as they work."""
    command = ["dvc", "queue", "start", "-j", str(count)]
    output = subprocess.DEVNULL
    subprocess.run(
        command, cwd=clone.folder, env=clone.environment, stdout=output, stderr=output, check=True
    )


@pytest.fixture
def queue(clone):
    yield clone
    clone.dvc("queue", "stop", "--kill")


def test_a_queue_is_worked_off_by_two(queue):
    grid = "--set-param=gather.parts=3,4"
    queue.dvc("exp", "run", "--queue", "--name=grid", grid, "gather")
    start_workers(queue, 2)
    wait_for(queue, "Success", "Success")
    found = table(queue)
    assert {found[name]["gather.parts"] for name in ("grid-1", "grid-2")} == {"3", "4"}
    queue.dvc("exp", "remove", "grid-1", "grid-2")


def test_a_queue_goes_on_where_it_was_stopped(queue):
    seeds = "--set-param=train.seed=range(2,4)"
    queue.dvc("exp", "run", "--queue", "--name=seed", seeds, "train")
    start_workers(queue, 1)
    found = wait_for(queue, "Queued", "Running")
    waiting, running = sorted(found, key=found.__getitem__)
    queue.dvc("queue", "stop")
    queue.dvc("queue", "kill", "--force", running)
    wait_for(queue, "Failed", "Queued")
    start_workers(queue, 2)
    wait_for(queue, "Failed", "Success")
    queue.dvc("queue", "remove", "--failed")
    assert states(queue) == {waiting: "Success"}
    assert waiting in table(queue)
    queue.dvc("exp", "remove", waiting)


def test_several_machines_run_experiments_and_share_them(clone, tmp_path):
    """What docs/clusters.md has them run, on two workers that share nothing but two remotes."""
    page = Path("docs/clusters.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"```bash\n(.*?)```", page, re.S)
    (program,) = re.findall(r"```python\n(import subprocess\n.*?)```", page, re.S)
    (tmp_path / "experiment.sh").write_text(script.replace("--name", "train --name"))
    (tmp_path / "run.py").write_text(program)

    mine = clone.copy(tmp_path / "mine")
    mine.dvc("remote", "add", "--default", "storage", str(tmp_path / "storage"))
    mine.dvc("push")
    mine.commit("remote")
    mine.git("clone", "-q", "--bare", ".", str(tmp_path / "digits.git"))

    repository = {"REPOSITORY": str(tmp_path / "digits.git"), "TMPDIR": str(tmp_path)}
    cluster = Cluster(2, mine.environment | repository)
    try:
        command = [sys.executable, "run.py", cluster.address, "2", "3"]
        subprocess.run(command, cwd=tmp_path, check=True)
        log = cluster.log.read_text()
    finally:
        cluster.stop()

    mine.git("clone", "-q", str(tmp_path / "digits.git"), str(tmp_path / "yours"))
    yours = Clone(tmp_path / "yours")
    assert {"seed-2", "seed-3"} <= set(yours.dvc("exp", "list", "origin").split()), log
    yours.dvc("exp", "pull", "origin", "seed-2", "seed-3")
    found = table(yours)
    assert {found[name]["train.seed"] for name in ("seed-2", "seed-3")} == {"2", "3"}
    yours.dvc("exp", "apply", "seed-3")
    assert (yours.folder / "models" / "digits.keras").exists()
