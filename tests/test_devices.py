"""Training on several devices: in a process of their own, two CPU devices stand in for GPUs."""

import json
import subprocess
import sys

import numpy as np
import pytest
from test_training import params

from stages import train

pytestmark = pytest.mark.slow

# TensorFlow divides the CPU before its first operation, or never.
TWO_DEVICES = """
import json, sys
from pathlib import Path
import keras, numpy as np, tensorflow as tf
from digits.training.recipe import TrainParams
from digits.data.splits import Split
from stages import train

(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
tf.config.experimental.enable_op_determinism()
folder = Path(sys.argv[1])
params = TrainParams(**json.loads(sys.argv[2]))
arrays = np.load(folder / "split.npz")
split = Split(arrays["images"], arrays["labels"])

class Killer(train.Checkpoint):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2 and not (folder / "killed").exists():
            (folder / "killed").touch()
            raise KeyboardInterrupt

whole, history = train.fit(params, split, split, folder / "whole")
train.Checkpoint = Killer
try:
    train.fit(params, split, split, folder / "checkpoint")
except KeyboardInterrupt:
    resumed, _ = train.fit(params, split, split, folder / "checkpoint")
weights = [np.concatenate([w.ravel() for w in model.get_weights()]) for model in (whole, resumed)]
np.save(folder / "weights.npy", weights)
(folder / "history.json").write_text(json.dumps(history))
print(type(whole.distribute_strategy).__name__, whole.distribute_strategy.num_replicas_in_sync)
"""


def test_two_devices_learn_and_go_on_where_they_were_killed(tiny_split, tmp_path):
    np.savez(tmp_path / "split.npz", images=tiny_split.images, labels=tiny_split.labels)
    settings = params(devices=2, epochs=4).model_dump_json()
    command = [sys.executable, "-c", TWO_DEVICES, str(tmp_path), settings]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "MirroredStrategy 2"
    history = json.loads((tmp_path / "history.json").read_text())
    assert len(history) == 4
    assert np.isfinite([list(record.values()) for record in history]).all()
    assert history[-1]["loss"] < history[0]["loss"]
    whole, resumed = np.load(tmp_path / "weights.npy")
    np.testing.assert_array_equal(whole, resumed)


def test_more_devices_than_there_are_end_in_a_sentence(tiny_split, tmp_path):
    with pytest.raises(train.DevicesError, match=r"train\.devices .* is 99; TensorFlow sees"):
        train.fit(params(devices=99), tiny_split, tiny_split, tmp_path)
