"""`digits batch` on clusters of processes, and with a real S3 server: whoever is killed."""

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import numpy as np
import pyarrow.dataset
import pytest

from benchmarks.bucket import SECRET
from benchmarks.cluster import Cluster
from digits.data.scenes import Scene, draw

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "digits"]
SECONDS_AT_MOST = 120
PICTURES = 1200
IN_A_SHARD = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory, handwritten):
    """Pictures of digits, one of which is damaged."""
    folder = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(1)
    drawn = [draw(digit, Scene(quality=90), random) for digit in handwritten.images[:40]]
    for number in range(PICTURES):
        (folder / f"{number:04}.jpg").write_bytes(drawn[number % len(drawn)])
    (folder / "0007.jpg").write_bytes(drawn[7][:100])
    return folder


@pytest.fixture(scope="module")
def shards(folder, tmp_path_factory):
    """The same pictures in tar files of IN_A_SHARD each."""
    output = tmp_path_factory.mktemp("shards")
    names = sorted(folder.iterdir())
    for first in range(0, PICTURES, IN_A_SHARD):
        tar = output / f"{first:04}.tar"
        some = [name.name for name in names[first : first + IN_A_SHARD]]
        subprocess.run(["tar", "-cf", tar, "-C", folder, *some], check=True)
    return output


def rows(output, filesystem=None) -> list[dict]:
    """The rows of a table, in the order of its parts; of a path, the file's name."""
    table = pyarrow.dataset.dataset(str(output), filesystem=filesystem).to_table()
    return [row | {"path": Path(row["path"]).name} for row in table.drop(["sha256"]).to_pylist()]


@pytest.fixture(scope="module")
def expected(folder):
    """What `digits predict` says of the pictures."""
    done = subprocess.run([*COMMAND, "predict", "--json", "--quiet", folder], stdout=-1, text=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["path"] for row in rows if row["reason"] == "unreadable"] == [f"{folder}/0007.jpg"]
    return [row | {"path": Path(row["path"]).name} for row in rows]


def start(*words, environment=os.environ, **options) -> subprocess.Popen:
    command = [*COMMAND, *map(str, words)]
    pipes = dict.fromkeys(("stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(command, env=environment, text=True, **pipes | options)


def run(*words, environment=os.environ, status=0) -> tuple[str, str]:
    """Run `digits ...` to its end: what it says on standard output and standard error."""
    with start(*words, environment=environment) as process:
        output, errors = process.communicate(timeout=SECONDS_AT_MOST)
    assert process.returncode == status, errors
    assert "Traceback" not in errors
    assert SECRET not in output + errors
    return output, errors


def wait_for(condition) -> None:
    end = time.monotonic() + SECONDS_AT_MOST
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def has_parts(output, count=1) -> bool:
    return len(list(Path(output).glob("part-*"))) >= count


def local_workers(process) -> list[int]:
    """The processes that a local cluster has started."""
    children = "".join(
        path.read_text() for path in Path(f"/proc/{process.pid}/task").glob("*/children")
    )
    return [
        int(child)
        for child in children.split()
        if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()
    ]


def group_is_gone(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture
def cluster():
    cluster = Cluster(workers=2)
    yield cluster
    cluster.stop()


def test_workers_and_client_may_be_killed(cluster, shards, tmp_path, expected):
    words = "batch", shards, tmp_path / "out", "--scheduler", cluster.address
    with start(*words) as client:
        wait_for(lambda: has_parts(tmp_path / "out"))
        cluster.workers[0].kill()
        count = len(list((tmp_path / "out").glob("part-*")))
        wait_for(lambda: has_parts(tmp_path / "out", count + 2))
        client.kill()
    done = {part: part.stat().st_mtime_ns for part in (tmp_path / "out").glob("part-*")}
    assert len(done) < PICTURES / IN_A_SHARD, "it was not killed in the middle"
    cluster.workers.append(cluster.add_worker())
    output, _ = run(*words)
    assert "on 2 cores" in output
    assert rows(tmp_path / "out") == expected
    assert {name.name for name in (tmp_path / "out").iterdir()} == {
        "_digits.json",
        *(f"part-{number:06}.parquet" for number in range(PICTURES // IN_A_SHARD)),
    }


def test_a_scheduler_that_is_killed_ends_the_run_with_a_sentence(cluster, shards, tmp_path):
    words = "batch", shards, tmp_path / "out", "--scheduler", cluster.address, "--quiet"
    with start(*words) as client:
        wait_for(lambda: has_parts(tmp_path / "out"))
        cluster.scheduler.kill()
        _, errors = client.communicate(timeout=SECONDS_AT_MOST)
    assert client.returncode == 1
    assert errors == "digits: the scheduler ended: start it, and give the same command again\n"


def test_workers_of_another_version_are_refused(shards, tmp_path):
    other = tmp_path / "site" / "pillow-1.0.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: pillow\nVersion: 1.0\n")
    cluster = Cluster(1, os.environ | {"PYTHONPATH": str(other.parent)})
    try:
        words = "batch", shards, tmp_path / "out", "--scheduler", cluster.address, "--quiet"
        _, errors = run(*words, status=2)
    finally:
        cluster.stop()
    assert "has pillow 1.0 in place of" in errors
    assert not has_parts(tmp_path / "out")


def test_workers_without_the_package_are_refused(shards, tmp_path):
    (tmp_path / "site" / "digits").mkdir(parents=True)
    (tmp_path / "site" / "digits" / "__init__.py").touch()
    cluster = Cluster(1, os.environ | {"PYTHONPATH": str(tmp_path / "site")})
    try:
        words = "batch", shards, tmp_path / "out", "--scheduler", cluster.address, "--quiet"
        _, errors = run(*words, status=2)
    finally:
        cluster.stop()
    assert "scheduler and workers can't read pictures (" in errors
    assert "No module named 'digits.commands'" in errors


def test_a_process_of_the_local_cluster_may_be_killed(shards, tmp_path, expected):
    with start("batch", shards, tmp_path / "out", "--quiet") as process:
        wait_for(lambda: has_parts(tmp_path / "out"))
        os.kill(local_workers(process)[0], signal.SIGKILL)
        _, errors = process.communicate(timeout=SECONDS_AT_MOST)
    assert (process.returncode, errors) == (0, "")
    assert rows(tmp_path / "out") == expected


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_no_process(shards, tmp_path, number):
    def listen() -> None:  # which what is started in the background of a script does not
        signal.signal(signal.SIGINT, signal.default_int_handler)

    options = {"start_new_session": True, "preexec_fn": listen}
    with start("batch", shards, tmp_path / "out", "--quiet", **options) as process:
        wait_for(lambda: has_parts(tmp_path / "out"))
        os.killpg(process.pid, number)
        _, errors = process.communicate(timeout=SECONDS_AT_MOST)
    assert (process.returncode, errors) == (130, "")
    wait_for(lambda: group_is_gone(process.pid))


def test_a_terminal_sees_the_progress(shards, tmp_path):
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (24, 160))
    shown = b""
    with start("batch", shards, tmp_path / "out", stderr=theirs) as process:
        os.close(theirs)
        with contextlib.suppress(OSError):  # which is how a terminal ends
            while part := os.read(ours, 4096):
                shown += part
    os.close(ours)
    assert process.returncode == 0
    last = shown.decode().replace("\r", "\n").strip().splitlines()[-1]
    assert "20/20 [" in last
    assert "1,200 pictures" in last
    assert "1 unreadable, 0 shards failed" in last
