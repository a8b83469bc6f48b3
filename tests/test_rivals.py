"""The comparison with other readers, with one that isn't there and one that reads file names."""

import sys

import pytest

from benchmarks import asking, rivals
from benchmarks.answers import only_digits, read_list
from benchmarks.engines import ENGINES, Engine
from benchmarks.pictures import KINDS, list_real, write_list, write_pages
from benchmarks.rivals import Result, count_right, measure, to_percentages, to_tables

FAKE = """
import csv, json, pathlib, sys
_, name, folder, every = sys.argv
with pathlib.Path(folder, "list.tsv").open(encoding="utf-8") as file:
    for number, row in enumerate(csv.DictReader(file, delimiter="\\t")):
        if number % int(every) == 0:
            print(json.dumps({"texts": row["label"].split(), "seconds": 0.007}))
print(json.dumps({"version": "1.0", "mebibytes": 80}))
"""


@pytest.mark.parametrize(
    ("truth", "texts", "right"),
    [
        (["12"], ["12"], 1),
        (["12"], ["1", "2"], 1),
        (["12"], ["12", "7"], 0),
        (["12"], [], 0),
        (["12", "345"], ["12", "345"], 2),
        (["12", "345"], ["345", "12"], 1),
        (["12", "345"], ["12345"], 0),
        (["12", "345"], ["9", "12", "346"], 1),
    ],
)
def test_numbers_count_whole_and_in_order(truth, texts, right):
    assert count_right(truth, texts) == right


def test_what_is_no_digit_is_dropped():
    assert only_digits(["1 2", "total", "3.4€", "٣"]) == ["12", "34"]


def test_percentages_are_of_numbers_by_kind():
    rows = [{"label": "1 23", "kind": "a"}, {"label": "4", "kind": "b"}]
    answers = [{"texts": ["23"]}, {"texts": ["4"]}]
    assert to_percentages(rows, answers) == {"a": 50, "b": 100}


def test_the_same_seed_gives_the_same_pictures(handwritten, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_pages(tmp_path / name, handwritten, 1, 1)
    assert [row["kind"] for row in read_list(tmp_path / "one")] == list(KINDS)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_real_pictures_are_digits_or_numbers(tmp_path):
    pictures, target = tmp_path / "pictures", tmp_path / "target"
    pictures.mkdir()
    target.mkdir()
    write_list(pictures, [("a.png", "12", "scan"), ("b.png", "7", "photo")])
    list_real(pictures, target)
    assert [(row["file"], row["kind"]) for row in read_list(target)] == [
        (str(pictures / "b.png"), "real digits"),
        (str(pictures / "a.png"), "real numbers"),
    ]


def test_slow_engines_read_some_of_each_kind(tmp_path):
    write_list(tmp_path, [(f"{kind}{n}", "1", kind) for kind in "ab" for n in range(5)])
    assert [row["file"] for row in read_list(tmp_path, 3)] == ["a0", "a3", "b0", "b3"]


def test_tables_say_what_was_measured_and_what_is_missing():
    names = list(ENGINES)
    result = Result({"plain": 97.6, "tight": 50.0}, ["1.0", "5 ms", "0.3 s", "80 MiB", "90 MB"])
    tables = to_tables({names[0]: result, names[-1]: "no weights"})
    assert "98" in tables.splitlines()[2]
    assert "| 5 ms " in tables
    assert tables.endswith(f"- {names[-1]}: not to be had: no weights")


def test_an_engine_that_fails_is_not_to_be_had():
    command = [sys.executable, "-c", "raise SystemExit('no weights')"]
    with pytest.raises(asking.NotToBeHadError, match="no weights"):
        asking.run(command)


def test_an_engine_is_measured(handwritten, tmp_path, monkeypatch):
    """The fake one reads the label out of the list of pictures."""
    fake = tmp_path / "fake.py"
    fake.write_text(FAKE, encoding="utf-8")
    monkeypatch.setitem(ENGINES, "fake", Engine(("fake==1",), lambda: lambda path: [path], 2))
    monkeypatch.setattr(rivals, "install", lambda packages, folder: (sys.executable, 12.3))
    monkeypatch.setattr(asking, "ANSWERS", (str(fake),))
    (tmp_path / "pictures").mkdir()
    (tmp_path / "one").mkdir()
    write_pages(tmp_path / "pictures", handwritten, 2, 1)
    write_list(tmp_path / "one", [("a.png", "1", "plain")])
    result = measure("fake", [tmp_path / "pictures"], tmp_path / "one", 1)
    assert result.accuracy == dict.fromkeys(KINDS, 100)
    assert result.costs[:2] == ["1.0", "7 ms"]
    assert result.costs[3:] == ["80 MiB", "12 MB"]
