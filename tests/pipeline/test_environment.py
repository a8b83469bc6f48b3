"""pip's environment, which README offers beside uv's, makes the same of the same."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.skipif("CI" not in os.environ, reason="it fetches a gigabyte: CI=true has it run")
def test_pip_alone_gives_the_same_bytes(reference, package_index, tmp_path):
    clone = reference.before("train_finder", tmp_path / "clone")
    subprocess.run([sys.executable, "-m", "venv", "new"], cwd=tmp_path, check=True)
    clone.environment["PATH"] = f"{tmp_path / 'new' / 'bin'}:{clone.environment['PATH']}"
    clone.environment.pop("VIRTUAL_ENV", None)
    command = "pip install -r requirements.txt && pip install --no-deps -e . && dvc repro"
    process = clone.start("sh", "-c", command)
    output = process.communicate()[0]
    assert process.returncode == 0, output
    assert (clone.folder / "dvc.lock").read_bytes() == reference.lock
