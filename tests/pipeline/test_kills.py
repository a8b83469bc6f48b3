"""SIGKILL while `dvc repro` runs, then `dvc repro` again; `make kills` does it more often."""

import random
from pathlib import Path

import pytest

from benchmarks.kills import UP_TO_DATE, WAYS, finish, kill

pytestmark = pytest.mark.slow

SHARES = random.Random(1)


@pytest.mark.parametrize(
    ("stage", "way"),
    [("train_recogniser", WAYS[0]), ("export", WAYS[1]), ("evaluate", WAYS[2]), ("plot", WAYS[3])],
    ids=lambda part: part if isinstance(part, str) else " ".join(part),
)
def test_a_killed_run_ends_as_if_nothing_had_happened(reference, tmp_path, stage, way):
    moment = SHARES.random() * reference.seconds[stage]
    killed = kill(reference, stage, moment, tmp_path / "killed", way)
    print(f"{moment:.2f} s after the start before {stage}: {killed}")
    assert killed.same


@pytest.mark.parametrize("name", [".dvc/tmp/rwlock", "dvc.lock"])
def test_what_dvc_writes_in_place_is_mended_as_the_docs_say(reference, clone, name):
    (clone.folder / name).write_bytes(b"")
    by_hand = finish(clone)
    assert by_hand.endswith(f" {name}")
    assert f"`{by_hand}`" in Path("docs/troubleshooting.md").read_text(encoding="utf-8")
    assert (clone.folder / "dvc.lock").read_bytes() == reference.lock
    assert clone.dvc("status") == UP_TO_DATE
