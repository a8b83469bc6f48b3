"""The model that the tests read with, whatever lies in models/ after an experiment."""

import os
from pathlib import Path

MODEL = Path(__file__).resolve().with_name("model") / "digits.tflite"
os.environ["DIGITS_MODEL"] = str(MODEL)


def without_model() -> dict[str, str]:
    """Return the environment in which the model of the folder is used."""
    return {name: text for name, text in os.environ.items() if name != "DIGITS_MODEL"}
