"""Which model speaks: a line for every visitor, and a tab with the pipeline's figures and plots."""

from pathlib import Path
from typing import Any

import streamlit as st

from app.model import load_date, load_metrics
from digits.classifier import DEFAULT_MODEL, Classifier

PLOTS_DIR = Path("plots")
_PLOTS = {
    "confusion_matrix": "Which digits are taken for which",
    "misclassified": "The misread digits",
    "reliability": "How far confidence can be trusted",
    "rejection": "What is told from digits",
    "robustness": "Digits as people hand them in",
    "training_history": "The training",
    "augmented": "Training digits as they are varied",
    "samples": "What it learned from",
    "classes": "How many digits of each class there are",
}
_FIGURES = {
    "loss": "Cross-entropy (nats)",
    "macro_f1": "Macro F1",
    "expected_calibration_error": "Expected calibration error",
}


def show_line(classifier: Classifier) -> None:
    """Show the model's name, accuracy, date and checksum in a line."""
    description = classifier.description
    facts = [
        DEFAULT_MODEL.name,
        describe_accuracy(description, load_metrics()),
        load_date(),
        f"SHA\u2011256\u00a0{classifier.version}…",  # which no line break parts
    ]
    st.caption("Model: " + " · ".join(fact for fact in facts if fact))


def show_model(classifier: Classifier) -> None:
    """Show what the model is, how it was measured, and the pipeline's plots."""
    description, metrics = classifier.description, load_metrics()
    facts = {
        "SHA-256": f"{classifier.version}…",
        "Committed": load_date(),
        "Parameters": f"{description['parameters']:,}",
        "Learned from": f"{description['splits']['train']:,} digits of {description['dataset']}",
        "Test": describe_accuracy(description, metrics),
    }
    facts |= {title: str(metrics[name]) for name, title in _FIGURES.items() if name in metrics}
    rows = [f"| {name} | {value} |" for name, value in facts.items() if value]
    st.markdown("\n".join([f"| Model | {DEFAULT_MODEL.name} |", "|-|-|", *rows]))
    for name, title in _PLOTS.items():
        path = PLOTS_DIR / f"{name}.png"
        if path.is_file():
            st.image(path, caption=title)


def describe_accuracy(description: dict[str, Any], metrics: dict[str, Any]) -> str | None:
    """Say how many test digits are read right, with the 95 % interval; None where not measured."""
    if metrics.get("dataset") != description["dataset"]:
        return None
    low, high = 100 * metrics["accuracy_low"], 100 * metrics["accuracy_high"]
    return (
        f"{100 * metrics['accuracy']:.2f} % of {description['splits']['test']:,} "
        f"{description['dataset']} test digits read right (95 % interval {low:.2f}–{high:.2f} %)"
    )
