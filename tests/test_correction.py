"""The page where corrections are collected, and where they aren't: then nothing is ever written."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest
from test_app import PAPER, SEVEN, SEVENTEEN, open_tab, png, shown

from app.correction import OFFER
from app.pictures import png_to_url
from digits.data import collected

SCRIBBLE = png([(40, 40), (280, 60), (50, 90), (270, 130), (40, 170), (280, 200), (60, 280)])


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Where corrections go."""
    folder = tmp_path / "own"
    monkeypatch.setenv("DIGITS_COLLECT", str(folder))
    return folder


def give(tab: str, content: bytes) -> AppTest:
    """The page on which a picture was drawn, uploaded or photographed."""
    page = open_tab(tab)
    if tab == "Draw":
        drawing = {"raw": {"objects": [{}]}, "data": png_to_url(content)}
        page.session_state["canvas"] = {"drawing": drawing}
    elif tab == "Upload":
        page.file_uploader[0].upload("my name.jpg", content, "image/jpeg")
    else:
        page.camera_input[0].upload("photo.jpg", content)
    return page.run()


def correct(page: AppTest, label: int) -> None:
    page.pills[0].set_value(label).run()
    assert not page.exception


def files(folder: Path) -> list[str]:
    return [path.parent.name for path in sorted(folder.rglob("*.png"))]


def notice(page: AppTest) -> str:
    return page.caption[-1].value


@pytest.mark.parametrize("tab", ["Draw", "Upload", "Camera"])
def test_a_correction_is_kept_and_the_page_says_so(folder, tab):
    page = give(tab, SEVEN)
    assert "Kept" not in shown(page)
    assert str(folder) in notice(page)
    assert not folder.exists()
    correct(page, 4)
    assert "Kept as a 4" in shown(page)
    assert files(folder) == ["4"]
    (answer,) = map(json.loads, (folder / collected.ANSWERS).read_text("utf-8").splitlines())
    assert sorted(answer) == ["confidence", "label", "model", "picture", "prediction"]
    assert (answer["label"], answer["prediction"]) == (4, 7)
    correct(page, 1)
    assert files(folder) == ["1"]


def test_another_picture_has_a_choice_of_its_own(folder):
    page = give("Draw", SEVEN)
    correct(page, 1)
    page.session_state["canvas"] = {"drawing": {"raw": {"objects": [{}]}, "data": None}}
    page.run()
    assert not page.pills
    other = png([(160, 60), (160, 260)])
    page.session_state["canvas"] = {
        "drawing": {"raw": {"objects": [{}]}, "data": png_to_url(other)}
    }
    page.run()
    assert page.pills[0].value is None
    assert "Kept" not in shown(page)
    correct(page, 7)
    assert files(folder) == ["1", "7"] or files(folder) == ["7", "1"]


def test_what_was_refused_can_be_named(folder):
    page = give("Draw", SCRIBBLE)
    assert "doesn't look like a digit" in shown(page)
    correct(page, 8)
    assert files(folder) == ["8"]


@pytest.mark.parametrize("content", [PAPER, SEVENTEEN, b"x"], ids=["blank", "number", "text"])
def test_what_holds_no_single_digit_has_no_choice(folder, content):
    page = give("Upload", content)
    assert not page.exception
    assert not page.pills


def test_an_example_is_not_for_learning(folder):
    page = open_tab("Examples")
    page.button(key="example-3").click().run()
    assert 'class="digit"' in shown(page)
    assert not page.pills


def test_the_limit_is_a_sentence(folder, monkeypatch):
    monkeypatch.setattr(collected, "MOST_PICTURES", 0)
    page = give("Draw", SEVEN)
    correct(page, 4)
    assert "No more is kept here: there are 0 pictures already." in shown(page)


def test_a_folder_that_cannot_be_written_is_a_sentence(folder):
    folder.write_text("")
    page = give("Draw", SEVEN)
    correct(page, 4)
    assert "The picture can't be kept here: Not a directory." in shown(page)


def test_where_a_photo_was_taken_is_not_kept(folder):
    notes, file = Image.Exif(), io.BytesIO()
    notes.get_ifd(0x8825)[29] = "2020:02:03"  # the satellites' date
    Image.open(io.BytesIO(SEVEN)).save(file, "JPEG", exif=notes, comment=b"Anna")
    page = give("Upload", file.getvalue())
    correct(page, 4)
    (path,) = folder.rglob("*.png")
    everything = b"".join(path.read_bytes() for path in folder.rglob("*.*"))
    for word in (b"2020:02:03", b"Anna", b"my name", b"jpg"):
        assert word not in everything
    with Image.open(path) as kept:
        assert not kept.info


@pytest.mark.parametrize("value", [None, ""])
def test_without_the_variable_the_page_offers_nothing(monkeypatch, value):
    monkeypatch.delenv("DIGITS_COLLECT", raising=False)
    if value is not None:
        monkeypatch.setenv("DIGITS_COLLECT", value)
    page = give("Draw", SEVEN)
    assert 'class="digit"' in shown(page)
    assert not page.pills
    assert OFFER not in notice(page)


# Tells of each file that is opened to be written, made, moved or removed.
WATCH = """
import os, sys
from test_correction import SCRIBBLE, SEVEN, SEVENTEEN, correct, give
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
CHANGES = ("os.rename", "os.mkdir", "os.link", "os.symlink", "os.remove", "os.truncate")
def watch(event, arguments):
    if (event == "open" and arguments[2] & WRITES) or event in CHANGES:
        if arguments[0] != os.devnull and not isinstance(arguments[0], int):  # as pipes are
            print("written", event, arguments[0])
sys.addaudithook(watch)
for tab in ("Draw", "Upload", "Camera"):
    for content in (SEVEN, SEVENTEEN, SCRIBBLE):
        page = give(tab, content)
        assert not page.exception
        if page.pills:
            correct(page, 4)
"""


@pytest.mark.parametrize("on", [False, True])
def test_nothing_is_written_unless_it_is_asked_for(tmp_path, on):
    environment = {name: text for name, text in os.environ.items() if name != "DIGITS_COLLECT"}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": f"tests{os.pathsep}."}
    environment |= {"DIGITS_COLLECT": str(tmp_path)} if on else {}
    command = [sys.executable, "-c", WATCH]
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    written = [line for line in result.stdout.splitlines() if line.startswith("written")]
    assert bool(written) is on, written
    assert all(str(tmp_path) in line for line in written)
