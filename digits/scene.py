"""A digit drawn as people hand it in: on paper, by a pen, under a lamp, through a camera."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.morphology import skeletonize

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
    coverage = _coverage(digit, scene)[..., np.newaxis]
    picture = np.empty((FRAME, FRAME, 3))
    picture[:] = scene.paper
    if scene.lines:
        picture[_ruling(scene, random)] = scene.lines
    picture = picture * (1 - coverage) + np.array(scene.ink) * coverage
    picture *= _light(scene.shadow, random)[..., np.newaxis]
    if scene.blur:
        picture = ndimage.gaussian_filter(picture, (scene.blur, scene.blur, 0))
    picture += random.normal(0, scene.noise, picture.shape) if scene.noise else 0
    return _encode(Image.fromarray(picture.clip(0, 255).round().astype(np.uint8)), scene.quality)


def _coverage(digit: NDArray[np.uint8], scene: Scene) -> NDArray[np.float64]:
    """Return how much ink lies on each pixel: float array (FRAME, FRAME), 0 to 1."""
    side = round(scene.size)
    large = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    frame = Image.new("L", (FRAME, FRAME))
    frame.paste(large, ((FRAME - side) // 2, (FRAME - side) // 2))
    angle, center = np.radians(scene.rotation), FRAME / 2
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turn = turn @ np.array([[1, scene.shear], [0, 1]])
    offset = center - turn @ (center + np.array(scene.shift))
    matrix = (*turn[0], offset[0], *turn[1], offset[1])
    moved = frame.transform(frame.size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)
    grey = np.asarray(moved) / 255
    if scene.pen is None:
        # Enlarging blurs the edges of strokes; a pen's are two or three pixels wide.
        return np.clip((grey - 0.5) * side / 28 / 2 + 0.5, 0, 1)
    distance = ndimage.distance_transform_edt(~skeletonize(grey > 0.5))
    return np.clip(scene.pen / 2 + 0.5 - distance, 0, 1)


def _ruling(scene: Scene, random: Random) -> NDArray[np.bool_]:
    """Return where lines are printed, some 40 pixels apart: bool array (FRAME, FRAME)."""
    spacing = random.integers(34, 46)
    on_line = (np.arange(FRAME) + random.integers(spacing)) % spacing < scene.line_width
    rows = np.broadcast_to(on_line[:, np.newaxis], (FRAME, FRAME))
    return rows | on_line if scene.grid else rows


def _light(shadow: float, random: Random) -> NDArray[np.float64]:
    """Return the light's share that falls on each pixel: it fades across the paper, and a shadow
    with a soft edge lies over part of it."""
    angle, place = random.uniform(0, 2 * np.pi), random.uniform(-0.3, 0.3)
    y, x = np.mgrid[-0.5 : 0.5 : FRAME * 1j, -0.5 : 0.5 : FRAME * 1j]
    across = x * np.cos(angle) + y * np.sin(angle) - place
    in_light = np.clip(across / 0.04 + 0.5, 0, 1)
    fading = 1 - 0.3 * (1 - shadow) * (0.5 + x * np.sin(angle) - y * np.cos(angle))
    light: NDArray[np.float64] = (shadow + (1 - shadow) * in_light) * fading
    return light


def _encode(picture: Image.Image, quality: int | None) -> bytes:
    file = io.BytesIO()
    if quality:
        picture.save(file, "JPEG", quality=quality)
    else:
        picture.save(file, "PNG", compress_level=1)
    return file.getvalue()
