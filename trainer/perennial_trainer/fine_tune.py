"""Linear probe, then fine-tune: the whole network learns from the fitted head, its first layers slowest, averaged over steps.

Naive fine-tuning distorts what the backbone knew before its head is any good; starting from the fitted head avoids that
(Kumar and others, arXiv 2202.10054)."""

from __future__ import annotations

import io
import math
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .augment import mix
from .head import Head, choose_penalty, fit_head, fit_temperature, measure
from .onnx_network import OnnxNetwork
from .pictures import Order, Pictures
from .recipe import Recipe
from .runtime import open_session


class Cancelled(RuntimeError):
    """Somebody asked for the run to end."""


class Diverged(RuntimeError):
    """The loss is not a number any more: the learning rate is too high for these pictures."""


@dataclass
class Hooks:
    """What a run tells and asks on its way."""

    progress: Callable[[dict[str, Any]], None] = lambda _: None
    cancelled: Callable[[], bool] = lambda: False
    load: Callable[[], bytes | None] = lambda: None
    save: Callable[[bytes], None] = lambda _: None
    now: Callable[[], float] = time.monotonic


@dataclass
class Result:
    head: Head
    #: Metrics on the validation images.
    validation: dict[str, float]
    #: Logits and labels of the validation images, in the manifest's order.
    image_passes: int
    stopped_early: bool
    #: One entry an epoch: loss, validation figures, images a second, seconds.
    history: list[dict[str, float]] = field(default_factory=list)


def prepare(recipe: Recipe) -> torch.device:
    """Threads, seeds and determinism for this process; answers with the device that is there."""
    if recipe.threads:
        torch.set_num_threads(recipe.threads)
    torch.manual_seed(recipe.seed)
    torch.use_deterministic_algorithms(recipe.deterministic, warn_only=False)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@torch.no_grad()
def embed(network: OnnxNetwork, pictures: Pictures, members: Sequence[int], side: int, device: torch.device, hooks: Hooks, stage: str) -> tuple[Tensor, Tensor]:
    """Embeddings and labels of images as they are, at a side (0: the model's own)."""
    if not members:
        return torch.zeros(0, 1), torch.zeros(0, dtype=torch.long)
    network.eval()
    run = by_runtime(network, len(network.steps), pictures.threads) if device.type == "cpu" else lambda batch: network(batch.to(device)).cpu()
    found, labels, since = [], [], hooks.now()
    for batch, own in pictures.plain(members, side, 64):
        if hooks.cancelled():
            raise Cancelled()
        found.append(run(pictures.normalise(batch)))
        labels.append(own)
        done = sum(len(each) for each in labels)
        speed = done / max(hooks.now() - since, 1e-9)
        hooks.progress({"stage": stage, "images": done, "of": len(members), "imagesPerSecond": round(speed, 1), "secondsLeft": round((len(members) - done) / speed)})
    return torch.cat(found), torch.cat(labels)


def by_runtime(network: OnnxNetwork, end: int, threads: int) -> Callable[[Tensor], Tensor]:
    """The first `end` steps of a network as it is now. On a CPU ONNX Runtime is about three times as fast as PyTorch, and it is what will serve."""
    session = open_session(network.part_as_onnx(end).SerializeToString(), threads)
    return lambda batch: torch.from_numpy(session.run(None, {network.input_name: batch.contiguous().numpy()})[0])


@dataclass(frozen=True)
class Split:
    train: Sequence[int]
    validation: Sequence[int]


Embedded = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Probe:
    """The head alone on a backbone as it is: what fine-tuning starts from and has to beat."""

    #: Fitted on the training images, calibrated on the validation images.
    head: Head
    #: The same penalty and temperature, fitted on every image: what is handed over where the head alone wins.
    complete: Head
    train: Embedded
    validation: Embedded


#: Embeddings that are held in memory at most, of about 5 kB each.
_KNOWN_MAX = 50_000


def _embed_known(network: OnnxNetwork, pictures: Pictures, members: Sequence[int], device: torch.device, hooks: Hooks, known: dict[str, Tensor], stage: str) -> Embedded:
    """As `embed` at the model's own side, looking only at pictures whose embedding is not known yet."""
    rows = pictures.manifest.rows
    fresh = [at for at in members if rows[at].sha256 not in known]
    found = dict(zip(fresh, embed(network, pictures, fresh, 0, device, hooks, stage)[0])) if fresh else {}
    known.update({rows[at].sha256: vector for at, vector in list(found.items())[: max(0, _KNOWN_MAX - len(known))]})
    vectors = [found[at] if at in found else known[rows[at].sha256] for at in members]
    return torch.stack(vectors) if vectors else torch.zeros(0, 1), torch.tensor([rows[at].label for at in members], dtype=torch.long)


def probe(network: OnnxNetwork, pictures: Pictures, split: Split, recipe: Recipe, device: torch.device, hooks: Hooks, known: dict[str, Tensor]) -> Probe:
    """:param known: embeddings of this very network by their view's hash; what is missing is added."""
    train = _embed_known(network, pictures, split.train, device, hooks, known, "embedding the pictures")
    validation = _embed_known(network, pictures, split.validation, device, hooks, known, "embedding the validation pictures")
    classes, balanced, rows = len(pictures.manifest.class_names), recipe.balance > 0.5, pictures.manifest.rows
    every = (torch.cat([train[0], validation[0]]) if len(validation[1]) else train[0], torch.cat([train[1], validation[1]]))
    penalty = choose_penalty(*every, [rows[at].group for at in (*split.train, *split.validation)], classes, balanced, recipe.seed)
    head = calibrated(fit_head(*train, classes, penalty, balanced), validation)
    complete = fit_head(*every, classes, penalty, balanced, head)
    return Probe(head, Head(complete.weights, complete.bias, head.temperature), train, validation)


def calibrated(head: Head, validation: tuple[Tensor, Tensor]) -> Head:
    temperature = fit_temperature(head.logits(validation[0]), validation[1]) if len(validation[1]) else 1.0
    return Head(head.weights, head.bias, temperature)


def scored(head: Head, validation: tuple[Tensor, Tensor], classes: int) -> dict[str, float]:
    if not len(validation[1]):
        return {}
    fitted = calibrated(head, validation)
    return measure(fitted.logits(validation[0]) / fitted.temperature, validation[1], classes)


class _Learner:
    """Weights, their average, and the optimiser: what a checkpoint holds."""

    def __init__(self, network: OnnxNetwork, head: Head, recipe: Recipe, device: torch.device) -> None:
        self.network, self.recipe = network.to(device), recipe
        self.cut = network.cut_at(recipe.freeze_share)
        self.head_weights = nn.Parameter(head.weights.to(device).clone())
        self.head_bias = nn.Parameter(head.bias.to(device).clone())
        frozen = network.parameters_before(self.cut)
        groups = []
        for parameter, depth in network.depths():
            parameter.requires_grad_(id(parameter) not in frozen)
            if parameter.requires_grad:
                rate = recipe.learning_rate * recipe.first_layer_rate ** (1 - depth)
                groups.append({"params": [parameter], "lr": rate, "weight_decay": recipe.weight_decay if parameter.dim() > 1 else 0.0})
        groups.append({"params": [self.head_weights, self.head_bias], "lr": recipe.learning_rate * recipe.head_rate, "weight_decay": 0.0})
        self.learning = [p for group in groups for p in group["params"]]
        self.rates = [group["lr"] for group in groups]
        self.optimiser = torch.optim.AdamW(groups)
        self.average = [p.detach().clone() for p in self.learning]
        # What does not learn is computed by what computes it fastest.
        self._frozen = by_runtime(network, self.cut, recipe.threads) if self.cut and device.type == "cpu" else None

    def logits(self, pictures: Tensor) -> Tensor:
        with torch.no_grad():
            below = pictures if not self.cut else self._frozen(pictures) if self._frozen else self.network.run(pictures, 0, self.cut)
        embeddings = self.network.run(below, self.cut)
        return F.linear(F.normalize(embeddings, dim=1), self.head_weights, self.head_bias)

    def step(self, at: int, steps: int) -> None:
        """One update, with the rates of a cosine after a warm-up (Loshchilov and Hutter, arXiv 1608.03983)."""
        warm = max(1, round(self.recipe.warmup_share * steps))
        factor = (at + 1) / warm if at < warm else 0.5 * (1 + math.cos(math.pi * (at - warm) / max(1, steps - warm)))
        for group, rate in zip(self.optimiser.param_groups, self.rates):
            group["lr"] = rate * factor
        nn.utils.clip_grad_norm_(self.learning, 5.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        keep = min(self.recipe.average, (1 + at) / (10 + at)) if self.recipe.average else 0.0
        with torch.no_grad():
            for mean, parameter in zip(self.average, self.learning):
                mean.lerp_(parameter, 1 - keep)

    def swapped(self, values: Sequence[Tensor]) -> list[Tensor]:
        """Puts other values in the place of the weights; answers with those that were there."""
        before = [p.detach().clone() for p in self.learning]
        with torch.no_grad():
            for parameter, value in zip(self.learning, values):
                parameter.copy_(value)
        return before

    def head(self) -> Head:
        return Head(self.head_weights.detach().cpu().clone(), self.head_bias.detach().cpu().clone())


def _batches(order: Order, batch_size: int, per_epoch: int, start: int, end: int) -> Iterator[tuple[int, list[int]]]:
    """Batches `start` to `end` of the run, each with its number."""
    epoch, drawn = -1, []
    for number in range(start, end):
        if number // per_epoch != epoch:
            epoch = number // per_epoch
            drawn = order.epoch(epoch)
        place = number % per_epoch
        yield number, drawn[place * batch_size : (place + 1) * batch_size]


def fine_tune(network: OnnxNetwork, pictures: Pictures, split: Split, start: Head, recipe: Recipe, device: torch.device, hooks: Hooks, fingerprint: str) -> Result:
    """Trains the network in place, to the best average of its weights on the validation images.

    :param start: the head fitted on the network as it comes in.
    :param fingerprint: of everything the run depends on; a checkpoint of another run is not gone on from.
    :raises Cancelled, Diverged:
    """
    classes = len(pictures.manifest.class_names)
    learner = _Learner(network, start, recipe, device)
    order = Order([row.label for row in pictures.manifest.rows], split.train, recipe.balance, recipe.seed)
    size = min(recipe.batch_size, order.length)
    per_epoch = max(1, order.length // size)
    total = max(1, recipe.image_passes_max // size)
    updates = max(1, total // recipe.accumulate)
    side = recipe.side or pictures.side_of_model[0]
    cost = torch.tensor(pictures.manifest.costs, device=device)
    cost = (cost / cost.mean()) if recipe.cost_weighted else torch.ones_like(cost)
    state = _State(learner, fingerprint)
    state.load(hooks.load())
    begun, saved, seen_since = hooks.now(), hooks.now(), 0
    resumed = {"resumedFrom": state.batch * size} if state.batch else {}
    losses: list[float] = []
    for number, (batch, labels) in zip(range(state.batch, total), pictures.changed(list(_batches(order, size, per_epoch, state.batch, total)), side)):
        if hooks.cancelled():
            raise Cancelled()
        if state.finished:
            break
        network.train()
        chance = torch.Generator().manual_seed((recipe.seed * 7 + number) % 2**63)
        targets = F.one_hot(labels, classes).float() * (1 - recipe.label_smoothing) + recipe.label_smoothing / classes
        weight = cost[labels].cpu()
        batch, targets = mix(batch, targets, recipe.mixup, chance)
        with torch.autocast(device.type, enabled=recipe.mixed_precision and device.type == "cuda", dtype=torch.bfloat16):
            logits = learner.logits(pictures.normalise(batch).to(device))
        each = -(targets.to(device) * logits.float().log_softmax(1)).sum(1) * weight.to(device)
        loss = each.sum() / weight.sum()
        value = float(loss.detach())
        if not math.isfinite(value):
            raise Diverged(f"the loss is not a number after {number} batches: lower the learning rate")
        (loss / recipe.accumulate).backward()
        losses.append(value)
        if (number + 1) % recipe.accumulate == 0 or number + 1 == total:
            learner.step(number // recipe.accumulate, updates)
        seen_since += len(labels)
        state.batch = number + 1
        elapsed = hooks.now() - begun
        speed = seen_since / max(elapsed, 1e-9)
        told = {"stage": "training", "epoch": number // per_epoch + 1, "epochs": -(-total // per_epoch), "loss": round(sum(losses[-20:]) / len(losses[-20:]), 4),
                "images": state.batch * size, "of": total * size, "imagesPerSecond": round(speed, 1), "secondsLeft": round((total - state.batch) * size / max(speed, 1e-9)), **resumed}
        hooks.progress(told)
        if state.batch % per_epoch == 0 or state.batch == total:
            _validate(state, pictures, split, side, device, hooks, {"loss": sum(losses) / len(losses), "images_per_second": speed, "seconds": elapsed})
            losses = []
        if hooks.now() - saved >= recipe.checkpoint_seconds or state.batch == total:
            hooks.save(state.dump())
            saved = hooks.now()
    learner.swapped(state.best)
    return Result(learner.head(), {}, state.batch * size, state.finished and state.batch < total, state.history)


class _State:
    """How far a run is. A checkpoint holds tensors and numbers alone and is read as such."""

    def __init__(self, learner: _Learner, fingerprint: str) -> None:
        self.learner, self.fingerprint = learner, fingerprint
        self.batch, self.best_loss, self.worse, self.finished = 0, math.inf, 0, False
        self.best = [each.clone() for each in learner.average]
        self.history: list[dict[str, float]] = []

    def dump(self) -> bytes:
        stream = io.BytesIO()
        torch.save({
            "fingerprint": self.fingerprint, "batch": self.batch, "best_loss": self.best_loss, "worse": self.worse, "finished": self.finished,
            "history": self.history, "weights": [p.detach().cpu() for p in self.learner.learning], "average": [p.cpu() for p in self.learner.average],
            "best": [p.cpu() for p in self.best], "gradients": [None if p.grad is None else p.grad.cpu() for p in self.learner.learning],
            "optimiser": self.learner.optimiser.state_dict(),
        }, stream)
        return stream.getvalue()

    def load(self, data: bytes | None) -> None:
        """Goes on from a checkpoint of the same run; any other is left alone."""
        if data is None:
            return
        try:
            found = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
        except Exception:  # noqa: BLE001 - a torn or foreign file is no checkpoint, whatever it is instead
            return
        if not isinstance(found, dict) or found.get("fingerprint") != self.fingerprint:
            return
        self.batch, self.best_loss, self.worse, self.finished, self.history = (found[k] for k in ("batch", "best_loss", "worse", "finished", "history"))
        self.learner.swapped(found["weights"])
        for parameter, gradient in zip(self.learner.learning, found["gradients"]):
            parameter.grad = None if gradient is None else gradient.to(parameter.device)
        device = self.learner.learning[0].device
        self.learner.average = [each.to(device) for each in found["average"]]
        self.best = [each.to(device) for each in found["best"]]
        self.learner.optimiser.load_state_dict(found["optimiser"])


def _validate(state: _State, pictures: Pictures, split: Split, side: int, device: torch.device, hooks: Hooks, entry: dict[str, float]) -> None:
    """Measures the averaged weights, keeps the best, and says when it is enough."""
    learner, classes = state.learner, len(pictures.manifest.class_names)
    before = learner.swapped(learner.average)
    validation = embed(learner.network, pictures, split.validation, side, device, hooks, "validating")
    figures = scored(learner.head(), validation, classes)
    learner.swapped(before)
    loss = figures.get("log_loss", -float(state.batch))
    if loss < state.best_loss:
        state.best_loss, state.worse = loss, 0
        state.best = [each.clone() for each in learner.average]
    else:
        state.worse += 1
        state.finished = 0 < learner.recipe.patience <= state.worse
    state.history.append({**entry, **{f"validation_{name}": value for name, value in figures.items() if not name.startswith("recall")}})
