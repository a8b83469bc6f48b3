"""The whole pipeline through DVC."""

import re
import sys
import time
from pathlib import Path

import pytest

from benchmarks.kills import load_stages
from digits.reading.classifier import Classifier
from digits.reading.location import MODEL


def test_it_falls_back_says_so_and_finishes(clone, reference):
    assert "WARNING: no mirror of MNIST answers" in reference.output
    assert list(reference.seconds) == load_stages()
    assert clone.read("metrics/test.json")["accuracy"] > 0.6
    description = Classifier.load(clone.folder / MODEL).description
    assert "scikit-learn" in description["dataset"]
    assert description["agreement_with_keras"] == 1
    assert clone.dvc("status") == "Data and pipelines are up to date.\n"


def test_a_second_run_has_nothing_to_do(clone):
    output = clone.dvc("repro")
    assert "Running stage" not in output
    assert "Data and pipelines are up to date." in output


@pytest.mark.slow
def test_a_forced_run_gives_the_same_lock(clone, reference):
    output = clone.dvc("repro", "--force")
    assert re.findall(r"Running stage '(\w+)'", output) == load_stages()
    assert (clone.folder / "dvc.lock").read_bytes() == reference.lock


@pytest.mark.slow
def test_a_wrong_value_ends_in_a_line_and_loses_nothing(clone):
    before = {path: path.read_bytes() for path in (clone.folder / "models").glob("digits.*")}
    lock = (clone.folder / "dvc.lock").read_bytes()
    params = (clone.folder / "params.yaml").read_text()
    (clone.folder / "params.yaml").write_text(params.replace("epochs: 2", "epochs: 0"))
    output = clone.dvc("repro", status=255)
    assert "ParamsError: params.yaml: train.epochs is 0; input should be greater" in output
    assert "Traceback" not in output
    (clone.folder / "params.yaml").write_text(params)
    output = clone.dvc("repro")
    assert "Running stage" not in output
    assert {
        path: path.read_bytes() for path in (clone.folder / "models").glob("digits.*")
    } == before
    assert (clone.folder / "dvc.lock").read_bytes() == lock


@pytest.mark.slow
def test_a_damaged_model_is_brought_back_or_made_anew(clone):
    model = clone.folder / "models" / "digits.tflite"
    whole = model.read_bytes()
    read = "digits", "predict", "app/gallery/04-4.png"
    docs = " ".join(Path("docs/troubleshooting.md").read_text(encoding="utf-8").split())
    checkout = "rm models/digits.tflite && git checkout models/digits.tflite"
    for remedy, stages in ((checkout, []), ("dvc repro --force --single-item export", ["export"])):
        assert f"`{remedy}`" in docs
        model.write_bytes(whole[:1000])
        assert "is damaged" in clone.start(*read).communicate()[0]
        output = clone.start("sh", "-c", remedy).communicate()[0]
        assert re.findall(r"Running stage '(\w+)'", output) == stages, "nothing is trained again"
        assert model.read_bytes() == whole


@pytest.mark.slow
def test_the_download_is_tried_again(clone, reference):
    clone.dvc("repro", "--force", "--single-item", "download")
    assert "Running stage" not in clone.dvc("repro")
    assert (clone.folder / "dvc.lock").read_bytes() == reference.lock


def test_plots_are_drawn_without_a_network(clone):
    clone.dvc("plots", "show")
    page = (clone.folder / "dvc_plots" / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script[^>]*src", page)
    assert page.count("vegaEmbed('#") == 5
    assert page.count('<img src="static/') == 11


def test_tables_show_stages_and_figures(clone):
    assert "train_ood_head" in clone.dvc("dag")
    assert "workspace" in clone.dvc("exp", "show", "--only-changed")


def test_the_card_says_what_was_measured(clone):
    card = (clone.folder / "models" / "README.md").read_text(encoding="utf-8")
    assert f"{clone.read('metrics/test.json')['accuracy']:.2%}" in card
    assert f"{clone.read('metrics/ood.json')['far']:.1%}" in card


def fits_a_screen(table: str) -> bool:
    lines = table.splitlines()
    return len(lines) <= 24 and max(map(len, lines)) <= 100


def test_metrics_fit_a_screen(clone):
    table = clone.dvc("metrics", "show")
    assert "metrics/ood.json" in table
    assert fits_a_screen(table), table
    for path in (clone.folder / "metrics").glob("*.json"):
        path.write_text(re.sub(r"\d\.\d+", "0.12345", path.read_text()))
    difference = clone.dvc("metrics", "diff")
    assert difference.count("metrics/") == 23, difference
    assert fits_a_screen(difference), difference


def test_the_run_ends_with_what_a_person_wants(clone):
    summary = clone.start(sys.executable, "-m", "stages").communicate()[0]
    accuracy = clone.read("metrics/test.json")["accuracy"]
    assert re.search(rf"^Test accuracy +{accuracy:.2%} \(95 % interval ", summary, re.M)
    assert "scikit-learn" in summary
    assert "make app" in summary
    assert summary.count("\n") <= 6


@pytest.mark.slow
def test_the_curve_grows_while_the_training_runs(clone):
    params = clone.folder / "params.yaml"
    params.write_text(params.read_text().replace("epochs: 2\n  first", "epochs: 40\n  first"))
    history = clone.folder / "plots" / "history.csv"
    history.unlink()
    training = clone.start("dvc", "repro", "train")
    while not history.exists() and training.poll() is None:
        time.sleep(0.1)
    table = clone.dvc("metrics", "show")
    clone.dvc("plots", "show")
    assert training.poll() is None, training.communicate()[0]
    (epoch,) = re.findall(r"train\.json +\d\.\d+ +- +(\d+)", table)
    assert int(epoch) < 40
    output = training.communicate()[0]
    assert training.returncode == 0, output
    epochs = [line.partition(",")[0] for line in history.read_text().splitlines()[1:]]
    assert epochs == [str(epoch) for epoch in range(1, 41)]
