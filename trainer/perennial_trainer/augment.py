"""What happens to pictures in the field, done to training pictures: another place in the frame, another light, a hand-held
blur, a night in infrared. All chance comes from the generator that is given, so a step can be repeated exactly."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from .recipe import Recipe

_LUMA = (0.299, 0.587, 0.114)


def _uniform(generator: torch.Generator, low: float, high: float) -> float:
    return low + (high - low) * float(torch.rand((), generator=generator))


def _crop(picture: Tensor, side: int, recipe: Recipe, generator: torch.Generator) -> Tensor:
    """A window of a random share and shape of the picture, brought to `side` (Szegedy and others, arXiv 1409.4842)."""
    _, height, width = picture.shape
    share = _uniform(generator, recipe.crop_share_min, 1.0)
    aspect = math.exp(_uniform(generator, math.log(3 / 4), math.log(4 / 3)))
    area = share * height * width
    wide = min(width, max(1, round(math.sqrt(area * aspect))))
    high = min(height, max(1, round(math.sqrt(area / aspect))))
    left = int(_uniform(generator, 0, width - wide + 1))
    top = int(_uniform(generator, 0, height - high + 1))
    window = picture[None, :, top : top + high, left : left + wide]
    return F.interpolate(window, (side, side), mode="bilinear", antialias=True, align_corners=False)[0]


def _grey(picture: Tensor) -> Tensor:
    return (picture * picture.new_tensor(_LUMA)[:, None, None]).sum(0, keepdim=True)


def _colour(picture: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    brightness, contrast, saturation = (_uniform(generator, 1 - strength, 1 + strength) for _ in range(3))
    picture = picture * brightness
    grey = _grey(picture)
    picture = (picture - grey.mean()) * contrast + grey.mean()
    grey = _grey(picture)
    return ((picture - grey) * saturation + grey).clamp(0, 1)


def _blur(picture: Tensor, generator: torch.Generator) -> Tensor:
    sigma = _uniform(generator, 0.3, 1.5)
    offsets = torch.arange(-3, 4, dtype=picture.dtype)
    kernel = torch.exp(-(offsets**2) / (2 * sigma**2))
    kernel = kernel / kernel.sum()
    rows = F.conv2d(F.pad(picture[:, None], (3, 3, 0, 0), mode="reflect"), kernel[None, None, None, :])
    return F.conv2d(F.pad(rows, (0, 0, 3, 3), mode="reflect"), kernel[None, None, :, None])[:, 0]


def augment(picture: Tensor, side: int, recipe: Recipe, generator: torch.Generator) -> Tensor:
    """One picture 3×H×W with values 0 to 1, changed and brought to `side`×`side`."""
    picture = _crop(picture, side, recipe, generator)
    if recipe.flip and _uniform(generator, 0, 1) < 0.5:
        picture = picture.flip(2)
    if recipe.colour > 0:
        picture = _colour(picture, recipe.colour, generator)
    if _uniform(generator, 0, 1) < recipe.grey_share:
        picture = _grey(picture).expand(3, -1, -1)
    if _uniform(generator, 0, 1) < recipe.blur_share:
        picture = _blur(picture, generator)
    return picture


def resize(pictures: Tensor, side: int) -> Tensor:
    """Pictures N×3×H×W brought to `side` without chance, as validation sees them."""
    if pictures.shape[-1] == side and pictures.shape[-2] == side:
        return pictures
    return F.interpolate(pictures, (side, side), mode="bilinear", antialias=True, align_corners=False)


def mix(pictures: Tensor, targets: Tensor, strength: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Each picture with a share of another, and its target likewise (mixup)."""
    if strength <= 0 or len(pictures) < 2:
        return pictures, targets
    # A beta variate by the ratio of two gamma variates; torch's own beta takes no generator.
    share = _beta(strength, generator)
    order = torch.randperm(len(pictures), generator=generator)
    return share * pictures + (1 - share) * pictures[order], share * targets + (1 - share) * targets[order]


def _beta(strength: float, generator: torch.Generator) -> float:
    """Beta(a, a) by Jöhnk's method: powers of two uniforms, taken again until they fit."""
    for _ in range(1000):
        x = _uniform(generator, 0, 1) ** (1 / strength)
        y = _uniform(generator, 0, 1) ** (1 / strength)
        if 0 < x + y <= 1:
            return x / (x + y)
    return 0.5
