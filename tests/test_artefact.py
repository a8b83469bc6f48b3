"""The model as one file: complete, readable by LiteRT as it is, and known to be whole."""

import copy
import pickle
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from pinned import MODEL

from digits import Classifier
from digits.reading.artefact import (
    DESCRIPTION,
    FINDER,
    RECOGNISER,
    Artefact,
    ModelError,
    pack,
    unpack,
)

PICTURE = Path("app/gallery/04-4.png")
CONTENT = MODEL.read_bytes()


def outputs(**model: object) -> list[np.ndarray]:
    """What LiteRT makes of some pixels."""
    interpreter = Interpreter(**model)
    interpreter.allocate_tensors()
    pixels = np.random.default_rng(1).uniform(0, 255, (1, 28, 28, 1)).astype(np.float32)
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pixels)
    interpreter.invoke()
    return [interpreter.get_tensor(found["index"]) for found in interpreter.get_output_details()]


def test_litert_reads_the_file_as_it_is():
    network = unpack(CONTENT).network
    for whole, alone in zip(
        outputs(model_path=str(MODEL)), outputs(model_content=network), strict=True
    ):
        np.testing.assert_array_equal(whole, alone)


def test_any_program_for_zip_files_shows_the_description():
    with zipfile.ZipFile(MODEL) as archive:
        assert archive.namelist() == [FINDER, RECOGNISER, DESCRIPTION]
        assert b'"ood_threshold"' in archive.read(DESCRIPTION)


def test_packing_is_the_same_twice_and_loses_nothing():
    assert pack(unpack(CONTENT)) == CONTENT
    other = unpack(pack(Artefact(b"network", b"finder", b"recogniser", {"a": [1, "é"]})))
    assert other[:3] == (b"network", b"finder", b"recogniser")
    assert other.description["a"] == [1, "é"]


def test_a_model_without_a_recogniser_is_read_too():
    artefact = unpack(CONTENT)._replace(recogniser=b"")
    artefact.description.pop("recogniser_sha256")
    older = unpack(pack(artefact))
    assert older == artefact
    assert Classifier(pack(older)).recogniser is None


def test_damage_is_found_wherever_it_is():
    """But in what tells nothing, like the time of the archive: then the answer is the same."""
    numbers = random.Random(1)
    artefact = unpack(CONTENT)
    network = len(artefact.network)
    archive = len(CONTENT) - len(artefact.finder) - len(artefact.recogniser) - network
    ends = [
        *range(len(CONTENT) - archive + 100, len(CONTENT), 7),
        *(numbers.randrange(len(CONTENT)) for _ in range(50)),
    ]
    found = 0
    for place in ends:
        damaged = bytearray(CONTENT)
        damaged[place] ^= 1 << numbers.randrange(8)
        try:
            assert unpack(bytes(damaged)) == artefact
        except ModelError:
            found += 1
    assert found > 0.8 * len(ends)
    for length in (0, 4, network, len(CONTENT) - 1):
        with pytest.raises(ModelError):
            Classifier(CONTENT[:length])


@pytest.mark.parametrize(
    "twin", [copy.copy, copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))]
)
def test_a_classifier_can_be_copied(twin):
    classifier = Classifier.load()
    digits = np.zeros((3, 28, 28), np.uint8)
    expected = classifier.predict_proba(digits)
    np.testing.assert_array_equal(twin(classifier).predict_proba(digits), expected)
    assert twin(classifier).version == classifier.version


PROGRAM = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
from digits import Classifier, read_digit

if __name__ == "__main__":
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        print(pool.submit(read_digit, sys.argv[1], Classifier.load()).result().prediction)
"""


def test_a_classifier_goes_to_another_process(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    command = [sys.executable, str(tmp_path / "program.py"), str(PICTURE)]
    assert subprocess.check_output(command, text=True) == "4\n"
