"""Digits that were drawn, that the visitor names, and that are learned."""

import json
import shutil
from collections.abc import Iterator

import pytest
from hand import DESKTOP, PHONE, STROKES, draw, expect_answer, expect_invitation
from playwright.sync_api import expect

from benchmarks.processes import ENVIRONMENT
from benchmarks.server import Server
from digits.data.collected import ANSWERS
from digits.reading.classifier import Classifier
from digits.reading.location import MODEL

pytestmark = pytest.mark.slow


@pytest.fixture
def server(browser, tmp_path) -> Iterator[Server]:
    """The app's server, which collects corrections."""
    server = Server(environment=ENVIRONMENT | {"DIGITS_COLLECT": str(tmp_path / "own")})
    yield server
    assert "Traceback" not in server.stop()


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_corrected_drawing_lies_in_the_folder(open_page, tmp_path, device):
    page = open_page(**device)
    expect(page.get_by_text(str(tmp_path / "own"))).to_be_visible()
    draw(page, 7)
    expect_answer(page, 7)
    for label in (4, 1):
        page.get_by_role("button", name="Wrong? It is a").click()
        digit = page.get_by_role("radio", name=str(label))
        box = digit.bounding_box()
        assert min(box["width"], box["height"]) >= 44
        digit.click()
        expect(page.get_by_text(f"Kept as a {label}")).to_be_visible()
        expect(digit).not_to_be_visible()
        (path,) = (tmp_path / "own").rglob("*.png")
        assert path.parent.name == str(label)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    answer = json.loads((tmp_path / "own" / ANSWERS).read_text("utf-8"))
    assert answer["picture"] == path.stem
    assert (answer["label"], answer["prediction"]) == (1, 7)
    page.locator(".st-key-canvas").scroll_into_view_if_needed()
    draw(page, 1)
    expect(page.get_by_text("Kept as a")).not_to_be_visible()


def test_the_pipeline_learns_from_what_was_corrected(open_page, tmp_path, clone):
    """A visitor says that each digit is the next one."""
    page = open_page(**DESKTOP)
    for size in (1, 0.75, 0.5):
        for digit in STROKES:
            draw(page, digit, size)
            expect_answer(page, digit)
            page.get_by_role("button", name="Wrong? It is a").click()
            page.get_by_role("radio", name=str(digit + 1)).click()
            expect(page.get_by_text(f"Kept as a {digit + 1}")).to_be_visible()
            page.locator(".st-key-clear button").click()
            expect_invitation(page)
    mine = clone.copy(tmp_path / "mine")
    shutil.copytree(tmp_path / "own", mine.folder / "data" / "own", dirs_exist_ok=True)
    parts = "--set-param=gather.parts=3"  # so that each has some of a dozen
    stages = ("gather", "train", "train_ood_head", "export")
    mine.dvc("exp", "run", "--single-item", parts, *stages)
    counts = mine.read("data/processed/own.json")["splits"]
    assert sum(counts.values()) == 3 * len(STROKES)
    description = Classifier.load(mine.folder / MODEL).description
    assert description["train"]["own_digits"] == counts["train"] > 0
