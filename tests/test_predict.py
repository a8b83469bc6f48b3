"""The command line, as people and scripts use it."""

import contextlib
import csv
import errno
import hashlib
import importlib.metadata
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import xml.dom.minidom
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pinned import MODEL
from systems import on_linux, on_unix

from digits.commands import cli
from digits.commands.pictures import find_pictures
from digits.data.scenes import Scene, draw
from digits.reading.artefact import pack, unpack
from digits.reading.classifier import Classifier
from digits.reading.digit_reader import read_digit
from digits.reading.formats import FORMAT_NAMES

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
NO_PICTURE = f"not a {FORMAT_NAMES} picture: export it as one of them"
COMMAND = [sys.executable, "-m", "digits"]


def start(*arguments, **options):
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen([*COMMAND, *map(str, arguments)], env=ENVIRONMENT, **pipes | options)


def call(*arguments, content=b"", **options):
    """Run `digits ...` in a process of its own: exit status, standard output, standard error."""
    process = start(*arguments, **options)
    output, errors = process.communicate(content, timeout=60)
    assert b"Traceback" not in errors, errors.decode()
    return process.returncode, output.decode(), errors.decode()


@pytest.fixture
def run(capsys):
    """Run `digits ...` in this process; the same three."""

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            cli.main([str(argument) for argument in arguments])
        return end.value.code or 0, *capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def classifier():
    return Classifier.load()


@pytest.fixture(scope="module")
def folder(tmp_path_factory, handwritten):
    """Five pictures of digits, one of them in a folder below."""
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "below").mkdir()
    names = ["0.png", "one 1.png", "2.PNG", "drei-三.png", "below/4.png"]
    for name, digit in zip(names, handwritten.images, strict=False):
        (folder / name).write_bytes(draw(digit, Scene(), np.random.default_rng(1)))
    (folder / "notes.txt").write_text("no picture")
    return folder


@pytest.fixture(scope="module")
def crowd(tmp_path_factory, folder):
    """Six hundred pictures: enough for all cores and a progress bar."""
    crowd = tmp_path_factory.mktemp("crowd")
    for number in range(600):
        (crowd / f"{number:03}.png").hardlink_to(folder / "0.png")
    return crowd


@pytest.fixture
def not_a_picture(tmp_path):
    path = tmp_path / "notes.png"
    path.write_text("no picture")
    return path


@pytest.fixture
def blank(tmp_path):
    path = tmp_path / "blank.png"
    Image.new("L", (50, 50), 255).save(path)
    return path


def test_plain_lines_say_name_guess_and_confidence(run, folder, classifier):
    status, output, errors = run("predict", folder / "0.png", folder / "one 1.png")
    assert (status, errors) == (0, "")
    lines = output.splitlines()
    for line, name in zip(lines, ["0.png", "one 1.png"], strict=True):
        answer = read_digit(folder / name, classifier)
        assert line.startswith(str(folder / name))
        assert line.split()[-2:] == [str(answer.prediction), f"{answer.confidence:.1%}"]
    assert len({len(line) for line in lines}) == 1, "not aligned"


def test_top_k_adds_the_next_best(run, folder):
    _, output, _ = run("predict", "--top-k", 3, folder / "0.png")
    guesses = output.removeprefix(str(folder / "0.png")).split()
    assert len(set(guesses[::2])) == 3
    shares = [float(share.rstrip("%")) for share in guesses[1::2]]
    assert shares == sorted(shares, reverse=True)


def test_json_has_the_same_keys_for_every_outcome(run, folder, blank, not_a_picture, classifier):
    status, output, _ = run("predict", "--json", folder / "drei-三.png", blank, not_a_picture)
    digit, empty, unreadable = (json.loads(line) for line in output.splitlines())
    assert status == 1
    expected = {"path", "prediction", "confidence", "probabilities", "reason", "count", "error"}
    expected |= {"model"}
    assert all(answer.keys() == expected for answer in (digit, empty, unreadable))
    assert digit["path"] == str(folder / "drei-三.png")
    assert digit["prediction"] in range(10)
    assert digit["confidence"] == max(digit["probabilities"])
    assert len(digit["probabilities"]) == 10
    assert sum(digit["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert (digit["reason"], digit["error"]) == (None, None)
    assert (empty["prediction"], empty["reason"], empty["error"]) == (None, "blank", None)
    assert (unreadable["prediction"], unreadable["reason"]) == (None, "unreadable")
    assert unreadable["error"] == NO_PICTURE
    assert digit["model"] == classifier.version
    assert hashlib.sha256(MODEL.read_bytes()).hexdigest().startswith(digit["model"])


def test_the_command_line_gives_the_library_s_probabilities(run, folder, classifier):
    _, output, _ = run("predict", "--json", folder)
    for answer in map(json.loads, output.splitlines()):
        expected = read_digit(answer["path"], classifier)
        assert tuple(answer["probabilities"]) == expected.probabilities


def test_csv_is_a_table_with_a_header(run, folder, not_a_picture):
    _, output, _ = run("predict", "--csv", folder / "one 1.png", not_a_picture)
    digit, unreadable = csv.DictReader(io.StringIO(output))
    assert digit["path"] == str(folder / "one 1.png")
    probabilities = [float(digit[f"probability_{number}"]) for number in range(10)]
    assert np.argmax(probabilities) == int(digit["prediction"])
    assert float(digit["confidence"]) == max(probabilities)
    assert (unreadable["reason"], unreadable["prediction"]) == ("unreadable", "")


@on_unix
@pytest.mark.parametrize("break_", ["\n", "\r", "\r\n"])
def test_a_name_of_several_lines_is_one_cell(run, folder, tmp_path, break_):
    name = str(tmp_path / f"a{break_}b, c.png")
    shutil.copy(folder / "0.png", name)
    rows = list(csv.reader(io.StringIO(run("predict", "--csv", name)[1], newline="")))
    assert [len(row) for row in rows] == [17, 17]
    assert rows[1][0] == name


def test_folders_and_patterns_stand_for_the_pictures_in_them(run, folder):
    names = [f"{folder}/{name}" for name in ("0.png", "2.PNG", "below/4.png", "drei-三.png")]
    names.append(f"{folder}/one 1.png")

    def paths(*arguments):
        return [
            json.loads(line)["path"]
            for line in run("predict", "--json", *arguments)[1].split("\n")[:-1]
        ]

    assert paths(folder) == names
    assert paths(f"{folder}/*.png") == [names[0], *names[3:]]
    assert paths(f"{folder}/**/4.png", folder / "2.PNG") == [names[2], names[1]]


def test_a_pattern_that_finds_a_folder_stands_for_the_pictures_in_it(run, folder):
    output = run("predict", "--quiet", f"{folder}/b*")[1]
    assert output.split()[0] == f"{folder}/below/4.png"
    status, output, _ = run("predict", "--quiet", f"{folder}/b*/**")
    assert (status, output.count("4.png ")) == (0, 1)


def test_a_linked_folder_is_left_out_and_a_locked_one_is_unreadable(
    run, folder, tmp_path, monkeypatch
):
    shutil.copy(folder / "0.png", tmp_path)
    (tmp_path / "link").symlink_to(folder)
    (tmp_path / "locked").mkdir()
    scan = os.scandir

    def look_into(path):
        if str(path).endswith("locked"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", look_into)
    status, output, errors = run("predict", tmp_path)
    lines = output.splitlines()
    assert (status, len(lines)) == (1, 2)
    assert lines[1] == f"{tmp_path}/locked  -  unreadable"
    assert errors.startswith(f"{tmp_path}: 1 file left out: 1 a link to a folder\n")


def test_a_folder_says_what_it_left_out(run, folder, tmp_path):
    for name in ("0.png", "._0.png", ".cache/0.png", "__MACOSX/0.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((folder / "0.png").read_bytes())
    (tmp_path / "notes.txt").write_text("no picture")
    status, output, errors = run("predict", tmp_path)
    assert (status, output.count("\n")) == (0, 1)
    assert errors == f"{tmp_path}: 4 files left out: 3 hidden, 1 not a picture\n"
    assert run("predict", "--quiet", tmp_path) == (0, output, "")


@pytest.mark.parametrize("argument", ["nothing.png", "nothing/*.png", "a" * 5000, "."])
def test_what_stands_for_no_picture_is_unreadable(run, tmp_path, monkeypatch, argument):
    monkeypatch.chdir(tmp_path)
    status, output, errors = run("predict", argument)
    assert status == 1
    assert output == f"{argument}  -  unreadable\n"
    assert errors.startswith(f"{argument}: the file can't be opened: ")


def test_a_picture_comes_from_standard_input(folder):
    content = (folder / "0.png").read_bytes()
    status, output, errors = call("predict", "-", content=content)
    assert (status, errors) == (0, "")
    assert output.startswith("-  0 ")


@on_unix
@pytest.mark.parametrize("redirection", ["</dev/null", "<&-"])
def test_no_standard_input_is_an_empty_file(redirection):
    command = ["sh", "-c", f'exec "$@" {redirection}', "sh", *COMMAND, "predict", "-"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (1, "-  -  unreadable\n")
    assert result.stderr == "-: the file is empty: save or send it again\n"


def test_what_can_not_be_read_is_said_beside_the_results(folder, not_a_picture):
    status, output, errors = call("predict", folder / "0.png", not_a_picture, folder / "2.PNG")
    assert status == 1
    assert len(output.splitlines()) == 3
    assert errors == f"{not_a_picture}: {NO_PICTURE}\n"
    assert call("predict", "--quiet", folder / "0.png", not_a_picture)[::2] == (1, "")


def test_blank_is_an_answer(run, blank):
    assert run("predict", blank) == (0, f"{blank}  -  blank\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["predict"],
        ["guess"],
        ["predict", "--json", "--csv", "a.png"],
        ["predict", "--top-k", "0", "a.png"],
        ["predict", "--top-k", "eleven", "a.png"],
        ["predict", "a.png", "b.png", "--save-plot"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_ends_with_2_and_the_usage(run, arguments):
    status, output, errors = run(*arguments)
    assert (status, output) == (2, "")
    assert errors.startswith("usage: digits")
    assert "error: " in errors


def altered(model):
    content = model.read_bytes()
    model.write_bytes(content[:1000] + b"!" + content[1001:])


def cut(model):
    model.write_bytes(model.read_bytes()[:-1])


def without_description(model):
    model.write_bytes(unpack(model.read_bytes()).network)


def with_another_description(model):
    artefact = unpack(model.read_bytes())
    model.write_bytes(pack(artefact._replace(description={"network_sha256": "0"})))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda model: model.unlink(), "can't be read"),
        (without_description, "of another version"),
        (cut, "is damaged"),
        (altered, "is damaged"),
        (with_another_description, "is damaged"),
    ],
)
def test_a_missing_or_altered_model_ends_with_3(run, folder, tmp_path, spoil, sentence):
    model = tmp_path / "digits.tflite"
    shutil.copy(MODEL, model)
    assert run("predict", "--model", model, folder / "0.png")[0] == 0
    spoil(model)
    status, output, errors = run("predict", "--model", model, folder / "0.png")
    assert (status, output) == (3, "")
    assert sentence in errors
    assert "--model" in errors


def test_the_plot_shows_picture_digit_and_bars(run, folder, blank, tmp_path):
    for picture in (folder / "0.png", blank):
        path = tmp_path / "new" / f"plot of {picture.name}"
        assert run("predict", picture, "--save-plot", path)[::2] == (0, "")
        with Image.open(path) as plot:
            assert plot.format == "PNG"
            assert plot.width > 2 * plot.height


def test_the_plot_of_several_digits_shows_none(run, tmp_path):
    path = tmp_path / "plot.png"
    status, output, _ = run("predict", "docs/numbers.jpg", "--save-plot", path)
    assert (status, "several digits" in output, path.exists()) == (0, True, True)


def test_the_ending_of_the_plot_says_what_it_is(run, folder, tmp_path):
    paths = [tmp_path / f"plot.{ending}" for ending in ("svg", "PDF", "jpg", "")]
    status = [run("predict", folder / "0.png", "--save-plot", path)[0] for path in paths]
    assert status == [0, 0, 2, 2]
    assert xml.dom.minidom.parse(str(paths[0])).documentElement.tagName == "svg"
    assert paths[1].read_bytes().startswith(b"%PDF-")
    assert not paths[2].exists()
    assert "ends neither in .png nor" in run("predict", "a.png", "--save-plot", paths[2])[2]


@on_linux
@pytest.mark.parametrize("name", [b"\xff.png", b"a\nb.png", b"\x1b.png", "三.png".encode()])
def test_a_name_that_can_not_be_drawn_makes_a_plot_all_the_same(run, folder, tmp_path, name):
    picture = os.fsdecode(os.fsencode(tmp_path) + b"/" + name)
    shutil.copy(folder / "0.png", picture)
    path = tmp_path / "plot.svg"
    assert run("predict", picture, "--save-plot", path)[::2] == (0, "")
    assert xml.dom.minidom.parse(str(path))


@on_unix
def test_a_name_stays_on_its_line(run, folder, tmp_path):
    shutil.copy(folder / "0.png", tmp_path / "a\n\x1b[2Jb.png")
    for command in ("predict", "read"):
        output = run(command, tmp_path)[1]
        assert output.startswith(f"{tmp_path}/a\\n\\x1b[2Jb.png  0")


def test_the_plot_has_a_place_of_its_own(run, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a$_{$.png").write_bytes((folder / "0.png").read_bytes())
    assert run("predict", "a$_{$.png", "--save-plot")[0] == 0
    assert (tmp_path / "plots" / "prediction_result.png").exists()


def test_a_plot_that_can_not_be_written_is_a_wrong_call(run, folder, tmp_path):
    path = tmp_path / "plot.png"
    path.mkdir()
    status, _, errors = run("predict", folder / "0.png", "--save-plot", path)
    assert status == 2
    assert f"--save-plot: {path} can't be written (Is a directory)" in errors
    path = tmp_path / f"{'a' * 300}.png"
    assert "can't be written" in run("predict", folder / "0.png", "--save-plot", path)[2]


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_a_plot_replaces_a_plot_and_nothing_else(run, folder, tmp_path, ending):
    picture, path = folder / "0.png", tmp_path / f"other.{ending}"
    path.write_bytes(picture.read_bytes())
    status, _, errors = run("predict", picture, "--save-plot", path)
    assert status == 2
    assert f"--save-plot would replace {path}, which is no plot" in errors
    assert path.read_bytes() == picture.read_bytes()
    for _ in range(2):
        assert run("predict", picture, "--save-plot", tmp_path / f"plot.{ending}")[0] == 0


def test_version_names_program_and_model(run, classifier, tmp_path, monkeypatch):
    version = importlib.metadata.version("digits")
    answer = f"digits {version}, model {classifier.version} in {MODEL}\n"
    assert run("--version") == (0, answer, "")
    monkeypatch.setenv("DIGITS_MODEL", str(tmp_path / "digits.tflite"))
    answer = f"digits {version}, no model in {tmp_path / 'digits.tflite'}\n"
    assert run("--version") == (0, answer, "")


def test_help_is_quick_and_loads_nothing_heavy():
    code = "import sys; from digits.commands.options import build_parser;"
    code += "build_parser().format_help();"
    code += "print(sorted({'numpy', 'scipy', 'PIL', 'ai_edge_litert'} & sys.modules.keys()))"
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        status, output, errors = call("--help")
        seconds.append(time.perf_counter() - start)
        assert (status, errors) == (0, "")
        assert "predict" in output
    assert min(seconds) < 0.3
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout == "[]\n"


def test_reading_loads_neither_tensorflow_nor_plots(folder):
    code = "import sys; from digits.commands.cli import main\ntry: main(sys.argv[1:])\nfinally: "
    heavy = {"tensorflow", "matplotlib", "tqdm", "pillow_heif", "scipy.spatial"}
    code += f"print(sorted({heavy} & sys.modules.keys()))"
    command = [sys.executable, "-c", code, "predict", folder / "0.png"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.stdout.endswith("%\n[]\n")


def test_many_pictures_come_in_order_and_alike(run, crowd, folder):
    status, output, errors = run("predict", "--json", crowd)
    assert (status, errors) == (0, ""), "a progress bar is for terminals"
    answers = [json.loads(line) for line in output.splitlines()]
    assert [answer["path"] for answer in answers] == sorted(map(str, crowd.iterdir()))
    one = json.loads(run("predict", "--json", folder / "0.png")[1])
    assert all(answer["probabilities"] == one["probabilities"] for answer in answers)


@on_unix
def test_a_terminal_sees_the_progress(crowd, tmp_path):
    import pty
    import termios

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (24, 80))
    shown = b""
    with (tmp_path / "results").open("wb") as results:
        process = start("predict", crowd, stdout=results, stderr=theirs)
        os.close(theirs)
        with process, contextlib.suppress(OSError):  # which is how a terminal ends
            while part := os.read(ours, 4096):
                shown += part
    os.close(ours)
    assert process.returncode == 0
    assert b"/600 [" in shown
    assert b"picture/s" in shown
    assert len((tmp_path / "results").read_text().splitlines()) == 600


@on_unix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("tell", ["kill", "killpg"])
def test_an_interrupted_run_ends_at_once_and_leaves_no_process(crowd, tell, number):
    def listen() -> None:  # which what is started in the background of a script does not
        signal.signal(signal.SIGINT, signal.default_int_handler)

    options = {"start_new_session": True, "preexec_fn": listen}
    with start("predict", *[crowd] * 40, **options) as process:
        assert process.stdout.readline()
        began = time.perf_counter()
        getattr(os, tell)(process.pid, number)
        _, errors = process.communicate(timeout=60)
    assert time.perf_counter() - began < 10  # all 24,000 take longer
    assert process.returncode == cli.INTERRUPTED
    assert errors == b""
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def workers_of(process):
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return list(map(int, children.split()))


@on_linux
@pytest.mark.parametrize("stuck", [False, True])
def test_a_worker_that_is_killed_ends_the_run_with_a_sentence(crowd, stuck):
    """Also where another waits for what the killed one held, for which it stands still here."""
    with start("predict", *[crowd] * 40) as process:
        assert process.stdout.readline()
        first, *_, last = workers_of(process)
        if stuck:
            os.kill(first, signal.SIGSTOP)
        os.kill(last, signal.SIGKILL)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.startswith(b"digits: a process that reads pictures was ended from outside")
    assert errors.count(b"\n") == 1, errors.decode()


@on_unix
def test_who_reads_the_results_may_stop_early(crowd):
    with start("predict", *[crowd] * 40) as process:
        assert process.stdout.readline()
        process.stdout.close()
        began = time.perf_counter()
        assert process.wait(timeout=60) == 1
        assert time.perf_counter() - began < 10
        assert process.stderr.read() == b""


@on_linux
def test_a_name_that_is_no_text_is_printed_all_the_same(folder, tmp_path):
    name = os.fsencode(tmp_path) + b"/\xff.png"
    os.link(folder / "0.png", name)
    for form in ("--json", "--csv", "--top-k=1"):
        status, output, errors = call("predict", form, os.fsdecode(name))
        assert (status, errors) == (0, "")
        assert r"\udcff.png" in output


def test_find_pictures_keeps_what_it_does_not_know():
    names = ["a[1].png", "b?"]
    assert [picture.name for picture in find_pictures(names)] == names
