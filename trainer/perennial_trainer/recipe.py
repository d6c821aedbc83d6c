"""What a full retrain may be told, with what it does when it is told nothing. One place, checked at the door."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Mapping


class RecipeRefused(ValueError):
    """A setting that is not known or not in its range; the message names it."""


@dataclass(frozen=True)
class Recipe:
    """Shares are 0 to 1, rates are those of AdamW (Loshchilov and Hutter, arXiv 1711.05101)."""

    seed: int = 20261124
    deterministic: bool = False
    #: Training images seen, each pass counted: the budget of the whole run. 0 is "head only".
    image_passes_max: int = 8000
    batch_size: int = 32
    #: Batches whose gradients are summed before a step.
    accumulate: int = 1
    #: Side of the training pictures in pixels; 0 is the model's own. Smaller is faster and is said in the report.
    side: int = 160
    learning_rate: float = 6e-4
    #: Rate of the head, as a factor on `learning_rate`.
    head_rate: float = 10.0
    #: Rate of the first layer as a factor of the last layer's; between them it falls evenly on a log scale (Howard and Ruder, arXiv 1801.06146).
    first_layer_rate: float = 0.1
    weight_decay: float = 0.02
    warmup_share: float = 0.1
    #: Share of the places at which the network can be parted below which nothing learns. A fifth (stem and first blocks, edges
    #: and colours) is most of the pixels: without it an epoch takes 0.6 of the time.
    freeze_share: float = 0.2
    #: Exponential moving average of the weights, per step; 0 is off. Its start is warmed, so that short runs use it too.
    average: float = 0.99
    label_smoothing: float = 0.05
    #: Parameter of mixup's beta distribution (Zhang and others, arXiv 1710.09412); 0 is off.
    mixup: float = 0.0
    #: 0 draws images as they come, 1 draws each class equally often; between them by the power of the class's count.
    balance: float = 1.0
    #: Weigh an image's loss by what missing its class costs.
    cost_weighted: bool = True
    crop_share_min: float = 0.4
    flip: bool = True
    #: Strength of changes in brightness, contrast and saturation.
    colour: float = 0.3
    blur_share: float = 0.1
    #: Share of pictures shown without colour, as cameras do at night by infrared.
    grey_share: float = 0.15
    #: Epochs without a better validation loss before it ends; 0 never ends early.
    patience: int = 3
    validation_share: float = 0.15
    checkpoint_seconds: float = 60.0
    loader_threads: int = 2
    #: 0 leaves the number of threads to PyTorch.
    threads: int = 0
    mixed_precision: bool = True

    @property
    def head_only(self) -> bool:
        return self.image_passes_max == 0


_RANGES: dict[str, tuple[float, float]] = {
    "image_passes_max": (0, 100_000_000), "batch_size": (1, 1024), "accumulate": (1, 256), "side": (0, 1024), "learning_rate": (1e-7, 1.0),
    "head_rate": (0.0, 1000.0), "first_layer_rate": (1e-6, 1.0), "weight_decay": (0.0, 1.0), "warmup_share": (0.0, 0.9), "freeze_share": (0.0, 1.0),
    "average": (0.0, 0.99999), "label_smoothing": (0.0, 0.9), "mixup": (0.0, 10.0), "balance": (0.0, 1.0), "crop_share_min": (0.05, 1.0),
    "colour": (0.0, 1.0), "blur_share": (0.0, 1.0), "grey_share": (0.0, 1.0), "patience": (0, 10_000), "validation_share": (0.02, 0.5),
    "checkpoint_seconds": (0.0, 86_400.0), "loader_threads": (1, 64), "threads": (0, 256), "seed": (0, 2**53),
}


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def read_recipe(values: Mapping[str, Any]) -> Recipe:
    """A recipe out of JSON with names in camelCase.

    :raises RecipeRefused: for a name that is not known, a value of another kind, or one outside its range.
    """
    fields = {field.name: field for field in dataclasses.fields(Recipe)}
    given: dict[str, Any] = {}
    for name, value in values.items():
        key = _snake(name)
        if key not in fields:
            raise RecipeRefused(f"{name} is not a setting of a full retrain")
        wanted = type(fields[key].default)
        right = isinstance(value, bool) if wanted is bool else isinstance(value, (int, float)) and not isinstance(value, bool)
        if not right or not math.isfinite(value) or (wanted is int and value != int(value)):
            raise RecipeRefused(f"{name} must be {'true or false' if wanted is bool else 'a whole number' if wanted is int else 'a number'}")
        if key in _RANGES and not _RANGES[key][0] <= value <= _RANGES[key][1]:
            raise RecipeRefused(f"{name} must be between {_RANGES[key][0]:g} and {_RANGES[key][1]:g}")
        given[key] = wanted(value)
    return Recipe(**given)
