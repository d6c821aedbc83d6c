"""Failures that another try would not mend."""

from __future__ import annotations

from .command import CommandRefused
from .fine_tune import Diverged
from .job import JobRefused
from .onnx_network import NetworkRefused
from .pictures import ManifestRefused
from .recipe import RecipeRefused
from .store import ObjectMissing

_REFUSALS = (JobRefused, RecipeRefused, ManifestRefused, NetworkRefused, Diverged, ObjectMissing, CommandRefused)


def is_refusal(error: BaseException) -> bool:
    return isinstance(error, _REFUSALS)
