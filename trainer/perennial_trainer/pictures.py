"""A training manifest, its pictures, and the order in which they come."""

from __future__ import annotations

import hashlib
import io
import json
import random
from collections import defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Callable, Iterator, Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from .augment import augment, resize
from .recipe import Recipe
from .store import CachedReader

_IMAGES_MAX = 5_000_000
_PIXELS_MAX = 4096 * 4096


class ManifestRefused(ValueError):
    """The manifest does not hold together; the message says where."""


@dataclass(frozen=True)
class Row:
    view: str
    sha256: str
    #: Position of the class in the manifest's list.
    label: int
    group: str


@dataclass(frozen=True)
class Manifest:
    class_names: tuple[str, ...]
    #: What missing an image of the class costs, by position.
    costs: tuple[float, ...]
    preprocessing: dict[str, Any]
    rows: tuple[Row, ...]
    digest: str


def read_manifest(data: bytes) -> Manifest:
    """Lines of JSON: a head with classes and preprocessing, then one line an image.

    :raises ManifestRefused: for anything else, and for fewer than two classes with images.
    """
    try:
        first, *lines = data.decode().splitlines()
        head = json.loads(first)
        classes = head["classes"]
        rows = tuple(Row(str(r["view"]), str(r["sha256"]), int(r["class"]), str(r["group"])) for r in map(json.loads, lines))
        names = tuple(str(each["name"]) for each in classes)
        costs = tuple(float(each.get("missCost", 1)) for each in classes)
        preprocessing = dict(head["preprocessing"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ManifestRefused(f"the manifest cannot be read: {error}") from error
    if head.get("kind") != "training-manifest" or head.get("version") != 1:
        raise ManifestRefused("this is not a training manifest of version 1")
    if not 0 < len(rows) <= _IMAGES_MAX or any(not 0 <= row.label < len(names) for row in rows):
        raise ManifestRefused("a row names a class that is not there, or there are no rows")
    if len({row.label for row in rows}) < 2:
        raise ManifestRefused("fewer than two classes have images")
    if any(len(row.sha256) != 64 or not all(c in "0123456789abcdef" for c in row.sha256) for row in rows):
        raise ManifestRefused("a row's hash is not a SHA-256")
    if any(not cost > 0 for cost in costs):
        raise ManifestRefused("costs must be above 0")
    return Manifest(names, costs, preprocessing, rows, hashlib.sha256(data).hexdigest())


def split_validation(rows: Sequence[Row], share: float, seed: int) -> tuple[list[int], list[int]]:
    """Positions to learn from and to validate on. No group is parted; each class gives its share where its groups allow it."""
    by_class: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for at, row in enumerate(rows):
        by_class[row.label][row.group].append(at)
    chosen: set[str] = set()
    for label in sorted(by_class):
        groups = sorted(by_class[label])
        random.Random(f"{seed}/{label}").shuffle(groups)
        images, wanted = sum(len(by_class[label][g]) for g in groups), share * sum(len(by_class[label][g]) for g in groups)
        held = sum(len(by_class[label][g]) for g in groups if g in chosen)
        left = sum(1 for g in groups if g not in chosen)
        for group in groups:
            size = len(by_class[label][group])
            # One group of the class stays to learn from, however few there are.
            if group in chosen or left <= 1 or held + size / 2 > wanted or held + size >= images:
                continue
            chosen.add(group)
            held, left = held + size, left - 1
    train = [at for at, row in enumerate(rows) if row.group not in chosen]
    return train, [at for at, row in enumerate(rows) if row.group in chosen]


class Order:
    """Which image comes when: a class's images in shuffled rounds, the classes by how balanced they are asked to be.

    The n-th image of an epoch depends on seed, epoch and n alone, so a run goes on after a crash where it was."""

    def __init__(self, labels: Sequence[int], members: Sequence[int], balance: float, seed: int) -> None:
        self._by_class: dict[int, list[int]] = defaultdict(list)
        for at in members:
            self._by_class[labels[at]].append(at)
        self._seed, self.length = seed, len(members)
        weights = {label: len(own) ** (1 - balance) for label, own in self._by_class.items()}
        total = sum(weights.values())
        exact = {label: weight / total * self.length for label, weight in weights.items()}
        self._quota = {label: int(value) for label, value in exact.items()}
        by_rest = sorted(exact, key=lambda label: (self._quota[label] - exact[label], label))
        for label in by_rest[: self.length - sum(self._quota.values())]:
            self._quota[label] += 1

    def _drawn(self, label: int, start: int, count: int) -> Iterator[int]:
        own = self._by_class[label]
        for place in range(start, start + count):
            turn, at = divmod(place, len(own))
            if place == start or at == 0:
                shuffled = own[:]
                random.Random(f"{self._seed}/{label}/{turn}").shuffle(shuffled)
            yield shuffled[at]

    def epoch(self, number: int) -> list[int]:
        drawn = [at for label, quota in sorted(self._quota.items()) for at in self._drawn(label, number * quota, quota)]
        random.Random(f"{self._seed}/epoch/{number}").shuffle(drawn)
        return drawn


class Pictures:
    """Model-input views as tensors, fetched and decoded in threads ahead of their use."""

    def __init__(self, manifest: Manifest, reader: CachedReader, recipe: Recipe) -> None:
        self.manifest, self._reader, self._recipe = manifest, reader, recipe
        p = manifest.preprocessing
        if p.get("layout") != "nchw" or p.get("type") != "float32":
            raise ManifestRefused("only models that take float32 pictures, channels first, are trained")
        self.side_of_model = (int(p["height"]), int(p["width"]))
        self._mean = torch.tensor([float(x) for x in p["mean"]])[:, None, None]
        self._std = torch.tensor([float(x) for x in p["std"]])[:, None, None]
        self._scale, self._bgr = float(p["scale"]), p["colourOrder"] == "bgr"
        self.threads = recipe.threads
        self._threads = ThreadPoolExecutor(recipe.loader_threads, thread_name_prefix="pictures")

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _decode(self, at: int) -> Tensor:
        row = self.manifest.rows[at]
        with Image.open(io.BytesIO(self._reader.read(row.view, row.sha256)), formats=["PNG"]) as picture:
            if picture.width * picture.height > _PIXELS_MAX:
                raise ManifestRefused(f"{row.view} is larger than any model's input")
            pixels = np.asarray(picture.convert("RGB"))
        return torch.from_numpy(pixels.copy()).permute(2, 0, 1).float() / 255

    def normalise(self, pictures: Tensor) -> Tensor:
        """Values 0 to 1 in red, green, blue as the model takes them: (byte × scale − mean) ÷ std in its own colour order."""
        ordered = pictures.flip(-3) if self._bgr else pictures
        return (ordered * 255 * self._scale - self._mean) / self._std

    def _augmented(self, at: int, side: int, seed: int) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        return augment(self._decode(at), side, self._recipe, generator)

    def plain(self, members: Sequence[int], side: int, batch_size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Batches without chance, in order: values 0 to 1 at `side` (0: the model's own), and labels."""
        return self._ahead([list(members[i : i + batch_size]) for i in range(0, len(members), batch_size)],
                           lambda at, _place: resize(self._decode(at)[None], side)[0] if side else self._decode(at))

    def changed(self, batches: Sequence[tuple[int, Sequence[int]]], side: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Augmented batches; each comes with the number that its chance is drawn from."""
        seeds = {at: number for at, (number, _) in enumerate(batches)}
        return self._ahead([list(members) for _, members in batches],
                           lambda at, place: self._augmented(at, side, (self._recipe.seed * 1_000_003 + seeds[place[0]] * 4096 + place[1]) % 2**63))

    def _ahead(self, batches: list[list[int]], make: Callable[[int, tuple[int, int]], Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
        ahead = 2
        waiting: list[list[Future[Tensor]]] = []

        def ask(number: int) -> None:
            if number < len(batches):
                waiting.append([self._threads.submit(make, at, (number, place)) for place, at in enumerate(batches[number])])

        for number in range(ahead):
            ask(number)
        try:
            for number, members in enumerate(batches):
                pictures = torch.stack([each.result() for each in waiting.pop(0)])
                ask(number + ahead)
                yield pictures, torch.tensor([self.manifest.rows[at].label for at in members])
        finally:
            for futures in waiting:
                for each in futures:
                    each.cancel()
