"""The README says what the committed metrics say."""

import json
import subprocess
from pathlib import Path

import pytest


def committed(name: str) -> dict:
    """A JSON file as Git's index has it: a run on another machine leaves other figures behind."""
    command = ["git", "show", f":{name}"]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def results() -> list[str]:
    test, model = committed("metrics/test.json"), committed("models/digits.json")
    seeds = committed("benchmarks/seeds.json")
    low, high = test["accuracy_low"], test["accuracy_high"]
    error = test["expected_calibration_error"]
    mean, deviation = seeds["mean"], seeds["standard_deviation"]
    return [
        f"| Data | {test['dataset']}: {model['splits']['train']:,} training, "
        f"{model['splits']['val']:,} validation, {model['splits']['test']:,} test digits |",
        f"| Test accuracy | {test['accuracy']:.2%} (95 % interval {low:.2%} to {high:.2%}) |",
        f"| Over {len(seeds['seeds'])} seeds | {mean:.3%} ± {deviation:.3%} |",
        f"| Loss (mean negative log-likelihood) | {test['loss']:.4f} |",
        f"| Macro F1 | {test['macro_f1']:.2%} |",
        f"| Expected calibration error | {error:.2%} |",
        f"| Parameters | {model['parameters']:,} |",
        f"| Time for a run of the pipeline | {seeds['minutes']} minutes on {seeds['machine']} |",
    ]


@pytest.mark.parametrize("row", range(8))
def test_every_figure_in_the_readme_is_a_committed_one(row):
    assert results()[row] in Path("README.md").read_text(encoding="utf-8").splitlines()
