"""A wrong value in params.yaml ends in a sentence that names it."""

from pathlib import Path

import pytest
import yaml

from benchmarks.clone import SMALL
from digits.pipeline.params import ParamsError, load_params
from digits.training.recipe import TrainParams
from stages.compose import ComposeParams
from stages.download import DownloadParams
from stages.draw import DrawParams
from stages.evaluate_numbers import EvaluateNumbersParams
from stages.gather import GatherParams
from stages.preprocess import PreprocessParams
from stages.train_finder import TrainFinderParams
from stages.train_ood_head import TrainOodHeadParams
from stages.train_recogniser import TrainRecogniserParams

SECTIONS = {
    "download": DownloadParams,
    "preprocess": PreprocessParams,
    "gather": GatherParams,
    "draw": DrawParams,
    "compose": ComposeParams,
    "train": TrainParams,
    "train_ood_head": TrainOodHeadParams,
    "train_finder": TrainFinderParams,
    "train_recogniser": TrainRecogniserParams,
    "evaluate_numbers": EvaluateNumbersParams,
}


@pytest.mark.parametrize("name", SECTIONS)
def test_params_yaml_is_valid(name):
    """Where it fails, the message names the key to change, as `dvc repro` would."""
    assert load_params(name, SECTIONS[name])
    assert load_params(name, SECTIONS[name], SMALL)


def test_every_section_belongs_to_a_stage():
    assert set(yaml.safe_load(Path("params.yaml").read_text())) == set(SECTIONS)


@pytest.mark.parametrize(
    ("section", "change", "words"),
    [
        ("train", {"epochs": 0}, ["train.epochs", "0", "greater than or equal to 1"]),
        ("train", {"epochs": 1.5}, ["train.epochs", "1.5", "integer"]),
        ("train", {"epochs": True}, ["train.epochs", "True", "integer"]),
        ("train", {"learning_rate": -0.1}, ["train.learning_rate", "-0.1", "greater than 0"]),
        ("train", {"learning_rate": float("nan")}, ["train.learning_rate", "finite"]),
        ("train", {"schedule": "warm"}, ["train.schedule", "'warm'", "'one_cycle' or 'plateau'"]),
        ("train", {"epoch": 3}, ["train.epoch is not a key", "epochs"]),
        ("train", {"dropout": 1}, ["train.dropout", "less than 1"]),
        (
            "train",
            {"plateau": {"factor": 0.3, "patience": 2}},
            ["train.plateau.stop_after is missing"],
        ),
        ("train", {"blocks": []}, ["train.blocks", "at least 1"]),
        ("gather", {"parts": 2}, ["gather.parts", "2", "greater than or equal to 3"]),
        ("preprocess", {"validation_share": 1.0}, ["preprocess.validation_share", "less than 1"]),
        ("download", {"mirrors": ["ftp://a"]}, ["download.mirrors.0", "'ftp://a'", "https"]),
        ("download", {"timeout": 0}, ["download.timeout", "greater than 0"]),
    ],
)
def test_a_wrong_value_is_named(tmp_path, section, change, words):
    values = yaml.safe_load(SMALL.read_text())
    values[section] |= change
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(values))
    with pytest.raises(ParamsError) as error:
        load_params(section, SECTIONS[section], path)
    assert all(word in str(error.value) for word in words), error.value
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["", "train:", "train: [", "other: {}", "3"])
def test_an_unreadable_file_is_named(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(ParamsError, match=r"params\.yaml"):
        load_params("train", TrainParams, path)
    with pytest.raises(ParamsError, match="missing"):
        load_params("train", TrainParams, tmp_path / "missing")
