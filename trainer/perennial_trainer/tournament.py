"""Who goes on, who is good enough for what it costs: the arithmetic of a tournament between candidates."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any, Sequence, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Entry:
    """What became of one candidate in one round."""

    name: str
    slot: str
    backbone: str
    manifest: str
    head_only: bool
    freeze_share: float
    passes: int
    seconds: float
    size: int
    latency_ms: float
    sha256: str
    weights_digest: str
    temperature: float
    head_source: str
    logit_difference: float
    embedding_difference: float
    stopped_early: bool
    validation: dict[str, float]
    train_images: int
    validation_images: int
    history: list[dict[str, float]] = field(default_factory=list)

    @property
    def rank(self) -> tuple[float, float, bool]:
        """Higher is better: accuracy, then log loss; where both are equal, the head alone, which is the smaller change."""
        return self.validation.get("accuracy", 0.0), -self.validation.get("log_loss", math.inf), self.head_only

    def metrics(self, class_names: list[str]) -> dict[str, float]:
        named = {}
        for key, value in self.validation.items():
            place = key.removeprefix("recall_class_")
            named[f"validation_recall_{class_names[int(place)]}" if place != key else f"validation_{key}"] = value
        return {
            **named, "image_passes": self.passes, "training_images": self.train_images, "validation_images": self.validation_images, "training_seconds": round(self.seconds, 2),
            "export_logit_difference": self.logit_difference, "export_embedding_difference": self.embedding_difference, "latency_ms": round(self.latency_ms, 3), "temperature": self.temperature,
        }

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(values: dict[str, Any]) -> "Entry":
        return Entry(**values)


def plan_round(passes: int, candidates: int, left: int) -> int:
    """Image-passes of each candidate that is left, so that every round costs the same and all of them together `passes`."""
    rounds = max(1, math.ceil(math.log2(candidates)) + (1 if candidates > 1 else 0))
    return max(1, passes // (rounds * left))


def survivors(entries: Sequence[tuple[T, Entry]]) -> list[T]:
    """The better half, rounded up so that it shrinks: of three two, of two one."""
    ranked = sorted(entries, key=lambda pair: pair[1].rank, reverse=True)
    return [candidate for candidate, _ in ranked[: math.ceil(len(ranked) / 2)]] if len(ranked) > 1 else []


def winner(entries: Sequence[Entry]) -> Entry:
    """The best entry; but a trained network takes the place of the head alone only where the validation images show it
    no worse in accuracy and in log loss, and better in one. A few right answers more, bought with confident wrong ones, are luck."""

    def no_worse(entry: Entry, than: Entry) -> bool:
        return all(a >= b for a, b in zip(entry.rank[:2], than.rank[:2]))

    alone = max((entry for entry in entries if entry.head_only), key=lambda entry: entry.rank, default=None)
    allowed = [entry for entry in entries if alone is None or entry is alone or (not entry.head_only and no_worse(entry, alone))]
    return max(allowed, key=lambda entry: entry.rank)


def pareto(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """A row an entry, best accuracy first. On the front is what nothing else beats in accuracy, latency and size at once."""

    def beats(a: Entry, b: Entry) -> bool:
        no_worse = a.validation.get("accuracy", 0) >= b.validation.get("accuracy", 0) and a.latency_ms <= b.latency_ms and a.size <= b.size
        return no_worse and (a.validation.get("accuracy", 0) > b.validation.get("accuracy", 0) or a.latency_ms < b.latency_ms or a.size < b.size)

    rows = []
    for entry in sorted(entries, key=lambda each: each.rank, reverse=True):
        rows.append({
            "name": entry.name, "headOnly": entry.head_only, "freezeShare": entry.freeze_share, "accuracy": entry.validation.get("accuracy"), "macroF1": entry.validation.get("macro_f1"),
            "logLoss": entry.validation.get("log_loss"), "validationImages": entry.validation_images, "latencyMs": round(entry.latency_ms, 2), "bytes": entry.size,
            "imagePasses": entry.passes, "seconds": round(entry.seconds, 1), "onFront": not any(beats(other, entry) for other in entries),
        })
    return rows
