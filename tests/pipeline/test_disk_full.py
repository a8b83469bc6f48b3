"""A disk that is full, by a limit on the size of files: a sentence, and the old outputs."""

import sys
from pathlib import Path

import pytest
import yaml

resource = pytest.importorskip("resource", reason="only Unix limits the size of files")

pytestmark = pytest.mark.slow
# Each writes in another way: what the others use, one of these does.
STAGES = ("download", "preprocess", "compose", "train", "export", "evaluate", "plot")
PIPELINE = yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))["stages"]


@pytest.fixture(scope="module")
def clone(reference, tmp_path_factory):
    return reference.after.copy(tmp_path_factory.mktemp("full") / "clone")


@pytest.mark.parametrize("stage", STAGES)
def test_a_full_disk_leaves_the_old_outputs(clone, stage):
    def content() -> dict[Path, bytes]:
        files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        return {path: path.read_bytes() for path in files if "checkpoint" not in path.parent.name}

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    folders = [clone.folder / name for name in ("data", "models", "metrics", "plots")]
    before = content()
    outs = [
        path for out in PIPELINE[stage]["outs"] for path in ([out] if isinstance(out, str) else out)
    ]
    size = max((clone.folder / out).stat().st_size for out in outs) // 2
    process = clone.start(sys.executable, "-m", f"stages.{stage}", preexec_fn=limit)
    output = process.communicate()[0]
    assert process.returncode == 1, output
    assert "make room" in output.splitlines()[-1]
    assert "Traceback" not in output
    assert content() == before
