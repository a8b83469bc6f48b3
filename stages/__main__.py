"""Say what the pipeline made, in a few lines: `python -m stages`."""

import json
from pathlib import Path

from digits.pipeline.stage import run_stage
from digits.reading.classifier import Classifier
from digits.reading.location import MODEL


def main() -> None:
    """Print data set, accuracy, and where to go on."""
    description = Classifier.load(MODEL).description
    test = json.loads(Path("metrics/test.json").read_text(encoding="utf-8"))
    print(
        f"Data set       {description['dataset']}\n"
        f"Test accuracy  {test['accuracy']:.2%} (95 % interval {test['low']:.2%} to "
        f"{test['high']:.2%}) of {description['splits']['test']:,} digits\n"
        "Plots          plots/*.png, or `dvc plots show`\n"
        "Next           `make app` serves the page; `digits predict PICTURE` reads a picture"
    )


if __name__ == "__main__":
    run_stage(main)
