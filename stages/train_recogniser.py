"""Fit the network that reads lines of digits to composed lines.

data/lines/{train,val}.npz → models/recogniser.keras and plots/recogniser_history.csv (after each
epoch): `python -m stages.train_recogniser`
"""

from digits.data.lines import load_lines
from digits.pipeline.params import load_params
from digits.pipeline.stage import run_stage
from digits.training.cycle import CycleParams, Learner, run
from digits.training.recogniser import build_recogniser, line_batches, recogniser_loss

RECOGNISER = Learner("recogniser", build_recogniser, recogniser_loss, line_batches)


class TrainRecogniserParams(CycleParams):
    """The section `train_recogniser` of params.yaml."""


def main() -> None:
    """Run the stage."""
    run(RECOGNISER, load_params("train_recogniser", TrainRecogniserParams), load_lines)


if __name__ == "__main__":
    run_stage(main)
