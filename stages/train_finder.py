"""Fit the network that finds digits to composed pages.

data/pages/{train,val}.npz → models/finder.keras and plots/finder_history.csv (after each epoch):
`python -m stages.train_finder`
"""

from digits.data.pages import load_pages
from digits.pipeline.params import load_params
from digits.pipeline.stage import run_stage
from digits.training.cycle import CycleParams, Learner, run
from digits.training.finder import build_finder, finder_loss, page_batches

FINDER = Learner("finder", build_finder, finder_loss, page_batches)


class TrainFinderParams(CycleParams):
    """The section `train_finder` of params.yaml."""


def main() -> None:
    """Run the stage."""
    run(FINDER, load_params("train_finder", TrainFinderParams), load_pages)


if __name__ == "__main__":
    run_stage(main)
