"""The page without a browser: every way to give it a picture, and what can be wrong with it."""

import html
import io
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import yaml
from history import STUBBORN
from PIL import Image, ImageDraw
from pinned import MODEL
from streamlit.testing.v1 import AppTest

from app import project
from app.answer import BLANK, answer_html, chart_html, explain, read_picture
from app.examples import load_examples
from app.facts import _PLOTS
from app.model import load_classifier, load_date
from app.pictures import png_to_url
from app.table import to_table
from digits.commands.cli import main
from digits.data.splits import split_path
from digits.reading.digit_reader import read_digit
from digits.reading.formats import FORMAT_NAMES
from digits.reading.reader import Reading


def png(*strokes: list[tuple[int, int]]) -> bytes:
    """A picture with black strokes on white paper."""
    image = Image.new("RGB", (320, 320), "white")
    for stroke in strokes:
        ImageDraw.Draw(image).line(stroke, fill="black", width=20, joint="curve")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


INVITATION = "Draw a digit or a number"
SEVEN = png([(80, 60), (220, 60), (140, 260)])
SEVENTEEN = png([(62, 125), (92, 90), (88, 220)], [(150, 95), (220, 90), (175, 225)])
PAPER = png()


def open_tab(name: str) -> AppTest:
    page = AppTest.from_file("../app/page.py", default_timeout=20)
    page.session_state["tab"] = name
    return page.run()


def shown(page: AppTest) -> str:
    """The HTML of the page; a failure is shown as one."""
    assert not page.exception
    return "".join(element.proto.body for element in page.get("html"))


def answer_of(content: bytes) -> str:
    """The answer that the library gives, as the page has to show it."""
    reading = read_digit(content, load_classifier())
    assert reading.prediction is not None
    return answer_html(reading, BLANK)


def test_an_empty_canvas_is_an_invitation_and_no_guess():
    page = open_tab("Draw")
    assert INVITATION in shown(page)
    assert 'class="digit"' not in shown(page)
    assert not page.expander


@pytest.mark.parametrize("content", [SEVEN, PAPER], ids=["seven", "cleared"])
def test_a_drawing_is_read_as_the_library_reads_it(content):
    page = open_tab("Draw")
    drawing = {"raw": {"objects": []}, "data": png_to_url(content)}
    page.session_state["canvas"] = {"drawing": drawing}
    expected = INVITATION if content == PAPER else answer_of(SEVEN)
    assert expected in shown(page.run())


def test_what_was_undone_can_be_drawn_again_and_undone_once_more():
    page = open_tab("Draw")

    def send(*strokes: str) -> None:
        raw = {"objects": [{"path": stroke} for stroke in strokes]}
        page.session_state["canvas"] = {"drawing": {"raw": raw, "data": png_to_url(SEVEN)}}

    def given() -> list[str]:
        return [stroke["path"] for stroke in page.session_state["start"]["objects"]]

    for _ in range(2):
        send("one", "nought", "seven")
        page.run()
        for _ in range(2):
            page.button(key="undo").click().run()
            assert given() == ["one", "nought"]  # a second change waits until it is taken over
        for taken_over in (["one", "nought"], ["one"]):
            send(*taken_over)
            page.run()
            assert given() == ["one"]


def test_the_steps_are_shown_when_asked_for():
    page = open_tab("Examples")
    page.button(key="example-3").click().run()
    assert 'class="steps"' not in shown(page)
    page.session_state["example-steps"] = True
    page.run()
    steps = shown(page).partition('class="steps"')[2]
    assert steps.count("<img") == 4
    assert answer_of(load_examples()[3]) in shown(page)


@pytest.mark.parametrize(("number", "text"), [(20, "53958"), (21, "78169")])
def test_a_number_and_a_form_are_examples_too(number, text):
    page = open_tab("Examples")
    page.button(key=f"example-{number}").click().run()
    figures = re.findall(r">(\d)</span>", shown(page).partition('class="number"')[2])
    assert "".join(figures) == text
    assert not page.get("download_button")


@pytest.mark.parametrize("data", [True, False])
def test_what_an_answer_rests_on_is_shown_when_asked_for(elsewhere, tiny_split, data):
    if data:
        split_path("train").parent.mkdir(parents=True)
        np.savez(split_path("train"), **tiny_split._asdict())
    page = open_tab("Examples")
    page.button(key="example-8").click().run()
    assert "what speaks for" not in shown(page)
    page.session_state["example-steps-why"] = True
    shown_now = shown(page.run())
    assert "what speaks for a 8" in shown_now
    assert shown_now.count("learned as a") == (3 if data else 0)


@pytest.fixture
def in_history(history, monkeypatch):
    """The folder with three models as the place to work in."""
    monkeypatch.setattr(project, "ROOT", history)
    monkeypatch.delenv("DIGITS_MODEL")


def test_two_models_answer_side_by_side(in_history):
    page = open_tab("Compare")
    choices = page.selectbox[0]
    assert [name.split(" · ")[0] for name in choices.options] == ["main", STUBBORN, "v1"]
    assert "99." in choices.options[0]
    assert "learning_rate" in shown(page)
    assert "augmentation" not in shown(page)
    assert shown(page).count("two models make of it") == 2
    page.session_state["example"] = 7
    page.run()
    assert shown(page).count('<p class="digit">7</p>') == 1
    assert shown(page).count('<p class="digit">1</p>') == 1
    page.selectbox[1].select_index(2).run()
    assert shown(page).count('<p class="digit">7</p>') == 2


def test_numbers_are_compared_too(in_history):
    page = open_tab("Compare")
    page.session_state["example"] = len(load_examples())
    page.run()
    assert "where they are" in shown(page)


def test_a_drawing_comes_before_an_example(in_history):
    page = open_tab("Draw")
    page.session_state["canvas"] = {
        "drawing": {"raw": {"objects": [{}]}, "data": png_to_url(SEVEN)}
    }
    page.session_state["example"] = 8
    page.session_state["tab"] = "Compare"
    page.run()
    assert shown(page).count('<p class="digit">7</p>') == 2  # of the tab Draw, and of "main"


def test_without_a_history_there_is_nothing_to_compare(elsewhere):
    assert "Compare" not in [tab.label for tab in open_tab("Draw").tabs]
    commit_all()
    page = open_tab("Compare")
    assert "it takes two" in page.markdown[0].value


def test_a_model_of_long_ago_that_cannot_be_used_says_so(elsewhere):
    model = elsewhere / "models/digits.tflite"
    good = model.read_bytes()
    for content in (good, b"1"):
        model.write_bytes(content)
        commit_all()
    model.write_bytes(good)
    page = open_tab("Compare")
    assert shown(page).count("This model can't be used") == 1
    assert "choose another" in shown(page)


def test_an_uploaded_picture_is_read():
    page = open_tab("Upload")
    page.file_uploader[0].upload("seven.png", SEVEN, "image/png").run()
    assert answer_of(SEVEN) in shown(page)


@pytest.mark.parametrize(("tab", "downloads"), [("Draw", 0), ("Upload", 1)])
def test_a_number_stands_large_with_its_boxes(tab, downloads):
    page = open_tab(tab)
    if tab == "Draw":
        drawing = {"raw": {"objects": []}, "data": png_to_url(SEVENTEEN)}
        page.session_state["canvas"] = {"drawing": drawing}
        page.run()
    else:
        page.file_uploader[0].upload("seventeen.png", SEVENTEEN, "image/png").run()
    answer = shown(page)
    assert re.findall(r">(\d)</span>", answer.partition('class="number"')[2]) == ["1", "7"]
    assert "where they are" in answer
    assert 'class="answer"' not in answer
    assert len(page.get("download_button")) == downloads


def test_several_pictures_become_a_table():
    page = open_tab("Upload")
    files = {"a.png": SEVEN, "b.png": PAPER, "c.png": SEVEN[:200], "<a=1>.png": load_examples()[0]}
    page.file_uploader[0].set_value([(name, files[name], "image/png") for name in files]).run()
    assert not page.exception
    rows = shown(page).partition('class="readings"')[2].split("<tr>")[2:]
    readings = [read_digit(content, load_classifier()) for content in files.values()]
    for row, name, reading in zip(rows, files, readings, strict=True):
        assert f"<td>{html.escape(name)}<br>" in row
        assert row.count("<img") == (0 if reading.reason == "unreadable" else 2)
        assert ("<b></b>" in row) == (reading.prediction is None)
    assert "<b>7</b>" in rows[0]
    assert BLANK in rows[1]
    assert "damaged" in rows[2]
    assert f"<b>{readings[3].prediction}</b>" in rows[3]
    assert page.get("download_button")


def test_the_csv_is_that_of_the_command_line(tmp_path, monkeypatch, capsys):
    files = {"seven.png": SEVEN, "x, y.png": b"x"}
    classifier = load_classifier()
    readings = [(name, read_digit(files[name], classifier)) for name in files]
    monkeypatch.chdir(tmp_path)
    for name, content in files.items():
        Path(name).write_bytes(content)
    with pytest.raises(SystemExit):
        main(["predict", "--csv", *files])
    assert to_table(readings, classifier.version) == capsys.readouterr().out


def test_a_table_holds_numbers_too(tmp_path, monkeypatch, capsys):
    page = open_tab("Upload")
    files = {"a.png": SEVEN, "b.png": SEVENTEEN, "c.png": b"x"}
    page.file_uploader[0].set_value([(name, files[name], "image/png") for name in files]).run()
    rows = shown(page).partition('class="readings"')[2].split("<tr>")[2:]
    assert [re.findall("<b>(.*?)</b>", row) for row in rows] == [["7"], ["17"], [""]]
    assert [row.count("<img") for row in rows] == [2, 1, 0]
    classifier = load_classifier()
    answers = [(name, read_picture(content, classifier)) for name, content in files.items()]
    header, seven, *others = to_table(answers, classifier.version).splitlines()
    monkeypatch.chdir(tmp_path)
    for name in ("b.png", "c.png"):
        Path(name).write_bytes(files[name])
    with pytest.raises(SystemExit):
        main(["read", "--csv", "b.png", "c.png"])
    assert [header, *others] == capsys.readouterr().out.splitlines()
    assert re.fullmatch(rf"a.png,7,0\.9\d+,,,,,,,{classifier.version}", seven)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (PAPER, BLANK),
        (SEVEN[:200], "The picture is damaged"),
        (b"a digit", f"Not a {FORMAT_NAMES} picture"),
    ],
    ids=["blank", "cut", "text"],
)
def test_a_bad_picture_gets_a_sentence(content, sentence):
    page = open_tab("Upload")
    page.file_uploader[0].upload("a.png", content, "image/png").run()
    assert sentence in shown(page)
    assert not page.expander
    assert 'class="digit"' not in shown(page)


def test_a_photograph_is_read():
    page = open_tab("Camera")
    file = io.BytesIO()
    Image.open(io.BytesIO(SEVEN)).save(file, "JPEG")
    page.camera_input[0].upload("photo.jpg", file.getvalue()).run()
    assert answer_of(file.getvalue()) in shown(page)


@pytest.mark.parametrize("tab", ["Upload", "Camera"])
def test_a_picture_stays_after_a_change_of_tabs(tab):
    page = open_tab(tab)
    picker = page.file_uploader[0] if tab == "Upload" else page.camera_input[0]
    picker.upload("seven.jpg", SEVEN, "image/jpeg").run()
    for other in ("Model", tab):
        page.session_state["tab"] = other
        page.run()
        assert answer_of(SEVEN) in shown(page)


def test_no_answer_shows_the_best_guess_small():
    reading = read_digit(SEVEN, load_classifier())
    for reason in ("not_a_digit", "several_digits", "a reason to come"):
        unsure = Reading(reason=reason, probabilities=reading.probabilities, digit=reading.digit)
        page = answer_html(unsure, BLANK)
        assert 'class="digit"' not in page
        assert explain(unsure) in page
        assert "If it is a digit, then a 7" in page


def test_the_chart_can_be_read_aloud():
    chart = chart_html((0.9, 0.05, 0.03, 0.02, *[0.0] * 6), best=0)
    assert chart.count("<tr") == 10
    assert '<tr class=best><th scope="row">0</th>' in chart
    assert "90.0 %" in chart


def test_the_model_is_described(elsewhere):
    version = load_classifier().version
    for name, content in {
        "metrics/test.json": '{"accuracy": 0.9971, "low": 0.9958, "high": 0.998, "loss": 0.0099}',
        "metrics/classification_report.json": json.dumps(
            {"model": version, "macro avg": {"f1-score": 0.997}}
        ),
    }.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(content)
    Path("plots").mkdir()
    Image.new("L", (9, 9)).save("plots/samples.png")
    page = open_tab("Model")
    assert not page.exception
    facts = page.markdown[0].value + page.caption[-1].value
    assert facts.count(version) == 2
    assert facts.count("accuracy 99.71 % (95 % interval 99.58–99.80 %)") == 2
    assert len(page.get("image")) == 1


def test_figures_of_another_model_are_not_shown(elsewhere):
    Path("metrics").mkdir()
    Path("metrics/test.json").write_text('{"accuracy": 0.9971, "low": 0.9958, "high": 0.998}')
    Path("metrics/classification_report.json").write_text('{"model": "another"}')
    page = open_tab("Model")
    assert not page.exception
    assert "accuracy" not in page.markdown[0].value + page.caption[-1].value


def test_every_plot_has_a_place_on_the_page():
    stages = yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))["stages"]
    outs = [out for stage in stages.values() for out in stage["outs"] if isinstance(out, dict)]
    written = [path for out in outs for path in out]
    assert set(_PLOTS) == {Path(path).stem for path in written if path.endswith(".png")}


def commit_all() -> None:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    for command in ("init -q", "add -A", "commit -qm model"):
        subprocess.run(["git", *identity, *command.split()], check=True)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch) -> Path:
    """A folder to work in, with a copy of the model and nothing else."""
    shutil.copytree(MODEL.parent, tmp_path / "models")
    monkeypatch.setattr(project, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DIGITS_MODEL")
    return tmp_path


def test_without_metrics_the_page_still_reads(elsewhere):
    page = open_tab("Model")
    assert not page.exception
    assert "test digits" not in page.caption[-1].value
    assert not page.get("image")


@pytest.mark.parametrize("fault", ["missing", "altered"])
def test_without_a_model_the_page_says_what_to_do(elsewhere, fault):
    for name in ("Makefile", "dvc.yaml"):
        (elsewhere / name).touch()
    model = elsewhere / "models/digits.tflite"
    if fault == "altered":
        model.write_bytes(model.read_bytes()[:-1])
    else:
        model.unlink()
    page = open_tab("Draw")
    assert not page.exception
    assert "`make run`" in page.error[0].value
    assert not page.tabs


def test_a_new_model_speaks_without_a_restart(elsewhere):
    old = load_classifier()
    assert load_classifier() is old
    shutil.copy(Path("models/digits.tflite"), Path("models/new"))
    Path("models/new").replace("models/digits.tflite")
    assert load_classifier() is not old


def test_the_date_is_that_of_the_commit(elsewhere, monkeypatch):
    assert load_date() is None
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2020-02-03T12:00:00Z")
    commit_all()
    assert load_date() == "2020-02-03"
    Path("models/digits.tflite").write_bytes(b"another")
    assert load_date() is None


def test_tensorflow_stays_away_from_the_server():
    code = (
        "import sys, app.streamlit_app; from streamlit.testing.v1 import AppTest;"
        "assert AppTest.from_file('app/page.py', default_timeout=20).run().title;"
        "sys.exit({'tensorflow', 'keras'} & sys.modules.keys() or 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_visitors_are_protected():
    settings = tomllib.loads(Path("app/.streamlit/config.toml").read_text(encoding="utf-8"))
    assert settings["server"]["maxUploadSize"] == 5
    assert settings["server"]["enableXsrfProtection"]
    assert settings["server"]["enableCORS"]
    assert settings["client"]["showErrorDetails"] == "none"
    assert settings["browser"]["gatherUsageStats"] is False
