"""The whole pipeline through DVC."""

import re

from benchmarks.kills import load_stages


def test_it_falls_back_says_so_and_finishes(first_run):
    clone, output = first_run
    assert "WARNING: no mirror of MNIST answers" in output
    metrics = clone.read("metrics/test.json")
    assert metrics["dataset"] == clone.read("models/digits.json")["dataset"]
    assert "scikit-learn" in metrics["dataset"]
    assert metrics["accuracy"] > 0.6
    assert metrics["agreement_with_keras"] == 1
    assert clone.dvc("status") == "Data and pipelines are up to date.\n"


def test_a_second_run_has_nothing_to_do(clone):
    output = clone.dvc("repro")
    assert "Running stage" not in output
    assert "Data and pipelines are up to date." in output


def test_a_forced_run_gives_the_same_lock(clone, reference):
    output = clone.dvc("repro", "--force")
    assert re.findall(r"Running stage '(\w+)'", output) == load_stages()
    assert (clone.folder / "dvc.lock").read_bytes() == reference.lock


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


def test_a_damaged_model_is_brought_back_or_made_anew(clone):
    model = clone.folder / "models" / "digits.tflite"
    whole = model.read_bytes()
    read = "digits", "predict", "app/gallery/04-4.png"
    for remedy in (("git", "checkout", "models"), ("dvc", "repro", "--force", "export")):
        model.write_bytes(whole[:1000])
        assert "is not the model that" in clone.start(*read).communicate()[0]
        clone.start(*remedy).communicate()
        assert model.read_bytes() == whole


def test_the_download_is_tried_again(clone, reference):
    clone.dvc("repro", "--force", "--single-item", "download")
    assert "Running stage" not in clone.dvc("repro")
    assert (clone.folder / "dvc.lock").read_bytes() == reference.lock


def test_plots_are_drawn_without_a_network(clone):
    clone.dvc("plots", "show")
    page = (clone.folder / "dvc_plots" / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script[^>]*src", page)
    assert page.count("vegaEmbed('#") == 5
    assert page.count('<img src="static/') == 9


def test_tables_show_stages_and_figures(clone):
    assert "train_detector" in clone.dvc("dag")
    assert "metrics/rejection.json" in clone.dvc("metrics", "show")
    assert "workspace" in clone.dvc("exp", "show", "--only-changed")


def test_the_card_says_what_was_measured(clone):
    card = (clone.folder / "models" / "README.md").read_text(encoding="utf-8")
    assert f"{clone.read('metrics/test.json')['accuracy']:.2%}" in card
    assert f"{clone.read('metrics/rejection.json')['scribbles']['auroc']:.3f}" in card
