"""What is no digit, and what is several: told apart, counted and measured."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from benchmarks.clone import SMALL
from digits import negatives, outsiders
from digits.blobs import count_blobs
from digits.classifier import Classifier, ModelError
from digits.ink import find_ink
from digits.reader import Reading, read_digit
from digits.situations import SEVERITIES, SITUATIONS, read_drawn
from digits.splits import Split
from stages import evaluate_rejection, evaluate_robustness


def picture_of(*digits: np.ndarray, gap: int = 20) -> bytes:
    """Digits beside each other, dark on white, as a PNG file."""
    wide = [np.pad(np.kron(digit, np.ones((5, 5), np.uint8)), gap) for digit in digits]
    return outsiders._to_png(Image.fromarray(255 - np.hstack(wide)))


def test_one_digit_is_one_thing(handwritten):
    counts = [count_blobs(find_ink(255 - np.pad(digit, 8))) for digit in handwritten.images]
    assert np.mean(np.array(counts) == 1) > 0.98


@pytest.mark.parametrize("number", [2, 3])
def test_several_digits_are_counted(handwritten, number):
    content = picture_of(*handwritten.images[:number])
    reading = read_digit(Classifier.load(), content)
    assert (reading.prediction, reading.reason) == (None, "several_digits")
    assert reading.count == number


def test_paper_holds_nothing():
    assert count_blobs(np.zeros((40, 40), np.uint8)) == 0


def test_negatives_are_drawn_by_the_seed(handwritten):
    drawn = negatives.draw_negatives(handwritten, 40, seed=3)
    assert drawn.shape == (40, 28, 28)
    assert drawn.dtype == np.uint8
    assert drawn.reshape(40, -1).any(axis=1).all()
    np.testing.assert_array_equal(drawn, negatives.draw_negatives(handwritten, 40, seed=3))
    assert (drawn != negatives.draw_negatives(handwritten, 40, seed=4)).any()


@pytest.mark.parametrize("kind", negatives.KINDS)
def test_every_kind_of_negative_is_something(handwritten, kind):
    random = np.random.default_rng(1)
    drawn = [negatives.KINDS[kind](random, handwritten) for _ in range(20)]
    assert sum(image.any() for image in drawn) > 15
    assert len({image.tobytes() for image in drawn}) > 15


def test_digits_of_one_class_can_be_turned():
    ones = Split(np.full((3, 28, 28), 9, np.uint8), np.ones(3, np.uint8))
    assert negatives.turned(np.random.default_rng(1), ones).shape == (28, 28)


def test_a_thing_that_is_no_digit_is_none():
    classifier = Classifier.load()
    readings = [
        read_digit(classifier, picture) for picture in outsiders.typeset("#*+X", ("cmr10",))
    ]
    assert [reading.prediction for reading in readings] == [None] * 4
    assert {reading.reason for reading in readings} <= {"not_a_digit", "several_digits"}
    assert all(reading.best_guess in range(10) for reading in readings if reading.probabilities)


def test_a_low_threshold_takes_all_for_digits(handwritten):
    classifier = Classifier.load()
    star = next(outsiders.typeset("*", ("cmr10",)))
    classifier.description["digit_threshold"] = -1e9
    assert read_digit(classifier, star).prediction in range(10)


def test_the_measure_is_what_it_should_be():
    readings = [Reading(prediction=3, digit_score=2.5), Reading(digit_score=0.5), Reading()]
    result = evaluate_rejection.measure(np.array([1.0, 2.0, 3.0, 4.0], np.float32), readings)
    # Of the twelve pairs of digit and other, two are the wrong way round.
    assert result == {
        "auroc": round(10 / 12, 6),
        "false_acceptance": round(1 / 3, 6),
        "false_acceptance_at_1_percent": round(1 / 3, 6),
    }


@pytest.mark.parametrize("name", outsiders.SOURCES)
def test_every_outsider_is_a_picture(name):
    picture = next(iter(outsiders.SOURCES[name]()))
    assert read_digit(Classifier.load(), picture).error is None


def test_outsiders_and_look_alikes_are_apart():
    assert not set(outsiders.LOOK_ALIKES) & set(outsiders.CAPITALS + outsiders.SMALL)
    assert len(outsiders.CAPITALS + outsiders.SMALL + outsiders.LOOK_ALIKES) == 52


def test_robustness_has_a_row_for_each_situation(handwritten, monkeypatch):
    few = Split(handwritten.images[:2], handwritten.labels[:2])
    monkeypatch.setattr(evaluate_robustness, "SITUATIONS", {"faint": SITUATIONS["faint"]})
    rows = list(evaluate_robustness.measure(Classifier.load(), few))
    assert [row[:2] for row in rows] == [("faint", severity) for severity in SEVERITIES]
    assert all(0 <= row.accuracy <= 1 and 0 <= row.rejected <= 1 for row in rows)


def test_robustness_is_measured_on_digits_from_all_over_the_split():
    labels = np.arange(10, dtype=np.uint8)
    split = Split(np.zeros((10, 28, 28), np.uint8), labels)
    assert evaluate_robustness.spread(split, 5).labels.tolist() == [0, 2, 4, 6, 8]
    assert evaluate_robustness.spread(split, 500).labels.tolist() == labels.tolist()


def test_a_plain_drawing_is_found_again(handwritten):
    found = read_drawn(handwritten.images[0], 1).digit.astype(float)
    drawn = handwritten.images[0].astype(float)
    assert np.minimum(found, drawn).sum() / np.maximum(found, drawn).sum() > 0.6


def test_a_model_without_a_score_is_refused(tmp_path):
    for name in ("digits.tflite", "digits.json"):
        (tmp_path / name).write_bytes(Path("models", name).read_bytes())
    description = json.loads((tmp_path / "digits.json").read_text())
    del description["digit_threshold"]
    (tmp_path / "digits.json").write_text(json.dumps(description))
    with pytest.raises(ModelError, match="states no digit_threshold"):
        Classifier.load(tmp_path / "digits.tflite")


def test_the_small_pipeline_names_keys_that_there_are():
    params = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    assert all(set(SMALL[section]) <= set(params[section]) for section in SMALL)
