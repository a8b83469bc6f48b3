"""A picture as it is looked at: turned, where its lines run up or down, so that they are level."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.reading.instances import Box


@dataclass(frozen=True, eq=False)
class View:
    """A grey picture, turned about its middle."""

    pixels: NDArray[np.uint8]
    """uint8 array (height, width), turned."""
    shape: tuple[int, ...]
    """Height and width of the picture as it was."""
    angle: float = 0.0
    """By how much it was turned, in radians, anticlockwise."""

    @classmethod
    def of(cls, picture: NDArray[np.uint8], angle: float = 0.0) -> "View":
        """Turn a picture, uint8 array (height, width), whose edges go on around it."""
        if not angle:
            return cls(picture, picture.shape)
        sin, cos = abs(math.sin(angle)), abs(math.cos(angle))
        rim = math.ceil(max(picture.shape) * sin * cos)
        padded = Image.fromarray(np.pad(picture, rim, mode="edge"))
        turned = padded.rotate(math.degrees(angle), Image.Resampling.BICUBIC)
        rows, columns = picture.shape
        across = (turned.width - columns * cos - rows * sin) // 2
        down = (turned.height - rows * cos - columns * sin) // 2
        box = across, down, turned.width - across, turned.height - down
        return cls(np.asarray(turned.crop(box)), picture.shape, angle)

    def part(self, box: Box) -> NDArray[np.float32]:
        """Return the pixels of the view in a box, as far as it is on the view: at least one."""
        left, top, right, bottom = (max(round(side), 0) for side in box)
        height, width = self.pixels.shape
        left, top = min(left, width - 1), min(top, height - 1)
        rows, columns = slice(top, max(bottom, top + 1)), slice(left, max(right, left + 1))
        return self.pixels[rows, columns].astype(np.float32)

    def to_picture(self, box: Box) -> Box:
        """Return where on the picture a box of the view is: the box around its ellipse, since a
        digit's ink reaches no corner of its box."""
        sin, cos = math.sin(self.angle), math.cos(self.angle)
        (height, width), (rows, columns) = self.pixels.shape, self.shape
        x, y = (box[0] + box[2] - width) / 2, (box[1] + box[3] - height) / 2
        x, y = columns / 2 + x * cos - y * sin, rows / 2 + x * sin + y * cos
        across, down = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
        across, down = math.hypot(across * cos, down * sin), math.hypot(across * sin, down * cos)
        return x - across, y - down, x + across, y + down

    def holds(self, box: Box) -> bool:
        """Whether the middle of a box of the view is on the picture."""
        left, top, right, bottom = self.to_picture(box)
        height, width = self.shape
        return 0 <= left + right <= 2 * width and 0 <= top + bottom <= 2 * height
