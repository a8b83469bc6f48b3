"""Digits as the finder would have found them."""

import numpy as np

from digits.reading.found import Found
from digits.reading.instances import Instance, Look
from digits.reading.view import View


def found(left, top, width=20, height=40, heat=0.9, printed=0, seen_as=None):
    nothing = np.zeros((250, 250), bool)
    print_cells = np.arange(62500).reshape(250, 250) < printed
    look = Look(np.zeros((500, 500), np.uint8), nothing, nothing, print_cells)
    box = (left, top, left + width, top + height)
    logits = np.zeros(10, np.float32) if seen_as is None else np.eye(10, dtype=np.float32)[seen_as]
    instance = Instance(look, 0, box, heat, logits)
    return Found(instance, View.of(look.page), 1, (0, 0))


def show_sights(monkeypatch, *sights):
    """Have the finder see some sights, one after the other, and from nearer the same."""
    monkeypatch.setattr("digits.reading.naming.find_digits", lambda *_: list(sights))
    monkeypatch.setattr("digits.reading.naming.look_at", lambda _, line, *__: line)
