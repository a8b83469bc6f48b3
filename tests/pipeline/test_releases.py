"""A tagged release is found by its version."""

import pytest

pytestmark = pytest.mark.slow


def test_the_model_of_a_release_is_fetched_from_elsewhere(clone, tmp_path):
    released = clone.copy(tmp_path / "released")
    released.git("tag", "--annotate", "digits@v0.1.0", "--message", "digits 0.1.0")
    model = (released.folder / "models" / "digits.tflite").read_bytes()
    (released.folder / "models" / "digits.tflite").write_bytes(b"another")
    released.commit("another model")
    released.dvc("artifacts", "get", str(released.folder), "digits", "--rev", "v0.1.0")
    assert (released.folder / "digits.tflite").read_bytes() == model
