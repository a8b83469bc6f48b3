"""The README's recipes for experiments."""

import csv
import io
import json


def table(clone) -> dict[str, dict[str, str]]:
    """What `dvc exp show` says of each experiment, by its name."""
    rows = csv.DictReader(io.StringIO(clone.dvc("exp", "show", "--csv")))
    return {row["Experiment"]: row for row in rows if row["Experiment"]}


def test_one_change_is_compared_applied_branched_and_removed(clone):
    clone.dvc("exp", "run", "--name=less", "--set-param=train.dropout=0.1")
    parameters = json.loads(clone.dvc("params", "diff", "--json"))
    assert parameters["params.yaml"]["train.dropout"] == {"old": 0.2, "new": 0.1, "diff": -0.1}
    metrics = json.loads(clone.dvc("metrics", "diff", "--json"))
    assert metrics["metrics/test.json"]["loss"]["diff"] != 0
    clone.dvc("plots", "diff", "HEAD", "less")
    page = (clone.folder / "dvc_plots" / "index.html").read_text(encoding="utf-8")
    assert '"rev": "HEAD"' in page
    assert '"rev": "less"' in page

    clone.git("checkout", "--", ".")
    clone.dvc("checkout")
    difference = json.loads(clone.dvc("exp", "diff", "--json", "HEAD", "less"))
    assert difference["params"]["params.yaml"]["train.dropout"]["new"] == 0.1
    assert (
        difference["metrics"]["metrics/test.json"]["loss"] == metrics["metrics/test.json"]["loss"]
    )
    clone.dvc("exp", "apply", "less")
    assert clone.read("models/digits.json")["train"]["dropout"] == 0.1

    clone.dvc("exp", "branch", "less", "less-dropout")
    assert "dropout: 0.1" in clone.git("show", "less-dropout:params.yaml")
    clone.dvc("exp", "remove", "less")
    assert "less" not in table(clone)


def test_an_experiment_in_a_copy_leaves_the_folder_alone(clone):
    before = clone.read("models/digits.json")
    clone.dvc("exp", "run", "--temp", "--name=aside", "--set-param=train.epochs=1", "evaluate")
    assert clone.read("models/digits.json") == before
    assert clone.git("status", "--porcelain") == ""
    assert table(clone)["aside"]["train.epochs"] == "1"
    clone.dvc("exp", "remove", "aside")
