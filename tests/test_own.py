"""Own pictures: read as any other, split by writer, mixed at a share; and trainings that go on."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image
from test_training import params

from benchmarks.clone import SMALL
from digits.commands.errors import UsageError
from digits.data.own import OWN_README, mix
from digits.data.splits import Split
from digits.data.writers import TooFewDigitsError, Written, split_by_writer
from digits.training.model import StartError, build_model, save_model
from stages import download, gather, train


@pytest.fixture
def folder(tmp_path) -> Path:
    download.keep_place(tmp_path / "own" / OWN_README.name)
    return tmp_path / "own"


def put(seven: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    seven.save(path)


def written(writers: list[str], seed: int = 1) -> Written:
    """As many different digits, each of its class in turn."""
    images = np.random.default_rng(seed).integers(0, 255, (len(writers), 28, 28), np.uint8)
    labels = np.arange(len(writers), dtype=np.uint8) % 10
    return Written(Split(images, labels), np.array(writers, np.str_))


def contents(split: Split) -> set[bytes]:
    return {image.tobytes() for image in split.images}


def test_the_folder_of_a_clone_is_as_good_as_empty(folder):
    own, left_out = gather.read_own(folder)
    assert own.digits.images.shape == (0, 28, 28)
    assert own.digits.labels.dtype == np.uint8
    assert left_out == {}
    for split in split_by_writer(own, 5, seed=1).values():
        assert len(split.labels) == 0


def test_the_place_is_kept_as_git_knows_it(folder):
    """Or a clone would not be clean after its first run."""
    digest = hashlib.md5((folder / OWN_README.name).read_bytes()).hexdigest()
    listing = json.dumps([{"md5": digest, "relpath": OWN_README.name}])
    known = yaml.safe_load(Path("data/own.dvc").read_text(encoding="utf-8"))["outs"][0]
    if known["nfiles"] == 1:  # nobody has added pictures
        assert known["md5"] == hashlib.md5(listing.encode()).hexdigest() + ".dir"
    (folder / OWN_README.name).write_text("mine")
    download.keep_place(folder / OWN_README.name)
    assert (folder / OWN_README.name).read_text() == "mine", "what is there stays"


def test_pictures_are_read_as_predict_reads_them(folder, seven):
    put(seven, folder / "7" / "a.png")
    put(seven.rotate(5, fillcolor=255), folder / "anna" / "7" / "b.png")
    put(seven, folder / "ben" / "7-c.jpg")
    own, left_out = gather.read_own(folder)
    assert left_out == {}
    assert own.digits.labels.tolist() == [7, 7, 7]
    assert own.writers.tolist() == ["", "anna", "ben"]
    expected = gather.prepare([folder / "7" / "a.png"])[0].digit
    np.testing.assert_array_equal(own.digits.images[0], expected)


def test_arrays_are_read_too(folder, seven):
    image = np.asarray(seven)
    (folder / "ben").mkdir()
    blank = np.full_like(image, 255)
    blank[0, 0] = 0
    np.savez(folder / "ben" / "x.npz", images=np.stack([image, blank * 0]), labels=[7, 3])
    own, left_out = gather.read_own(folder)
    assert own.digits.labels.tolist() == [7]
    assert own.writers.tolist() == ["ben"]
    assert left_out == {f"{folder / 'ben' / 'x.npz'}[1]": "it shows no digit"}


def test_what_gives_no_digit_is_named_and_left_out(folder, seven):
    put(seven, folder / "7" / "good.png")
    (folder / "7" / "damaged.png").write_bytes(b"\x89PNG\r\n\x1a\n damaged")
    put(Image.new("L", (50, 50), 255), folder / "7" / "empty.png")
    two = Image.new("L", (440, 180), 255)
    two.paste(seven, (0, 0))
    two.paste(seven, (220, 0))
    put(two, folder / "7" / "two.png")
    (folder / "notes.txt").write_text("mine")
    (folder / ".hidden").write_text("")
    own, left_out = gather.read_own(folder)
    assert len(own.digits.labels) == 1
    reasons = {Path(name).name: reason for name, reason in left_out.items()}
    assert reasons.keys() == {"damaged.png", "empty.png", "two.png", "notes.txt"}
    assert reasons["empty.png"] == "it shows no digit"
    assert reasons["two.png"] == "it shows several digits"
    assert reasons["notes.txt"] == "it is no picture"


def test_a_picture_without_a_label_ends_in_a_sentence(folder, seven):
    put(seven, folder / "anna" / "seven-perhaps.png")
    with pytest.raises(UsageError, match="doesn't say which digit it shows"):
        gather.read_own(folder)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": np.zeros((2, 28, 28), np.uint8), "labels": [1, 11]}, "neither digits from 0"),
        ({"images": np.zeros((2, 28), np.uint8), "labels": [1, 2]}, "of shape"),
        ({"images": np.zeros((2, 28, 28), np.uint8), "labels": [1]}, "2 pictures and 1 labels"),
        ({"pictures": np.zeros((2, 28, 28), np.uint8)}, "one of these pairs is wanted"),
    ],
)
def test_arrays_of_another_kind_end_in_a_sentence(folder, arrays, message):
    np.savez(folder / "x.npz", **arrays)
    with pytest.raises(UsageError, match=message):
        gather.read_own(folder)


def test_each_writer_is_in_one_part():
    own = written([name for name in "abcdefghij" for _ in range(20)])
    splits = split_by_writer(own, parts=5, seed=1)
    of = dict(zip((image.tobytes() for image in own.digits.images), own.writers, strict=True))
    writers = [{of[content] for content in contents(split)} for split in splits.values()]
    assert all(writers)
    assert sum(map(len, writers)) == len(set().union(*writers)) == 10


@pytest.mark.parametrize("names", ["abc", "abcd"])
def test_few_writers_are_enough_for_three_parts(names):
    for seed in range(20):
        splits = split_by_writer(written(list(names * 5)), parts=5, seed=seed)
        assert all(len(split.labels) for split in splits.values())


@pytest.mark.parametrize("writer", ["", "anna"])
def test_one_hand_is_split_at_random(writer):
    splits = split_by_writer(written([writer] * 1000), parts=5, seed=1)
    assert 150 < len(splits["test"].labels) < 250
    assert 150 < len(splits["val"].labels) < 250
    assert sum(len(split.labels) for split in splits.values()) == 1000
    other = split_by_writer(written([writer] * 1000), parts=5, seed=2)
    assert contents(other["test"]) != contents(splits["test"])


def test_a_digit_keeps_its_part_when_others_come():
    few, more = written([""] * 300), written([""] * 500, seed=2)
    together = Written(
        Split(*(np.concatenate(pair) for pair in zip(more.digits, few.digits, strict=True))),
        np.concatenate([more.writers, few.writers]),
    )
    before, after = (split_by_writer(own, 5, seed=1) for own in (few, together))
    assert all(contents(before[name]) <= contents(after[name]) for name in before)


def test_the_same_picture_twice_is_in_one_part():
    digits = written([""] * 30).digits
    twice = Written(
        Split(*(np.tile(array, (2, *[1] * (array.ndim - 1))) for array in digits)),
        np.array([""] * 60, np.str_),
    )
    splits = list(map(contents, split_by_writer(twice, 5, seed=1).values()))
    assert sum(map(len, splits)) == 30


def test_too_few_end_in_a_sentence():
    with pytest.raises(TooFewDigitsError, match="too few"):
        split_by_writer(written(["", ""]), 5, seed=1)


def test_own_digits_are_repeated_to_their_share(tiny_split):
    own = Split(255 - tiny_split.images[:3], tiny_split.labels[:3])
    mixed = mix(tiny_split, own, 0.2)
    assert len(mixed.labels) == 50
    assert mixed.labels[40:].tolist() == [0, 1, 2, 0, 1, 2, 0, 1, 2, 0]
    np.testing.assert_array_equal(mixed.images[43], own.images[0])
    assert len(mix(own, tiny_split, 0.2).labels) == 43, "each is there once"
    assert mix(tiny_split, own, 0) is tiny_split


def test_without_own_digits_nothing_changes(tiny_split):
    none = Split(tiny_split.images[:0], tiny_split.labels[:0])
    assert mix(tiny_split, none, 0.2) is tiny_split
    settings = params()
    described = train.describe(settings, 0)
    assert settings.model_dump() == described | {"own_share": 0.2, "start_from": None}


def test_a_training_goes_on_from_a_model(tiny_split, tmp_path):
    first, _ = train.fit(params(epochs=6), tiny_split, tiny_split, tmp_path / "a")
    path = tmp_path / "base.keras"
    save_model(first, path)
    settings = params(start_from=str(path), epochs=1, learning_rate=1e-6, ema=0)
    second, _ = train.fit(settings, tiny_split, tiny_split, tmp_path / "b")
    for one, other in zip(first.trainable_weights, second.trainable_weights, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)
    described = train.describe(settings, 12)
    assert described["own_digits"] == 12
    assert len(described["start_from_sha256"]) == 64


def test_another_base_starts_afresh(tiny_split, tmp_path):
    path, made = tmp_path / "base.keras", []
    for seed in (1, 2):
        train.keras.utils.set_random_seed(seed)
        save_model(build_model(4, [[4], [8]], 0.0), path)
        made.append(train.made_from(params(start_from=str(path)), tiny_split))
    assert made[0] != made[1]


def test_a_base_that_can_not_be_used_ends_in_a_sentence(tmp_path):
    model = build_model(4, [[4], [8]], 0.0)
    missing, text, other = (tmp_path / name for name in ("no.keras", "text.keras", "other.keras"))
    text.write_text("no model")
    save_model(build_model(4, [[8], [8]], 0.0), other)
    for path, message in (
        (missing, "dvc get"),
        (text, "can't be read"),
        (other, "train.stem_filters"),
    ):
        with pytest.raises(StartError, match=message) as error:
            train.start_from(model, path)
        assert str(path) in str(error.value)


def test_small_yaml_has_the_keys_of_params_yaml():
    small, full = (
        yaml.safe_load(path.read_text(encoding="utf-8")) for path in (SMALL, Path("params.yaml"))
    )
    assert {name: set(section) for name, section in small.items()} == {
        name: set(section) for name, section in full.items()
    }
