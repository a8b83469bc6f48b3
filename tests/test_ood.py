"""What is no digit, and what is several: told apart, counted and measured."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image
from pinned import MODEL

from digits.data import negatives
from digits.data.splits import Split, spread
from digits.evaluation import ood_samples
from digits.evaluation.corruptions import CORRUPTIONS, SEVERITIES, read_drawn
from digits.reading.artefact import ModelError, pack, unpack
from digits.reading.classifier import Classifier
from digits.reading.components import count_components
from digits.reading.digit_reader import read_digit
from digits.reading.ink import find_ink
from digits.reading.reader import Reading, classify, to_readings
from stages import draw, evaluate_corruptions, evaluate_ood


def picture_of(*digits: np.ndarray, gap: int = 20) -> bytes:
    """Digits beside each other, dark on white, as a PNG file."""
    wide = [np.pad(np.kron(digit, np.ones((5, 5), np.uint8)), gap) for digit in digits]
    return ood_samples._to_png(Image.fromarray(255 - np.hstack(wide)))


def test_one_digit_is_one_thing(handwritten):
    counts = [count_components(find_ink(255 - np.pad(digit, 8))) for digit in handwritten.images]
    assert np.mean(np.array(counts) == 1) > 0.98


@pytest.mark.parametrize("number", [2, 3])
def test_several_digits_are_counted(handwritten, number):
    content = picture_of(*handwritten.images[:number])
    reading = read_digit(content, Classifier.load())
    assert (reading.prediction, reading.reason) == (None, "several_digits")
    assert reading.count == number


def test_paper_holds_nothing():
    assert count_components(np.zeros((40, 40), np.uint8)) == 0


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
        read_digit(picture, classifier) for picture in ood_samples.typeset("#*+X", ("cmr10",))
    ]
    assert [reading.prediction for reading in readings] == [None] * 4
    assert {reading.reason for reading in readings} <= {"not_a_digit", "several_digits"}
    assert all(reading.best_guess in range(10) for reading in readings if reading.probabilities)


def test_a_high_threshold_takes_all_for_digits():
    classifier = Classifier.load()
    star = next(ood_samples.typeset("*", ("cmr10",)))
    classifier.description["ood_threshold"] = 1e9
    assert read_digit(star, classifier).prediction in range(10)


@pytest.mark.parametrize(
    ("likeliest", "score", "prediction", "reason"),
    [
        (0.51, 0.0, 4, None),
        (0.49, 0.0, None, "ambiguous"),
        (0.49, 2.0, None, "not_a_digit"),
        (0.99, 2.0, None, "not_a_digit"),
    ],
)
def test_no_answer_where_no_digit_is_likelier_than_all_others(
    monkeypatch, likeliest, score, prediction, reason
):
    classifier = Classifier.load()
    classifier.description["ood_threshold"] = 1.0
    y_prob = np.full((1, 10), (1 - likeliest) / 9, np.float32)
    y_prob[0, 4] = likeliest
    answer = y_prob, np.array([score], np.float32)
    monkeypatch.setattr(classifier, "predict", lambda _: answer)
    image = np.full((1, 28, 28), 255, np.uint8)
    (reading,) = classify(classifier, to_readings(image, np.array([1])))
    assert (reading.prediction, reading.reason, reading.best_guess) == (prediction, reason, 4)


def test_the_measure_is_what_it_should_be():
    readings = [Reading(prediction=3, ood_score=-2.5), Reading(ood_score=-0.5), Reading()]
    result = evaluate_ood.measure(-np.array([1.0, 2.0, 3.0, 4.0], np.float32), readings)
    # Of the twelve pairs of digit and sample, two are the wrong way round.
    assert result == {
        "far": round(1 / 3, 4),
        "far_at_frr_1_percent": round(1 / 3, 4),
        "auroc": round(10 / 12, 4),
    }


@pytest.mark.parametrize("name", ood_samples.SOURCES)
def test_every_ood_sample_is_a_picture(name):
    picture = next(iter(ood_samples.SOURCES[name]()))
    assert read_digit(picture, Classifier.load()).error is None


def test_ood_samples_and_look_alikes_are_apart():
    assert not set(ood_samples.LOOK_ALIKES) & set(ood_samples.CAPITALS + ood_samples.SMALL)
    assert len(ood_samples.CAPITALS + ood_samples.SMALL + ood_samples.LOOK_ALIKES) == 52


def test_corruptions_have_a_row_for_each_severity(handwritten, monkeypatch):
    few = Split(handwritten.images[:2], handwritten.labels[:2])
    for module in (draw, evaluate_corruptions):
        monkeypatch.setattr(module, "CORRUPTIONS", {"faint": CORRUPTIONS["faint"]})
    with ThreadPoolExecutor() as pool:
        drawn = draw.corrupt_in_every_way(pool, few, 2)
    assert drawn["images"].shape == (6, 28, 28)
    assert drawn["labels"].tolist() == np.repeat(few.labels, 3).tolist()
    rows = evaluate_corruptions.measure(Classifier.load(), drawn)
    assert [row["corruption"] for row in rows] == ["faint"] * 3
    assert [row["severity"] for row in rows] == list(SEVERITIES)
    assert all(0 <= row["accuracy"] <= 1 and 0 <= row["frr"] <= 1 for row in rows)


def test_digits_are_drawn_from_all_over_the_split():
    labels = np.arange(10, dtype=np.uint8)
    split = Split(np.zeros((10, 28, 28), np.uint8), labels)
    assert spread(split, 5).labels.tolist() == [0, 2, 4, 6, 8]
    assert spread(split, 20).labels.tolist() == np.repeat(labels, 2).tolist()


def test_a_drawing_is_found_again(handwritten):
    found = read_drawn(handwritten.images[0], 1, ("shifted", "mild")).digit.astype(float)
    drawn = handwritten.images[0].astype(float)
    assert np.minimum(found, drawn).sum() / np.maximum(found, drawn).sum() > 0.6


def test_a_model_without_a_score_is_refused(tmp_path):
    artefact = unpack(MODEL.read_bytes())
    del artefact.description["ood_threshold"]
    (tmp_path / "digits.tflite").write_bytes(pack(artefact))
    with pytest.raises(ModelError, match="states no ood_threshold"):
        Classifier.load(tmp_path / "digits.tflite")
