"""The README says what the committed metrics say."""

import json
import re
import subprocess
from importlib.metadata import metadata
from pathlib import Path

import pytest

README = Path("README.md").read_text(encoding="utf-8")


def committed(name: str) -> dict:
    """A JSON file as Git's index has it: a run on another machine leaves other figures behind."""
    command = ["git", "show", f":{name}"]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def results() -> list[str]:
    test, model = committed("metrics/test.json"), committed("models/digits.json")
    seeds = committed("benchmarks/seeds.json")
    rejection, robustness = (
        committed("metrics/rejection.json"),
        committed("metrics/robustness.json"),
    )
    others = rejection["all but look-alikes"]
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
        f"| Test digits taken for no digit | {rejection['false_rejection']:.2%} |",
        "| Letters, symbols, scribbles, photos and faces taken for digits | "
        f"{others['false_acceptance']:.1%} |",
        "| The same, were 1 % of test digits taken for none | "
        f"{others['false_acceptance_at_1_percent']:.1%} |",
        f"| The same, AUROC | {others['auroc']:.4f} |",
        *(
            f"| Digits as people hand them in, {severity} | {figures['accuracy']:.1%} read right, "
            f"{figures['least']:.1%} in the worst situation; {figures['rejected']:.1%} rejected |"
            for severity in ("mild", "middle", "severe")
            for figures in [robustness[severity]]
        ),
        f"| Parameters | {model['parameters']:,} |",
    ]


@pytest.mark.parametrize("row", range(14))
def test_every_figure_in_the_readme_is_a_committed_one(row):
    assert results()[row] in README.splitlines()


def test_what_a_deployed_page_takes_is_what_was_measured():
    table = Path("benchmarks/deployment.md").read_text(encoding="utf-8")
    installed, memory = re.findall(r"\d+ MB", table)
    assert f"{installed} installed, {memory} of memory" in README


def test_the_answers_shown_are_the_answers_given():
    command, answers = re.search(r"^\$ digits (.*)\n((?:app/.*\n)+)", README, re.M).groups()
    given = subprocess.check_output(["digits", *command.split()], text=True)
    assert given == answers


REMOTES = re.findall(r"'(dvc\[\w+\])'\n(dvc remote add .*)\n(dvc remote modify .*)\n", README)


@pytest.mark.parametrize(("extra", "add", "modify"), REMOTES, ids=[name for name, *_ in REMOTES])
def test_remotes_are_configured_as_shown(tmp_path, extra, add, modify):
    """DVC refuses an option that the kind of remote doesn't have."""
    assert extra[4:-1] in metadata("dvc").get_all("Provides-Extra")
    for command in ("dvc init --no-scm --quiet", add, modify):
        subprocess.run(command.split(), cwd=tmp_path, check=True)
    option = modify.split()[-2]
    assert f"{option} = " in (tmp_path / ".dvc" / "config.local").read_text()
    assert option not in (tmp_path / ".dvc" / "config").read_text()


def test_four_kinds_of_remote_are_shown():
    assert [name for name, *_ in REMOTES] == ["dvc[ssh]", "dvc[s3]", "dvc[gs]", "dvc[azure]"]
