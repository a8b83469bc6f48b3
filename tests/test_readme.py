"""The README says what the committed metrics say, and nothing to type that isn't run somewhere."""

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


EXPERIMENTS = "tests/pipeline/test_experiments.py"
PIPELINE = "tests/pipeline/test_pipeline.py"
# Where a command is run: a test, or a file that holds it (`NAME` and the like stand for anything).
RUN_IN = {
    ".ci/run": ["make run", "make test"],
    "Makefile": ["uv run dvc repro"],
    "tests/test_container.py::test_it_serves_the_page_and_says_that_it_is_well": [
        "docker build --tag digits . && docker run --publish 8501:8501 digits"
    ],
    "tests/test_installing.py::test_pip_alone_makes_an_environment_that_gives_the_same_bytes": [
        "pip install -r requirements.txt && pip install --no-deps -e . && dvc repro"
    ],
    "Dockerfile": ["uv sync --locked --no-default-groups --group app"],
    "tests/test_readme.py::test_the_answers_shown_are_the_answers_given": [
        "digits predict app/gallery/04-4.png app/gallery/15-5.png --top-k 2"
    ],
    "tests/test_readme.py::test_remotes_are_configured_as_shown": [
        "dvc remote add --default storage ssh://example.org/srv/digits",
        "dvc remote modify --local storage keyfile ~/.ssh/id_ed25519",
        "dvc remote add --default storage s3://bucket/digits",
        "dvc remote modify --local storage profile NAME",
        "dvc remote add --default storage gs://bucket/digits",
        "dvc remote modify --local storage credentialpath key.json",
        "dvc remote add --default storage azure://container/digits",
        "dvc remote modify --local storage connection_string STRING",
    ],
    "tests/test_predict.py::test_help_is_quick_and_loads_nothing_heavy": ["digits predict --help"],
    "tests/test_evaluate.py::test_people_get_a_table": ["digits evaluate PATH"],
    "tests/test_installing.py::test_pip_installs_what_reading_needs_and_no_more": ["pip install ."],
    "tests/test_installing.py::test_what_a_remote_needs_can_be_added": [
        f"uv add --group train 'dvc[{extra}]'" for extra in ("ssh", "s3", "gs", "azure")
    ],
    "tests/test_installing.py::test_cuda_is_added": ["uv sync --group gpu"],
    "tests/test_deployment.py::test_make_serves_the_page": [
        "make app",
        "STREAMLIT_SERVER_PORT=80 make app",
    ],
    "tests/test_deployment.py::test_the_page_is_served": ["make deployment"],
    "tests/test_kills.py::test_a_killed_run_ends_as_if_nothing_had_happened": ["make kills"],
    "tests/test_kills.py::test_what_dvc_writes_in_place_is_mended_as_the_readme_says": [
        "rm .dvc/tmp/rwlock",
        "git checkout dvc.lock",
    ],
    "tests/browser/test_visit.py::test_it_can_be_seen_and_touched": ["make screenshots"],
    "tests/pipeline/test_benchmarks.py::test_a_measurement_ends_in_its_file": [
        "make bench",
        "make bench-train",
        "make page",
        "make seeds",
        "make situations",
    ],
    "tests/pipeline/test_benchmarks.py::test_twenty_visitors_get_the_right_answers": ["make load"],
    f"{EXPERIMENTS}::test_one_change_is_compared_applied_branched_and_removed": [
        "dvc exp run -S train.learning_rate=0.005",
        "dvc metrics diff && dvc params diff && dvc plots diff",
        "dvc exp diff HEAD NAME && dvc plots diff HEAD NAME",
        "dvc exp apply NAME",
        "dvc exp branch NAME BRANCH",
        "dvc exp remove NAME",
    ],
    f"{EXPERIMENTS}::test_an_experiment_in_a_copy_leaves_the_folder_alone": [
        "dvc exp run --temp -S train.dropout=0.4"
    ],
    f"{EXPERIMENTS}::test_network_and_schedule_are_parameters": [
        "-S 'train.blocks=[[64,64],[128,128]]'",
        "-S train.schedule=plateau",
    ],
    f"{EXPERIMENTS}::test_more_devices_than_there_are_end_in_a_line": [
        "dvc exp run -S train.devices=4"
    ],
    f"{EXPERIMENTS}::test_a_queue_is_worked_off_by_two": [
        "dvc exp run --queue -S train.dropout=0.2,0.3",
        "dvc queue start -j 2",
        "dvc queue status",
    ],
    f"{EXPERIMENTS}::test_a_queue_goes_on_where_it_was_stopped": [
        "dvc exp run --queue -S 'train.seed=range(2,7)'",
        "dvc queue stop",
        "dvc queue kill --force NAME",
        "dvc queue remove --failed",
        "dvc queue stop --kill",
    ],
    f"{PIPELINE}::test_a_second_run_has_nothing_to_do": ["dvc repro"],
    f"{PIPELINE}::test_tables_show_stages_and_figures": [
        "dvc dag",
        "dvc metrics show",
        "dvc exp show --only-changed",
    ],
    f"{PIPELINE}::test_plots_are_drawn_without_a_network": ["dvc plots show"],
    f"{PIPELINE}::test_the_download_is_tried_again": ["dvc repro --force --single-item download"],
    f"{PIPELINE}::test_a_damaged_model_is_brought_back_or_made_anew": [
        "git checkout models",
        "dvc repro --force export",
    ],
    "tests/pipeline/test_remotes.py::test_data_are_shared_over_ssh": ["dvc push", "dvc pull"],
    "tests/pipeline/test_remotes.py::test_data_are_shared_through_a_folder": [
        "dvc remote add --default storage /mnt/storage"
    ],
    "tests/pipeline/test_releases.py::test_the_model_of_a_release_is_fetched_from_elsewhere": [
        "git tag --annotate digits@v0.1.0 --message 'digits 0.1.0'",
        "dvc artifacts get https://example.org/digits.git digits --rev v0.1.0",
    ],
}


def commands() -> set[str]:
    """What the README has a reader type: in its blocks, and in its lines."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.S)
    lines = [line for block in blocks for line in block.splitlines() if "$ " not in block]
    lines += [line[2:] for block in blocks for line in block.splitlines() if line[:2] == "$ "]
    program = r"(?:[A-Z_]+=\S+ )?(?:make|dvc|uv|git|pip|docker|digits|rm|-S) (?!run`|predict`)"
    prose = re.sub(r"```.*?```", "", README, flags=re.S)
    lines += re.findall(rf"`({program}[^`]+)`", prose)
    return {" ".join(re.sub(r"  +#.*", "", line).split()) for line in lines} - {""}


def test_every_command_is_run_somewhere():
    listed = [command for commands in RUN_IN.values() for command in commands]
    assert len(listed) == len(set(listed))
    assert commands() == set(listed)


@pytest.mark.parametrize("place", RUN_IN)
def test_the_place_where_a_command_is_run_exists(place):
    name, _, test = place.partition("::")
    text = Path(name).read_text(encoding="utf-8").replace("$(UV)", "uv").replace(" --locked", "")
    for needle in [f"def {test}("] if test else RUN_IN[place]:
        assert needle.replace(" --locked", "") in text
