"""Lines of digits: they hold what is said of them, and what a recogniser says of them is read."""

import itertools
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from digits.data.line_composition import compose_lines
from digits.data.lines import MOST_DIGITS, WIDTH, load_lines, save_lines
from digits.reading.evidence import Named
from digits.reading.found import Found
from digits.reading.instances import Instance, Look
from digits.reading.lines import part, to_line
from digits.reading.naming import read_line
from digits.reading.recogniser import (
    BLANK,
    CLASSES,
    COLUMN,
    HEIGHT,
    Recogniser,
    best_path,
    log_likelihood,
)
from digits.reading.view import View
from digits.training.model import save_model
from digits.training.recogniser import (
    build_recogniser,
    line_batches,
    recogniser_loss,
    to_columns,
)
from stages import export

COLUMNS = WIDTH // COLUMN


@pytest.fixture(scope="module")
def lines(handwritten):
    return compose_lines(handwritten, 60, 1)


def test_lines_are_what_they_say(handwritten, lines, tmp_path, monkeypatch):
    assert lines.images.shape == (60, HEIGHT, WIDTH)
    counts = (lines.labels >= 0).sum(axis=1)
    assert counts.min() >= 1
    assert 6 < counts.max() <= MOST_DIGITS
    for image, places, count in zip(lines.images, lines.places, counts, strict=True):
        assert image.max() > 240, "noise may take a little of the brightest"
        assert (np.diff(places[:count]) > 0).all()
        assert 0 < places[0] < places[count - 1] < WIDTH or count == 1
    for one, same in zip(lines, compose_lines(handwritten, 60, 1), strict=True):
        np.testing.assert_array_equal(one, same)
    monkeypatch.setattr("digits.data.lines.LINES_DIR", tmp_path)
    save_lines("train", lines)
    for one, same in zip(lines, load_lines("train"), strict=True):
        np.testing.assert_array_equal(one, same)


def test_columns_tell_where_digits_are_and_leave_open_what_is_beside_them():
    columns = to_columns(np.array([3, 1, -1], np.int8), np.array([11, 15, 0], np.float32))
    assert columns.tolist()[3:10] == [BLANK, -1, 3, -1, 1, -1, BLANK]
    assert len(columns) == COLUMNS


def certain(text):
    """What a network says that is certain of each column: digits, or "-" for nothing."""
    path = [BLANK if letter == "-" else int(letter) for letter in text]
    return np.log(np.eye(CLASSES, dtype=np.float32)[path] * 0.99 + 1e-6)


def test_the_loss_is_least_where_all_is_right(lines):
    (_, targets), *_ = line_batches(lines, 60, range(1), 1)
    columns = np.maximum(targets[:, MOST_DIGITS:].numpy(), 0)
    columns[targets[:, MOST_DIGITS:].numpy() < 0] = BLANK
    right = np.where(np.eye(CLASSES)[columns], 9.0, -9.0).astype(np.float32)
    loss = float(recogniser_loss(targets, tf.constant(right)))
    assert loss < 0.5
    for wrong in (np.roll(right, 1, axis=0), np.roll(right, 5, axis=1)):
        assert float(recogniser_loss(targets, tf.constant(wrong))) > loss + 1


def test_it_is_exported_as_it_is_and_takes_lines_of_any_width(tmp_path):
    keras.utils.set_random_seed(1)
    model, path = build_recogniser([4, 4, 8, 8]), tmp_path / "recogniser.keras"
    save_model(model, path)
    model = keras.models.load_model(path, compile=False)
    recogniser = Recogniser(export.to_litert(model))
    for width in (40, 200, 40):
        line = np.random.default_rng(1).integers(0, 255, (HEIGHT, width), np.uint8)
        log_prob = recogniser.look(line)
        padded = np.pad(line, ((0, 0), (0, -width % 32)))[np.newaxis, ..., np.newaxis]
        expected = model(padded.astype(np.float32), training=False).numpy().reshape(-1, CLASSES)
        np.testing.assert_allclose(log_prob, tf.nn.log_softmax(expected), atol=0.02)


def test_the_best_path_holds_a_digit_once_unless_there_is_a_gap():
    seen = best_path(certain("-44-4-771--"))
    assert [digit.prediction for digit in seen] == [4, 4, 7, 1]
    assert [digit.place for digit in seen] == [4, 9, 14, 17]
    assert [int(digit.evidence.argmax()) for digit in seen] == [4, 4, 7, 1]
    assert best_path(certain("----")) == []
    assert [digit.prediction for digit in best_path(certain("0"))] == [0]


def test_the_likelihood_is_the_sum_over_all_paths():
    logits = np.random.default_rng(1).normal(size=(4, CLASSES)).astype(np.float32)
    logits[:, 3:BLANK] = -np.inf  # three digits are enough
    log_prob = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    sums: dict[tuple[int, ...], float] = {}
    for path in itertools.product([0, 1, 2, BLANK], repeat=4):
        text = tuple(label for label, _ in itertools.groupby(path) if label != BLANK)
        probability = np.exp(sum(log_prob[place, label] for place, label in enumerate(path)))
        sums[text] = sums.get(text, 0) + probability
    for text, probability in sums.items():
        assert np.exp(log_likelihood(log_prob, list(text))) == pytest.approx(probability, rel=1e-4)


def blot(parts):
    """A look at a page with a blot of ink, 60 pixels wide, in which so many digits were found."""
    page, ink = np.full((96, 160), 255, np.uint8), np.zeros((48, 80), bool)
    page[20:60, 20:80], ink[10:30, 10:40] = 20, True
    owners = np.full(ink.shape, -1)
    owners[10:30, 10:40] = np.arange(30) * parts // 30
    return Look(page, ink, owners, np.zeros_like(ink))


def test_what_hangs_together_is_parted_where_the_recogniser_says():
    digit = Instance(blot(1), 0, (20, 20, 80, 60), 0.9, np.zeros(10, np.float32))
    line = to_line([digit])
    assert line.image.shape[0] == HEIGHT
    assert line.image.max() == 255
    # Twenty pixels high, as digits in lines are, and thirty wide.
    assert np.ptp(np.flatnonzero(line.image.max(axis=1) > 128)) == pytest.approx(19, abs=2)
    columns = np.flatnonzero(line.image.max(axis=0) > 128)
    assert np.ptp(columns) == pytest.approx(29, abs=2)
    parts = part(line, [columns[0] + 5, columns[0] + 25])
    (left, *_, bottom), second = (instance.box for instance in parts)
    edge = parts[0].box[2]
    assert edge == pytest.approx(50, abs=2)
    assert (left, bottom, second) == (20, 60, (edge, 20, 80, 60))
    assert all(instance.cut().shape == (28, 28) for instance in parts)
    assert part(line, [columns[0] + 5, columns[0] + 10, columns[0] + 400]) == []


def named(*labels, probability, heat=0.9):
    """Digits in a blot, side by side, each with the probability of what it is."""
    look, width = blot(len(labels)), 60 // len(labels)
    rest = (1 - probability) / 9
    return [
        Named(
            Found(
                Instance(look, owner, (left, 20, left + width, 60), heat, np.zeros(10, np.float32)),
                View.of(look.page),
                1.0,
                (0, 0),
            ),
            np.zeros((28, 28), np.uint8),
            np.eye(10, dtype=np.float32)[label] * (probability - rest) + rest,
            -4.0,
        )
        for owner, label in enumerate(labels)
        for left in [20 + width * owner]
    ]


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ("--3---1--8---", "318"),  # three digits where two were found
        ("--------------", "31"),  # nothing at all
        ("--4---7----", "47"),  # as many, but others
    ],
)
def test_the_recogniser_has_a_say_in_how_many_digits_there_are_and_which(says, expected):
    number = named(3, 1, probability=0.55)
    classifier = SimpleNamespace(
        recogniser=SimpleNamespace(look=lambda line: certain(says)),
        predict=lambda images: (np.full((len(images), 10), 0.1), np.full(len(images), -4.0)),
    )
    read = read_line(classifier, number)
    assert "".join(str(digit.y_prob.argmax()) for digit in read) == expected
    classifier.recogniser = None
    assert read_line(classifier, number) == number


def test_what_seemed_a_digit_alone_is_parted_by_the_recogniser_s_word_more_than_by_the_parts():
    parts = np.eye(10, dtype=np.float32)[[7, 7]] * 0.99 + 0.001
    log_prob = certain("---3---1------")
    log_prob[:] = np.logaddexp(log_prob, np.log(0.01))  # it is less sure than the classifier
    classifier = SimpleNamespace(
        recogniser=SimpleNamespace(look=lambda line: log_prob),
        predict=lambda images: (parts, np.full(len(images), -4.0)),
    )
    read = read_line(classifier, named(3, probability=0.55))
    assert [digit.y_prob.argmax() for digit in read] == [3, 1]


@pytest.mark.parametrize(("heat", "expected"), [(0.2, "3"), (0.99, "31")])
def test_a_digit_that_a_line_lacks_stays_if_enough_speaks_for_it(heat, expected):
    log_prob = certain("---3----------")
    log_prob[10, [1, BLANK]] = np.log([1e-5, 1 - 1e-5])
    classifier = SimpleNamespace(
        recogniser=SimpleNamespace(look=lambda line: log_prob),
        predict=lambda images: (np.full((len(images), 10), 0.1), np.full(len(images), -4.0)),
    )
    read = read_line(classifier, named(3, 1, probability=0.9, heat=heat))
    assert "".join(str(digit.y_prob.argmax()) for digit in read) == expected


def test_networks_that_agree_are_no_surer_than_each_of_them():
    log_prob = np.full((40, CLASSES), np.log(0.01), np.float32)
    log_prob[:, BLANK] = np.log(0.9)
    for column, label in ((10, 3), (25, 1)):
        log_prob[column, [label, BLANK]] = np.log([0.9, 0.01])
    classifier = SimpleNamespace(recogniser=SimpleNamespace(look=lambda line: log_prob))
    read = read_line(classifier, named(3, 1, probability=0.9))
    assert [digit.y_prob.argmax() for digit in read] == [3, 1]
    assert [digit.y_prob.max() for digit in read] == pytest.approx([0.9, 0.9], abs=0.01)
