"""The head: a linear layer on embeddings of length 1, fitted by L-BFGS; its temperature; and how well it does."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class Head:
    """Logits are `weights`·(e/|e|) + `bias`; probabilities their softmax after division by `temperature`."""

    weights: Tensor
    bias: Tensor
    temperature: float = 1.0

    def logits(self, embeddings: Tensor) -> Tensor:
        return F.normalize(embeddings, dim=1) @ self.weights.T + self.bias


def _class_weights(labels: Tensor, classes: int, balanced: bool) -> Tensor:
    counts = torch.bincount(labels, minlength=classes).clamp(min=1).double()
    return len(labels) / (classes * counts) if balanced else torch.ones(classes, dtype=torch.double)


def fit_head(embeddings: Tensor, labels: Tensor, classes: int, l2: float, balanced: bool = True, start: Head | None = None) -> Head:
    """Multinomial logistic regression on embeddings of length 1, to its optimum.

    :param l2: penalty on half the squared weights, per image; 1/(C·n) of scikit-learn's C.
    """
    unit = F.normalize(embeddings, dim=1).double()
    # Embeddings have much in common, which only the bias has to answer for: without it the steps are few.
    mean = unit.mean(0)
    unit = unit - mean
    weights = torch.zeros(classes, unit.shape[1], dtype=torch.double) if start is None else start.weights.double().clone()
    bias = torch.zeros(classes, dtype=torch.double) if start is None else start.bias.double() + start.weights.double() @ mean
    weights.requires_grad_(True), bias.requires_grad_(True)
    by_class = _class_weights(labels, classes, balanced)
    optimiser = torch.optim.LBFGS([weights, bias], max_iter=150, history_size=20, tolerance_grad=1e-7, tolerance_change=1e-10, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = F.cross_entropy(unit @ weights.T + bias, labels, by_class) + 0.5 * l2 * weights.square().sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    found = weights.detach()
    return Head(found.float(), (bias.detach() - found @ mean).float())


#: Penalty against the sum of the losses, 1/C of scikit-learn, strong to weak: what a light retrain chooses from.
_GRID = (10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
_FOLDS = 5
#: From here on one fifth is enough to judge by, as in a light retrain.
_ONE_SPLIT_FROM = 2_000


def choose_penalty(embeddings: Tensor, labels: Tensor, groups: Sequence[str], classes: int, balanced: bool, seed: int) -> float:
    """The penalty per image with the least log loss on images held out by group, as a light retrain chooses it: from
    strong to weak, until the loss rises."""
    names = sorted(set(groups))
    random.Random(f"{seed}/folds").shuffle(names)
    place = {name: at % _FOLDS for at, name in enumerate(names)}
    fold = torch.tensor([place[group] for group in groups])
    folds = [each for each in range(1 if len(labels) >= _ONE_SPLIT_FROM else _FOLDS) if bool((fold == each).any()) and len(labels[fold != each].unique()) > 1]
    heads: dict[int, Head] = {}
    best, chosen = math.inf, 0.1
    for strength in _GRID if folds else ():
        loss = 0.0
        for each in folds:
            learn = fold != each
            heads[each] = fit_head(embeddings[learn], labels[learn], classes, strength / int(learn.sum()), balanced, heads.get(each))
            loss += float(F.cross_entropy(heads[each].logits(embeddings[~learn]), labels[~learn], reduction="sum"))
        if loss >= best:
            break
        best, chosen = loss, strength
    return chosen / len(labels)


def choose_head(train: tuple[Tensor, Tensor], validation: tuple[Tensor, Tensor], classes: int, balanced: bool = True) -> tuple[Head, float]:
    """The head whose penalty does best on the validation images, with that penalty per image."""
    best: tuple[float, Head, float] | None = None
    for strength in _GRID if len(validation[1]) else (0.1,):
        head = fit_head(*train, classes, strength / len(train[1]), balanced, best[1] if best else None)
        loss = float(F.cross_entropy(head.logits(validation[0]), validation[1])) if len(validation[1]) else 0.0
        if best is not None and loss >= best[0]:
            break
        best = (loss, head, strength / len(train[1]))
    assert best is not None
    return best[1], best[2]


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """What logits are divided by so that the validation images are least surprising (Guo and others, arXiv 1706.04599)."""
    if len(labels) == 0:
        return 1.0
    log = torch.zeros((), dtype=torch.double, requires_grad=True)
    optimiser = torch.optim.LBFGS([log], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = F.cross_entropy(logits.double() / log.exp(), labels)
        loss.backward()
        return loss

    optimiser.step(closure)
    return float(log.detach().exp().clamp(0.05, 20))


def measure(logits: Tensor, labels: Tensor, classes: int) -> dict[str, float]:
    """Accuracy, macro-F1, log loss, calibration error (15 bins) and recall of each class that is there."""
    if len(labels) == 0:
        return {}
    probabilities = logits.softmax(1)
    confidence, answers = probabilities.max(1)
    right = (answers == labels).double()
    found: dict[str, float] = {"accuracy": float(right.mean()), "log_loss": float(F.cross_entropy(logits, labels))}
    scores = []
    for each in range(classes):
        hits = float(((answers == each) & (labels == each)).sum())
        there, said = float((labels == each).sum()), float((answers == each).sum())
        if there:
            found[f"recall_class_{each}"] = hits / there
        if there or said:
            scores.append(2 * hits / (there + said))
    found["macro_f1"] = sum(scores) / len(scores)
    bins = (confidence * 15).long().clamp(max=14)
    found["ece"] = sum(float((bins == b).double().mean()) * abs(float((confidence[bins == b].double() - right[bins == b]).mean())) for b in bins.unique())
    return found
