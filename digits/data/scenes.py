"""Scenes: a digit drawn on paper, by a pen, under a lamp, through a camera."""

import io
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from digits.data.handwriting import trace

FRAME = 280
Color = tuple[int, int, int]
Random = np.random.Generator


@dataclass(frozen=True)
class Scene:
    """How a digit is drawn and photographed; lengths are in pixels of a 280 x 280 picture."""

    size: float = 170
    """Of MNIST's 28 x 28, in which a digit fills 20 x 20."""
    shift: tuple[float, float] = (0, 0)
    rotation: float = 0
    """Degrees, anticlockwise."""
    shear: float = 0
    pen: float | None = None
    """Width of the pen; None leaves the strokes as they were."""
    paper: Color = (255, 255, 255)
    ink: Color = (15, 15, 20)
    lines: Color | None = None
    line_width: int = 1
    grid: bool = False
    shadow: float = 1
    """Brightness in the shadow as a share of that in the light."""
    blur: float = 0
    noise: float = 0
    """Standard deviation, of 255 grey levels."""
    quality: int | None = None
    """Of a JPEG file; None makes a PNG file."""


def draw(digit: NDArray[np.uint8], scene: Scene, random: Random) -> bytes:
    """Draw a uint8 digit (28, 28), ink bright, as a picture file of 280 x 280 pixels."""
    picture = Image.new("RGB", (FRAME, FRAME), scene.paper)
    if scene.lines:
        picture.paste(scene.lines, mask=_ruling(scene, random))
    picture.paste(scene.ink, mask=_coverage(digit, scene))
    if scene.shadow < 1:
        picture = ImageChops.multiply(picture, _light(scene.shadow, random))
    if scene.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(scene.blur))
    if scene.noise:
        noise = scene.noise * random.standard_normal((FRAME, FRAME, 3), np.float32)
        noisy = (noise + np.asarray(picture)).clip(0, 255)
        picture = Image.fromarray(noisy.round().astype(np.uint8))
    return _encode(picture, scene.quality)


def _coverage(digit: NDArray[np.uint8], scene: Scene) -> Image.Image:
    """Return how much ink lies on each pixel, 0 to 255: an image of FRAME x FRAME."""
    side = round(scene.size)
    large = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    frame = Image.new("L", (FRAME, FRAME))
    frame.paste(large, ((FRAME - side) // 2, (FRAME - side) // 2))
    if scene.rotation or scene.shear or any(scene.shift):
        frame = _moved(frame, scene)
    if scene.pen is None:
        # Enlarging blurs the edges of strokes; a pen's are two or three pixels wide.
        sharpened = (np.arange(256) - 127.5) * max(side / 28 / 2, 1) + 127.5
        return frame.point(sharpened.clip(0, 255).round().astype(int).tolist())
    coverage = trace(np.asarray(frame) > 127, scene.pen)
    return Image.fromarray((255 * coverage).astype(np.uint8))


def _moved(frame: Image.Image, scene: Scene) -> Image.Image:
    """Shear, turn and shift an image around its centre."""
    angle, center = math.radians(scene.rotation), FRAME / 2
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    turn = turn @ np.array([[1, scene.shear], [0, 1]])
    offset = center - turn @ (center + np.array(scene.shift))
    matrix = (*turn[0], offset[0], *turn[1], offset[1])
    return frame.transform(frame.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


def _ruling(scene: Scene, random: Random) -> Image.Image:
    """Return where lines are printed, some 40 pixels apart: an image of FRAME x FRAME."""
    spacing = random.integers(34, 46)
    on_line = (np.arange(FRAME) + random.integers(spacing)) % spacing < scene.line_width
    rows = np.broadcast_to(on_line[:, np.newaxis], (FRAME, FRAME))
    return Image.fromarray(rows | on_line if scene.grid else rows)


def _light(shadow: float, random: Random) -> Image.Image:
    """Return the light that falls on each pixel, 0 to 255 in each colour: it fades across the
    paper, and a shadow with a soft edge lies over part of it."""
    angle, place = random.uniform(0, 2 * np.pi), random.uniform(-0.3, 0.3)
    x = np.linspace(-0.5, 0.5, FRAME, dtype=np.float32)
    y = x[:, np.newaxis]
    cos, sin = math.cos(angle), math.sin(angle)
    across = x * cos + y * sin - place
    in_light = np.clip(across / 0.04 + 0.5, 0, 1)
    fading = 1 - 0.3 * (1 - shadow) * (0.5 + x * sin - y * cos)
    light = 255 * (shadow + (1 - shadow) * in_light) * fading
    return Image.fromarray(light.clip(0, 255).round().astype(np.uint8)).convert("RGB")


def _encode(picture: Image.Image, quality: int | None) -> bytes:
    file = io.BytesIO()
    if quality:
        picture.save(file, "JPEG", quality=quality)
    else:
        picture.save(file, "PNG", compress_level=0)  # it lives for a moment only
    return file.getvalue()
