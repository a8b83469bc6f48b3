"""README and docs say what the committed metrics say, and nothing to type that isn't run somewhere.

Committed files are compared with each other, as Git has them, never with what a user has trained.
"""

import json
import os
import re
import subprocess
from importlib.metadata import metadata
from pathlib import Path

import pytest

from digits.reading.classifier import Classifier

README = Path("README.md").read_text(encoding="utf-8")
PAGES = {
    path.name: path.read_text(encoding="utf-8")
    for path in [Path("README.md"), *sorted(Path("docs").glob("*.md"))]
}


def committed(name: str) -> bytes:
    """A file as Git's index has it: a run on another machine leaves other figures behind."""
    shown = subprocess.run(["git", "show", f":{name}"], capture_output=True)
    if shown.returncode:
        pytest.skip(f"Git has no {name} here to compare with")
    return shown.stdout


def figures(name: str) -> dict:
    return json.loads(committed(name))


@pytest.fixture(scope="module")
def model() -> dict:
    """The committed model's description, if the README speaks of that model.

    It does not on the branch of an experiment; in CI it has to.
    """
    classifier = Classifier(committed("models/digits.tflite"))
    row = f"| Model | `{classifier.version}` (start of the SHA-256) |"
    if row not in README.splitlines():
        advice = f"README.md speaks of another model than Git has: its results begin with {row!r}"
        (pytest.fail if "CI" in os.environ else pytest.skip)(advice)
    return classifier.description


def test_the_readme_shows_the_committed_results(model):
    """Where it fails, it shows the rows as they should be."""
    test, ood = figures("metrics/test.json"), figures("metrics/ood.json")
    over_seeds = figures("benchmarks/seeds.json")
    seeds = over_seeds["accuracy"]
    right, wrong = (over_seeds[f"scikit_learn_{how}"] for how in ("right", "wrong"))
    numbers, singles = figures("metrics/numbers.json"), figures("metrics/singles.json")
    sizes = model["splits"]
    rows = [
        f"| Data | {model['dataset']}: {sizes['train']:,} training, {sizes['val']:,} validation, "
        f"{sizes['test']:,} test digits |",
        f"| Test accuracy | {test['accuracy']:.2%} (95 % interval {test['low']:.2%} to "
        f"{test['high']:.2%}) |",
        f"| Test accuracy over {seeds['count']} seeds | {seeds['mean']:.3%} ± "
        f"{seeds['standard_deviation']:.3%} |",
        f"| Loss (mean negative log-likelihood) | {test['loss']:.4f} |",
        f"| Expected calibration error | {test['ece']:.2%} |",
        f"| False rejection rate, test digits | {ood['frr']:.2%} |",
        f"| False acceptance rate, OOD samples | {ood['far']:.1%} |",
        f"| Other hands over {right['count']} seeds: scikit-learn's 1,797 digits, right and wrong "
        f"| {right['mean']:.1%} ± {right['standard_deviation']:.1%}, "
        f"{wrong['mean']:.1%} ± {wrong['standard_deviation']:.1%} |",
        *(
            f"| Accuracy under {severity} corruption | {found['accuracy']:.1%} "
            f"({found['worst']:.1%} under the worst) |"
            for severity in ("mild", "middle", "severe")
            for found in [figures(f"metrics/{severity}.json")]
        ),
        f"| Parameters | {model['parameters']:,} |",
        f"| Numbers, mean over thirteen kinds of pages | {numbers['accuracy']:.1%} |",
        f"| Worst kind: touching digits | {numbers['worst']:.1%} |",
        f"| Single digits, alone or among fourteen other things | {singles['accuracy']:.1%} |",
        f"| Pages of words, letters, scribbles or photos, on which digits are read | "
        f"{numbers['far']:.1%} |",
        f"| Expected calibration error of numbers, these pages among them | {numbers['ece']:.1%} |",
    ]
    missing = [row for row in rows if row not in README.splitlines()]
    assert not missing, "README.md should say:\n" + "\n".join(missing)


def test_the_committed_card_says_the_same(model):
    card = committed("models/README.md").decode()
    assert f"{figures('metrics/test.json')['accuracy']:.2%}" in card
    assert f"{figures('metrics/ood.json')['far']:.1%}" in card


def test_the_committed_model_is_small(model):
    assert model["parameters"] <= 350_000
    assert model["agreement_with_keras"] == 1
    assert len(committed("models/digits.tflite")) < 3_000_000


def test_the_answers_shown_are_the_answers_given(model, tmp_path):
    path = tmp_path / "digits.tflite"
    path.write_bytes(committed("models/digits.tflite"))
    shown = re.findall(r"^\$ digits (.*)\n((?:(?:app|docs)/.*\n)+)", README, re.M)
    assert len(shown) == 2
    for command, answers in shown:
        words = ["digits", *command.split(), f"--model={path}"]
        assert subprocess.check_output(words, text=True) == answers


def test_what_a_deployed_page_takes_is_what_was_measured():
    table = Path("benchmarks/deployment.md").read_text(encoding="utf-8")
    installed, memory = re.findall(r"\d+ MB", table)
    assert f"{installed} installed, {memory} of memory" in PAGES["deployment.md"]


REMOTES = re.findall(
    r"'(dvc\[\w+\])'\n(dvc remote add .*)\n(dvc remote modify .*)\n", PAGES["remotes.md"]
)


@pytest.mark.slow
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


BUCKETS = "tests/test_buckets.py"
EXPERIMENTS = "tests/pipeline/test_experiments.py"
PIPELINE = "tests/pipeline/test_pipeline.py"
KILLS = "tests/pipeline/test_kills.py"
OWN = "tests/pipeline/test_growing_data.py"
# Where a command is run: a test, or a file that holds it (`NAME` and the like stand for anything).
RUN_IN = {
    ".ci/run": ["make run", "make test", "make test-all"],
    "Makefile": ["uv run dvc repro"],
    "tests/test_container.py::test_it_serves_the_page_and_says_that_it_is_well": [
        "docker build --tag digits . && docker run --publish 8501:8501 digits"
    ],
    "tests/pipeline/test_environment.py::test_pip_alone_gives_the_same_bytes": [
        "pip install -r requirements.txt && pip install --no-deps -e . && dvc repro"
    ],
    "Dockerfile": ["uv sync --locked --no-default-groups --group app"],
    "tests/test_readme.py::test_the_answers_shown_are_the_answers_given": [
        "digits predict app/gallery/04-4.png docs/numbers.jpg --top-k 2",
        "digits read docs/numbers.jpg",
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
    "tests/test_api.py::test_curl_is_answered_as_shown": [
        "curl --form file=@app/gallery/04-4.png http://localhost:8501/api/v1/read",
        "curl --form file=@picture.png http://localhost:8501/api/v1/read",
        "curl --data-binary @picture.png --header 'Content-Type: image/png' "
        "http://localhost:8501/api/v1/read",
        "curl --form file=@docs/numbers.jpg http://localhost:8501/api/v1/numbers",
        "curl --form file=@picture.png http://localhost:8501/api/v1/numbers",
    ],
    "tests/test_api.py::test_it_answers_as_the_command_line_does": [
        "digits predict --json",
        "digits read --json",
    ],
    "tests/test_api.py::test_it_is_served_alone_as_shown": ["uvicorn app.api:app --port 8501"],
    "tests/test_predict.py::test_help_is_quick_and_loads_nothing_heavy": ["digits predict --help"],
    "tests/test_evaluate.py::test_people_get_a_table": ["digits evaluate PATH"],
    "tests/test_installing.py::test_pip_installs_what_reading_needs_and_no_more": ["pip install ."],
    "tests/test_installing.py::test_the_docs_example_reads_pictures_under_ray": [
        "pip install '.[batch]'"
    ],
    f"{BUCKETS}::test_loose_pictures_and_shards_are_read_alike": [
        "digits pack s3://bucket/scans s3://bucket/shards",
        "digits batch s3://bucket/shards s3://bucket/answers",
    ],
    f"{BUCKETS}::test_a_dry_run_counts": [
        "digits batch s3://bucket/shards s3://bucket/answers --dry-run"
    ],
    "tests/test_clusters.py::test_workers_and_client_may_be_killed": [
        "dask scheduler",
        "dask worker tcp://host:8786 --nworkers 8 --nthreads 1",
        "digits batch s3://bucket/shards s3://bucket/answers --scheduler tcp://host:8786",
    ],
    "tests/test_installing.py::test_a_wheel_reads_every_format_in_an_empty_folder": [
        "pip install pillow-heif"
    ],
    "tests/test_installing.py::test_what_a_remote_needs_can_be_added": [
        f"uv add --group train 'dvc[{extra}]'" for extra in ("ssh", "s3", "gs", "azure")
    ],
    "tests/test_installing.py::test_cuda_is_added": ["uv sync --group gpu"],
    "tests/test_deployment.py::test_make_serves_the_page": [
        "make app",
        "STREAMLIT_SERVER_PORT=80 make app",
    ],
    "tests/browser/test_correcting.py::test_a_corrected_drawing_lies_in_the_folder": [
        "DIGITS_COLLECT=data/own make app"
    ],
    "tests/test_deployment.py::test_the_page_is_served": ["make deployment"],
    f"{KILLS}::test_a_killed_run_ends_as_if_nothing_had_happened": ["make kills"],
    f"{KILLS}::test_what_dvc_writes_in_place_is_mended_as_the_docs_say": [
        "rm .dvc/tmp/rwlock",
        "git checkout dvc.lock",
    ],
    "tests/browser/test_visit.py::test_it_can_be_seen_and_touched": ["make screenshots"],
    "tests/pipeline/test_benchmarks.py::test_a_measurement_ends_in_its_file": [
        "make batch",
        "make bench",
        "make bench-train",
        "make numbers",
        "make page",
        "make seeds",
        "make corruptions",
    ],
    "tests/pipeline/test_benchmarks.py::test_twenty_visitors_get_the_right_answers": ["make load"],
    "tests/pipeline/test_benchmarks.py::test_twenty_programs_get_the_right_answers": [
        "make load-api"
    ],
    f"{OWN}::test_the_page_runs_from_first_to_last": [
        "cp -r ~/scans/anna data/own/",
        "digits evaluate data/own",
        "dvc add data/own",
        'git add --all && git commit --message "Add Anna\'s digits"',
        "dvc metrics diff",
        'git add --all && git commit --message "Learn Anna\'s digits"',
        "cp -r ~/scans/ben data/own/",
        'git add --all && git commit --message "Learn Ben\'s digits"',
        "git checkout HEAD~1",
        "dvc checkout",
        "git checkout -",
        "dvc get . models/digits.keras --out models/base.keras",
        "git show HEAD:models/digits.tflite",
    ],
    f"{OWN}::test_a_made_up_hand_is_learned_in_the_quick_way": [
        "dvc exp run --single-item -S train.start_from=models/base.keras "
        "-S train.epochs=1 -S train.first_cycle=0 -S train.learning_rate=0.002 "
        "gather train train_ood_head export evaluate evaluate_own",
    ],
    f"{EXPERIMENTS}::test_one_change_is_compared_applied_branched_and_removed": [
        "dvc exp run -S train.learning_rate=0.005",
        "dvc metrics diff && dvc params diff && dvc plots diff",
        "dvc exp diff HEAD NAME && dvc plots diff HEAD NAME",
        "dvc exp apply NAME",
        "dvc exp branch NAME BRANCH",
        "dvc exp remove NAME",
    ],
    f"{EXPERIMENTS}::test_an_experiment_in_a_copy_leaves_the_folder_alone": [
        "dvc exp run --temp -S train.dropout=0.4",
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
        "dvc exp show --only-changed",
    ],
    f"{PIPELINE}::test_metrics_fit_a_screen": ["dvc metrics show"],
    "tests/test_project.py::test_what_the_workflow_asks_of_dvc_is_answered_without_data": [
        "dvc metrics diff HEAD~1"
    ],
    f"{PIPELINE}::test_plots_are_drawn_without_a_network": ["dvc plots show"],
    f"{PIPELINE}::test_the_download_is_tried_again": ["dvc repro --force --single-item download"],
    f"{PIPELINE}::test_a_damaged_model_is_brought_back_or_made_anew": [
        "rm models/digits.tflite && git checkout models/digits.tflite",
        "dvc repro --force --single-item export",
    ],
    "tests/pipeline/test_cliffs.py::test_a_second_experiment_in_the_same_folder_spoils_the_first": [
        "dvc exp run"
    ],
    "tests/pipeline/test_cliffs.py::test_a_second_experiment_apart_is_none_of_its_business": [
        "dvc exp run --temp"
    ],
    "tests/pipeline/test_cliffs.py::test_what_was_downloaded_without_git_needs_one": [
        "git init && git add --all && git commit --message start"
    ],
    "tests/pipeline/test_remotes.py::test_data_are_shared_over_ssh": ["dvc push", "dvc pull"],
    "tests/pipeline/test_remotes.py::test_pictures_are_imported_from_a_bucket": [
        "rm -r data/own data/own.dvc",
        "dvc import-url s3://bucket/own data/own",
        "dvc update data/own.dvc",
    ],
    f"{EXPERIMENTS}::test_several_machines_run_experiments_and_share_them": [
        "git clone https://example.org/digits.git && cd digits",
        "dvc exp list origin",
        "dvc exp pull origin seed-2 seed-3",
    ],
    "tests/pipeline/test_remotes.py::test_data_are_shared_through_a_folder": [
        "dvc remote add --default storage /mnt/storage"
    ],
    "tests/pipeline/test_releases.py::test_the_model_of_a_release_is_fetched_and_reads": [
        "git tag --annotate digits@v0.1.0 --message 'digits 0.1.0'",
        "dvc artifacts get https://example.org/digits.git digits --rev v0.1.0",
        "digits predict --model digits.tflite picture.png",
    ],
}


def commands() -> set[str]:
    """What README and docs have a reader type: in their blocks, and in their lines."""
    text = "\n".join(PAGES.values())
    blocks = re.findall(r"```console\n(.*?)```", text, re.S)
    lines = [line for block in blocks for line in block.splitlines() if "$ " not in block]
    lines += [line[2:] for block in blocks for line in block.splitlines() if line[:2] == "$ "]
    program = r"(?!\w+ run`|digits (?:predict|read|batch)`)"  # what is spoken of, not typed
    program += r"(?:[A-Z_]+=\S+ )?(?:make|dvc|uv|git|pip|docker|digits|rm|-S) "
    prose = re.sub(r"```.*?```", "", text, flags=re.S)
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
