"""Which model speaks: a line for every visitor, and a tab with the pipeline's figures and plots."""

import streamlit as st

from app import project
from app.model import load_date, load_metrics
from digits.reading.classifier import Classifier

_PLOTS = {
    "confusion_matrix": "Confusion matrix",
    "misclassified": "Misclassified test digits",
    "reliability": "Reliability: accuracy by confidence",
    "ood_scores": "Out-of-distribution scores by kind",
    "numbers": "Numbers read right, by kind of page",
    "numbers_examples": "Numbers as they are read",
    "corruptions": "Accuracy under corruption",
    "training_history": "Training history",
    "augmented": "Augmented training digits",
    "samples": "Training digits",
    "classes": "Digits of each class",
}
_FIGURES = {
    "loss": "Cross-entropy (nats)",
    "macro_f1": "Macro F1",
    "ece": "Expected calibration error",
}


def show_line(classifier: Classifier) -> None:
    """Show the model's name, accuracy, date and checksum in a line."""
    facts = [
        project.model_path().name,
        describe_accuracy(classifier),
        load_date(),
        f"SHA\u2011256\u00a0{classifier.version}…",  # which no line break parts
    ]
    st.caption("Model: " + " · ".join(fact for fact in facts if fact))


def show_model(classifier: Classifier) -> None:
    """Show what the model is, how it was measured, and the pipeline's plots."""
    description, metrics = classifier.description, load_metrics(classifier.version)
    facts = {
        "SHA-256": f"{classifier.version}…",
        "Committed": load_date(),
        "Parameters": f"{description['parameters']:,}",
        "Learned from": f"{description['splits']['train']:,} digits of {description['dataset']}",
        "Test": describe_accuracy(classifier),
    }
    facts |= {title: str(metrics[name]) for name, title in _FIGURES.items() if name in metrics}
    rows = [f"| {name} | {value} |" for name, value in facts.items() if value]
    st.markdown("\n".join([f"| Model | {project.model_path().name} |", "|-|-|", *rows]))
    for name, title in _PLOTS.items():
        path = project.ROOT / "plots" / f"{name}.png"
        if path.is_file():
            st.image(path, caption=title)


def describe_accuracy(classifier: Classifier) -> str | None:
    """Return the accuracy on test digits with its 95 % interval; None where it was not measured."""
    description, metrics = classifier.description, load_metrics(classifier.version)
    if not metrics:
        return None
    low, high = 100 * metrics["low"], 100 * metrics["high"]
    return (
        f"accuracy {100 * metrics['accuracy']:.2f} % (95 % interval {low:.2f}–{high:.2f} %) on "
        f"{description['splits']['test']:,} {description['dataset']} test digits"
    )
