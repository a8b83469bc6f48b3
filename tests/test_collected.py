"""Pictures that visitors labelled: kept once, within limits, and as a folder to learn from."""

import hashlib
import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from app.model import load_classifier
from digits.commands.cli import main
from digits.commands.evaluate import find_labelled
from digits.data import collected
from digits.data.collected import ANSWERS, CollectionError, keep
from digits.reading.digit_reader import read_digit
from digits.reading.image import UnreadableImage
from digits.reading.reader import Reading

READING = Reading(prediction=1, confidence=0.5)


def png(width: int = 20) -> bytes:
    """A seven on coloured paper; each width makes another picture."""
    image = Image.new("RGBA", (220, 180), "#ffffee")
    stroke = [(60, 40), (140, 40), (90, 150)]
    ImageDraw.Draw(image).line(stroke, fill="navy", width=width, joint="curve")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def answers(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / ANSWERS).read_text("utf-8").splitlines()]


def test_a_picture_lies_under_its_label_with_what_was_answered(tmp_path):
    path = keep(tmp_path / "new/own", png(), 7, READING, "abcd")
    name = hashlib.sha256(path.read_bytes()).hexdigest()
    assert path == tmp_path / f"new/own/7/{name}.png"
    assert files(tmp_path / "new/own") == [f"7/{name}.png", ANSWERS]
    assert answers(tmp_path / "new/own") == [
        {"picture": name, "label": 7, "prediction": 1, "confidence": 0.5, "model": "abcd"}
    ]


def test_the_same_picture_is_kept_once_under_its_newest_label(tmp_path):
    keep(tmp_path, png(12), 2, Reading(reason="not_a_digit"), "abcd")
    for label in (1, 1, 7):
        path = keep(tmp_path, png(), label, READING, "abcd")
    assert [Path(name).parent.name for name in files(tmp_path)] == ["2", "7", ""]
    assert [answer["label"] for answer in answers(tmp_path)] == [2, 7]
    assert answers(tmp_path)[1]["picture"] == path.stem


def test_a_kept_picture_is_read_as_before(tmp_path):
    classifier = load_classifier()
    before = read_digit(png(), classifier)
    after = read_digit(keep(tmp_path, png(), 7, before, classifier.version), classifier)
    assert after.probabilities == before.probabilities


def test_a_photo_loses_its_notes_and_stands_upright(tmp_path):
    upright = Image.open(io.BytesIO(png())).convert("RGB")
    notes = Image.Exif()
    notes[0x0112] = 6  # to be turned by 90 degrees
    notes[0x010E] = "taken at home"
    file = io.BytesIO()
    upright.rotate(90, expand=True).save(file, "JPEG", exif=notes, icc_profile=b"profile" * 20)
    content = keep(tmp_path, file.getvalue(), 7, READING, "abcd").read_bytes()
    kept = Image.open(io.BytesIO(content))
    assert kept.size == upright.size
    assert not kept.info
    assert b"home" not in content


def test_the_folder_is_one_of_labelled_pictures(tmp_path, capsys):
    for label, width in ((7, 12), (7, 20), (1, 16)):
        keep(tmp_path, png(width), label, READING, "abcd")
    assert sorted(label for _, label in find_labelled(tmp_path)) == [1, 7, 7]
    with pytest.raises(SystemExit) as stop:
        main(["evaluate", str(tmp_path)])
    assert not stop.value.code
    assert "pictures  3" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("limit", "most", "sentence"),
    [("MOST_PICTURES", 2, "2 pictures already"), ("MOST_MEGABYTES", 0.004, "MB already")],
)
def test_there_are_limits_and_a_new_label_is_within(tmp_path, monkeypatch, limit, most, sentence):
    monkeypatch.setattr(collected, limit, most)
    kept = 0
    with pytest.raises(CollectionError, match=sentence):
        for width in range(8, 40):
            keep(tmp_path, png(width), 7, READING, "abcd")
            kept += 1
    assert kept >= 2
    keep(tmp_path, png(8), 1, READING, "abcd")
    assert len(files(tmp_path)) == kept + 1


def test_what_stops_halfway_leaves_nothing(tmp_path, monkeypatch):
    keep(tmp_path, png(12), 7, READING, "abcd")
    before = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}

    def stop(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(CollectionError, match="can't be kept here: No space left on device"):
        keep(tmp_path, png(20), 7, READING, "abcd")
    assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == before


def test_notes_that_somebody_spoiled_stay_as_they_are(tmp_path):
    (tmp_path / ANSWERS).write_bytes(b"\xff")
    path = keep(tmp_path, png(), 7, READING, "abcd")
    spoiled, note = (tmp_path / ANSWERS).read_bytes().splitlines()
    assert spoiled == b"\xff"
    assert path.stem.encode() in note


@pytest.mark.parametrize("fault", ["file", "link", "rights"])
def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path, fault):
    folder = tmp_path / "own"
    if fault == "file":
        folder.write_text("")
    elif fault == "link":
        folder.symlink_to(tmp_path / "own")
    elif os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    else:
        folder.mkdir(mode=0o500)
    with pytest.raises(CollectionError, match="the picture can't be kept here: "):
        keep(folder, png(), 7, READING, "abcd")


def test_what_is_no_picture_is_not_kept(tmp_path):
    with pytest.raises(UnreadableImage):
        keep(tmp_path, b"a seven", 7, READING, "abcd")
    assert not files(tmp_path)


def test_a_picture_of_16_bits_is_kept(tmp_path):
    image = np.full((60, 60), 65535, np.uint16)
    image[10:50, 28:34] = 20000
    path = keep(tmp_path, image, 1, READING, "abcd")
    assert len(np.unique(np.asarray(Image.open(io.BytesIO(path.read_bytes()))))) == 2
