"""The side-by-side benchmark of training, on forty bars."""

import pytest

from benchmarks import training
from benchmarks.clone import SMALL
from benchmarks.networks import RIVALS
from benchmarks.train import to_table
from benchmarks.training import (
    ONE_EPOCH,
    OURS,
    Result,
    multiply_adds,
    our_params,
    product_speed,
    run,
)

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def small_params(monkeypatch):
    """What params.yaml says, nobody knows."""
    monkeypatch.setattr(training, "PARAMS_FILE", SMALL)


KERAS, PYTORCH = RIVALS


def test_the_rivals_are_the_networks_they_are_called_after():
    convnet, net = RIVALS[KERAS].build(), RIVALS[PYTORCH].build()
    assert convnet.count_params() == 34_826  # as the Keras documentation prints it
    assert net.count_params() == 1_199_882  # the sum over PyTorch's `parameters()`
    # By hand: output height x width x filters x kernel x input channels; then the dense layers.
    assert multiply_adds(convnet) == 26**2 * 32 * 9 + 11**2 * 64 * 9 * 32 + 1600 * 10
    assert multiply_adds(net) == 26**2 * 32 * 9 + 24**2 * 64 * 9 * 32 + 9216 * 128 + 1280


@pytest.mark.parametrize("name", [KERAS, OURS])
def test_a_training_is_measured(tiny_split, tmp_path, name):
    small = {"stem_filters": 4, "blocks": [[4]], "batch_size": 16} if name == OURS else {}
    splits = dict.fromkeys(("train", "val", "test"), tiny_split)
    result = run(name, splits, tmp_path, epochs=2, **small)
    assert result.seconds_to_goal is None
    assert 0 < result.seconds < 600
    assert 0 <= result.test_accuracy < 0.99
    assert 0 < result.throughput < 40 / 1e-3
    assert 0 < result.utilisation < 1


def test_one_epoch_is_ours_with_other_params():
    assert our_params(ONE_EPOCH, {}) != our_params(OURS, {})
    changed = our_params(OURS, {"augmentation": {"shift": 3.5}}).augmentation
    assert changed == our_params(OURS, {}).augmentation.model_copy(update={"shift": 3.5})


def test_the_table_says_what_was_measured():
    result = Result(None, 12.34, 0.98765, 34826, 2_440_960, 5000.4, 2e11)
    assert result.utilisation == pytest.approx(5000.4 * 6 * 2_440_960 / 2e11)
    *_, never, sooner = to_table(
        {"one": result, "two": result._replace(seconds_to_goal=5.67)}
    ).splitlines()
    cells = [cell.strip() for cell in never.split("|")[1:-1]]
    assert cells == [
        *("one", "never", "12.3 s", "98.77%", "34,826", "2.44 M", "5,000", "200 GFLOP/s", "37%")
    ]
    assert sooner.split("|")[2].strip() == "5.7 s"


def test_the_product_is_faster_than_nothing():
    assert 1e7 < product_speed("float32", (256,)) < 1e15
