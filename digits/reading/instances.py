"""From the finder's answer to digits: which ink belongs to which, each cut out on its own.

Ink points to the centre of its digit. Where much of it points to is a digit; what points elsewhere
is none's (generalised Hough voting, Ballard, 1981; as in Panoptic-DeepLab, Cheng et al., 2020).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from digits.reading.finder import CELL, CENTER, DIGITS, OFFSET_UNIT, Answer
from digits.reading.normalisation import normalise

# Votes are counted, and centres' probability is smoothed, in neighbourhoods of these standard
# deviations; both are compared in one of this width; all in cells.
VOTE_SPREAD, HEAT_SPREAD = 1.5, 1.0
VOTE_WINDOW = 5
# So many votes, the finder's own probability of a centre near there, and so much of both make a
# digit.
LEAST_VOTES = 0.25
LEAST_HEAT = 0.2
LEAST_OF_BOTH = 0.1
LEAST_CELLS = 4
# Of a cell's being a digit's ink, whichever, against its being none's: below one, since an upright
# 1 is like many a line. Chosen on validation pages.
LEAST_ODDS = 0.5
# Ink that points farther astray than so many times its digit's median isn't the digit's.
MOST_ASTRAY = 3.0
# A digit's ink points to one place: the mean distance from it, as a share of the digit's size.
MOST_SPREAD = 0.3
# Around a digit there is paper, which tells how dark the ink is: so many pixels.
RIM = 6
_FAINTEST = 0.12
_AROUND = np.ones((3, 3), bool)

Box = tuple[float, float, float, float]
Cells = tuple[int, int, int, int]
Places = NDArray[np.intp]


class Look(NamedTuple):
    """What the finder has seen on a page."""

    page: NDArray[np.uint8]
    """uint8 array (height, width)."""
    ink: NDArray[np.bool_]
    """bool array (height / 2, width / 2): which cells hold ink of digits."""
    owners: Places
    """int array (height / 2, width / 2): whose ink a cell holds; -1 nobody's."""
    printed: NDArray[np.bool_]
    """bool array (height / 2, width / 2): which cells hold ink of print."""


@dataclass(frozen=True, eq=False)
class Instance:
    """A digit on a page."""

    look: Look
    owner: int
    """What its cells hold in the look's `owners`."""
    box: Cells
    """Left, top, right, bottom in pixels of the page, at the edges of cells."""
    heat: float
    """The probability that a digit's centre is there."""
    logits: NDArray[np.float32]
    """What the finder takes it for: float32 array (10,), the mean over its ink."""

    @property
    def height(self) -> float:
        """How high it is in pixels; of what lies flat, most of its width."""
        left, top, right, bottom = self.box
        return max(bottom - top, 0.7 * (right - left))

    def cut(self) -> NDArray[np.uint8]:
        """Return the digit alone: uint8 array (28, 28), ink bright, of MNIST's size and place."""
        return normalise(cut_ink(self.look, self.look.owners == self.owner, self.box))


def to_instances(page: NDArray[np.uint8], answer: Answer) -> list[Instance]:
    """Return the digits of a page that the finder has looked at.

    `page`: uint8 array (height, width); `answer`: float32 array (height / 2, width / 2, CHANNELS).
    """
    # Class by class, since sums over a last axis that is short take long.
    logits = np.ascontiguousarray(np.moveaxis(answer[..., :CENTER], -1, 0))
    shares = np.exp(logits - logits.max(axis=0))
    total, of_digits = shares.sum(axis=0), shares[DIGITS].sum(axis=0)
    ink = of_digits > LEAST_ODDS * (total - of_digits)
    rows, columns = np.nonzero(ink)
    way = answer[rows, columns, :CENTER:-1] * np.float32(OFFSET_UNIT / CELL)
    targets = np.asarray(np.stack([rows, columns], axis=-1) + way, np.float32)
    heat = np.asarray(1 / (1 + np.exp(-answer[..., CENTER])), np.float32)
    near = ndimage.maximum_filter(heat, VOTE_WINDOW)
    centers = _centers(targets, heat, near)
    if not len(centers):
        return []
    nearest = _nearest(targets, centers, heat.shape)
    astray = np.linalg.norm(targets - centers[nearest], axis=1)
    groups = [
        own[astray[own] <= MOST_ASTRAY * (np.median(astray[own]) + 0.5)] if len(own) else own
        for own in _grouped(nearest, len(centers))
    ]
    owners = np.full(heat.shape, -1)
    for index, own in enumerate(groups):
        owners[rows[own], columns[own]] = index
    # After the digits comes print, if the model knows it.
    printed = shares[DIGITS.stop :].sum(axis=0) > 0.5 * total
    look, found = Look(page, ink, owners, printed), []
    for index, ((row, column), own) in enumerate(zip(centers, groups, strict=True)):
        if len(own) < LEAST_CELLS:
            continue
        box = to_box(rows[own], columns[own])
        if CELL * astray[own].mean() > MOST_SPREAD * max(box[2] - box[0], box[3] - box[1]):
            continue
        of_classes = answer[rows[own], columns[own], DIGITS].mean(axis=0)
        found.append(Instance(look, index, box, float(near[row, column]), of_classes))
    return found


def _centers(
    targets: NDArray[np.float32], heat: NDArray[np.float32], near: NDArray[np.float32]
) -> Places:
    """Return the cells (n, 2) that most ink around points to, and where there may be a centre.

    `near`: the highest heat around each cell. Votes alone join a narrow digit with the one that it
    touches; heat alone parts wide ones.
    """
    votes = np.zeros(heat.shape, np.float32)
    places = targets.round().astype(int)
    inside = ((places >= 0) & (places < heat.shape)).all(axis=1)
    np.add.at(votes, tuple(places[inside].T), 1)
    votes = ndimage.gaussian_filter(votes, VOTE_SPREAD)
    both = np.sqrt(votes) * ndimage.gaussian_filter(heat, HEAT_SPREAD)
    peaks = both == ndimage.maximum_filter(both, VOTE_WINDOW)
    likely = (near > LEAST_HEAT) & (votes > LEAST_VOTES) & (both > LEAST_OF_BOTH)
    return np.argwhere(peaks & likely)


def _nearest(
    targets: NDArray[np.float32], centers: Places, shape: tuple[int, ...]
) -> NDArray[np.intp]:
    """Return which center each target (n, 2) is nearest to, on a grid of cells."""
    index = np.full(shape, -1)
    index[tuple(centers.T)] = np.arange(len(centers))
    rows, columns = ndimage.distance_transform_edt(
        index < 0, return_distances=False, return_indices=True
    )
    places = tuple(targets.round().astype(int).clip(0, np.array(shape) - 1).T)
    return np.asarray(index[rows[places], columns[places]])


def _grouped(nearest: Places, count: int) -> list[Places]:
    """Return which places hold 0, which hold 1 and so on, up to `count`."""
    order = np.argsort(nearest, kind="stable")
    return np.split(order, np.searchsorted(nearest[order], range(1, count)))


def to_box(rows: Places, columns: Places) -> Cells:
    """Return left, top, right and bottom, in pixels of the page, of cells."""
    return (
        CELL * int(columns.min()),
        CELL * int(rows.min()),
        CELL * (int(columns.max()) + 1),
        CELL * (int(rows.max()) + 1),
    )


def cut_ink(look: Look, own: NDArray[np.bool_], box: Cells) -> NDArray[np.uint8]:
    """Cut the ink of some cells out, in a box and RIM around it, without that of other digits.

    `own`: bool array (height / 2, width / 2) of the page. Returns a uint8 array, ink bright.
    """
    left, top, right, bottom = box
    rows = slice(max(top - RIM, 0), bottom + RIM)
    columns = slice(max(left - RIM, 0), right + RIM)
    cells = (
        slice(rows.start // CELL, rows.stop // CELL),
        slice(columns.start // CELL, columns.stop // CELL),
    )
    own, ink = own[cells], look.owners[cells] >= 0
    # The edge of a stroke may lie in the next cell.
    grown = own | (ndimage.binary_dilation(own, _AROUND) & ~ink)
    own, ink, grown = (mask.repeat(CELL, axis=0).repeat(CELL, axis=1) for mask in (own, ink, grown))
    grey = look.page[rows, columns].astype(np.float32)
    paper = np.median(grey if ink.all() else grey[~ink])
    darkness = paper - grey
    if darkness[own].mean() < 0:
        darkness = -darkness
    darkest = max(float(np.quantile(darkness[own], 0.9)), 1e-3)
    share = (darkness / darkest).clip(0, 1) * grown
    share[share < _FAINTEST] = 0
    return np.asarray(255 * share, np.uint8)
