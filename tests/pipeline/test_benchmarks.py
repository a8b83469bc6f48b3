"""What the Makefile measures, on a small run."""

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

MAKEFILE = Path("Makefile").read_text(encoding="utf-8")
SMALL = {
    "batch": ["--pictures", "200", "--naps", "1", "--workers", "2"],
    "bench": ["--runs", "1"],
    "numbers": ["--pages", "1"],
    "bench-train": ["--digits", "200", "--epochs", "1"],
    "page": ["--runs", "1"],
    "seeds": ["1"],  # as the pipeline: what was trained before is not trained again
    "corruptions": ["--digits", "2"],
}


def make(clone, target: str, *options: str) -> tuple[int, str]:
    """Run what a target of the Makefile runs; return its status and all that it prints."""
    module = re.search(rf"^{target}: .*\n.*python -m (\S+)$", MAKEFILE, re.M)[1]
    process = clone.start(sys.executable, "-m", module, *options)
    output = process.communicate()[0]
    return process.returncode, output


@pytest.mark.parametrize("target", SMALL)
def test_a_measurement_ends_in_its_file(clone, target):
    if target == "page" and shutil.which("chromium") is None:
        pytest.skip("there is no browser: `apt-get install chromium` brings one")
    before = {path: path.read_bytes() for path in (clone.folder / "benchmarks").glob(f"{target}.*")}
    status, output = make(clone, target, *SMALL[target])
    assert status == 0, output
    assert {path for path in before if path.read_bytes() != before[path]}
    if target == "seeds":
        first, *others = clone.read("benchmarks/seeds.json")["seeds"]
        assert first["accuracy"] == clone.read("metrics/test.json")["accuracy"]
        path = clone.folder / "benchmarks/seeds.json"
        assert others == json.loads(before[path])["seeds"][1:]
        clone.dvc("exp", "remove", "seed-1")


def test_twenty_visitors_get_the_right_answers(clone):
    """How soon, depends on what else this machine does while it runs the tests."""
    _, output = make(clone, "load", "--drawings", "1")
    assert "20 visitors, 20 answers, none wrong" in output


def test_twenty_programs_get_the_right_answers(clone):
    status, output = make(clone, "load-api", "--pictures", "100")
    assert status == 0, output
    assert "none with an error | 100 | 100 |" in output
