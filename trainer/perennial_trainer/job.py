"""One full retrain, from a job's description in the store to its results in the store. Nothing here knows what runs it."""

from __future__ import annotations

import hashlib
import json
import math
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import Tensor

from .export import export, head_as_json, latency_ms
from .fine_tune import Embedded, Hooks, Result, Split, calibrated, embed, fine_tune, prepare, probe, scored
from .head import Head, choose_head
from .onnx_network import OnnxNetwork
from .pictures import Manifest, Pictures, read_manifest, split_validation
from .recipe import Recipe, read_recipe
from .store import CachedReader, ObjectMissing, ObjectStore
from .tournament import Entry, pareto, plan_round, survivors, winner

_COMPARED = 8


class JobRefused(ValueError):
    """The job's description does not hold together; trying again would not help."""


@dataclass(frozen=True)
class Candidate:
    name: str
    #: Keys of the backbone's ONNX file and of the manifest whose views fit it.
    backbone: str
    manifest: str
    freeze_share: float


@dataclass(frozen=True)
class Job:
    output: str
    recipe: Recipe
    candidates: tuple[Candidate, ...]
    #: Minutes that a tournament may take; 0 is no limit.
    minutes: float


def read_job(data: bytes) -> Job:
    """:raises JobRefused, RecipeRefused:"""
    try:
        found = json.loads(data)
        recipe = read_recipe(found.get("recipe", {}))
        candidates = tuple(Candidate(str(c["name"]), str(c["backbone"]), str(c["manifest"]), float(c.get("freezeShare", recipe.freeze_share))) for c in found["candidates"])
        job = Job(str(found["output"]).rstrip("/"), recipe, candidates, float(found.get("minutes", 0)))
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise JobRefused(f"the job cannot be read: {error}") from error
    if not 1 <= len(job.candidates) <= 64 or len({c.name for c in job.candidates}) != len(job.candidates) or job.minutes < 0:
        raise JobRefused("a job has 1 to 64 candidates, each with a name of its own")
    if any(not 0 <= c.freeze_share <= 1 for c in job.candidates):
        raise JobRefused("a candidate's freezeShare is between 0 and 1")
    return job


class Runner:
    """Runs a job. Finished parts are kept in the store, so a second try goes on where the first one ended."""

    def __init__(self, store: ObjectStore, cache: Path, hooks: Hooks) -> None:
        self._store, self._hooks = store, hooks
        self._reader = CachedReader(store, cache / "objects")
        #: By backbone, then by a view's hash: embeddings of backbones as they came, which every candidate of a backbone starts from.
        self.frozen: dict[str, dict[str, Tensor]] = {}

    def _get(self, key: str) -> bytes | None:
        try:
            return self._store.get(key)
        except ObjectMissing:
            return None

    def run(self, job_key: str) -> dict[str, Any]:
        """Writes `model.onnx`, `head.json` and `result.json` under the job's output; answers with what result.json says.

        :raises JobRefused, RecipeRefused, ManifestRefused, NetworkRefused: for what another try would not mend.
        :raises Cancelled, Diverged, StoreUnavailable, ExportDiffers:
        """
        data = self._store.get(job_key)
        job = read_job(data)
        done = self._get(f"{job.output}/result.json")
        digest = hashlib.sha256(data).hexdigest()
        if done is not None and json.loads(done).get("job") == digest:
            return json.loads(done)
        device = prepare(job.recipe)
        begun = time.monotonic()
        entries = self._probes(job, digest, device) + self._rounds(job, digest, device, begun)
        result = self._result(job, digest, winner(entries), entries, device, time.monotonic() - begun)
        self._store.put(f"{job.output}/result.json", json.dumps(result, indent=1).encode())
        return result

    def _probes(self, job: Job, digest: str, device: torch.device) -> list[Entry]:
        """The head alone on each backbone: cheap, and what everything else has to beat."""
        seen: dict[str, Candidate] = {}
        for candidate in job.candidates:
            seen.setdefault(candidate.backbone, candidate)
        return [self._kept(job, digest, f"{candidate.name.split('/')[0]}/head only", candidate, replace(job.recipe, image_passes_max=0), device) for candidate in seen.values()]

    def _rounds(self, job: Job, digest: str, device: torch.device, begun: float) -> list[Entry]:
        """Sequential halving: everyone gets a little, the better half gets twice that, until one is left (Karnin and others, 2013)."""
        if job.recipe.head_only:
            return []
        left, entries, number = list(job.candidates), [], 0
        while left:
            passes = plan_round(job.recipe.image_passes_max, len(job.candidates), len(left))
            round_entries = []
            for place, candidate in enumerate(left):
                allowed = self._affordable(job, begun, entries, passes, len(left) - place)
                if allowed == 0:
                    break
                entry = self._kept(job, digest, f"{candidate.name}/round {number + 1}" if len(job.candidates) > 1 else candidate.name, candidate,
                                   replace(job.recipe, image_passes_max=allowed, freeze_share=candidate.freeze_share), device)
                round_entries.append((candidate, entry))
            entries += [entry for _, entry in round_entries]
            if len(left) == 1 or len(round_entries) < len(left):
                break
            left, number = survivors(round_entries), number + 1
        return entries

    def _affordable(self, job: Job, begun: float, entries: list[Entry], passes: int, waiting: int) -> int:
        """Image-passes that fit into a fair share of the time that is left; 0 where it is up."""
        if not job.minutes:
            return passes
        left = job.minutes * 60 - (time.monotonic() - begun)
        speeds = [entry.passes / entry.seconds for entry in entries if entry.seconds > 0 and entry.passes]
        if left <= 0:
            return 0
        return passes if not speeds else min(passes, int(left / waiting * min(speeds)))

    def _kept(self, job: Job, digest: str, name: str, candidate: Candidate, recipe: Recipe, device: torch.device) -> Entry:
        """One candidate's training, or what an earlier try kept of it."""
        slot = f"{job.output}/parts/{hashlib.sha256(f'{digest}/{name}'.encode()).hexdigest()[:16]}"
        kept = self._get(f"{slot}/entry.json")
        if kept is not None:
            return Entry.from_json(json.loads(kept))
        entry = self._train(slot, name, candidate, recipe, device, f"{digest}/{name}")
        self._store.put(f"{slot}/entry.json", json.dumps(entry.to_json()).encode())
        return entry

    def _open(self, candidate: Candidate, recipe: Recipe) -> tuple[OnnxNetwork, Pictures, Split]:
        manifest = read_manifest(self._store.get(candidate.manifest))
        network = OnnxNetwork(onnx.load_model_from_string(self._store.get(candidate.backbone)))
        train, validation = split_validation(manifest.rows, recipe.validation_share, recipe.seed)
        return network, Pictures(manifest, self._reader, recipe), Split(train, validation)

    def _train(self, slot: str, name: str, candidate: Candidate, recipe: Recipe, device: torch.device, fingerprint: str) -> Entry:
        hooks = replace(self._hooks, progress=lambda told: self._hooks.progress({"candidate": name, **told}))
        network, pictures, split = self._open(candidate, recipe)
        begun = time.monotonic()
        try:
            network.to(device)
            place = hashlib.sha256(f"{candidate.backbone} {candidate.manifest}".encode()).hexdigest()[:16]
            start, complete, embedded = self._probe_heads(f"{slot.rsplit('/', 1)[0]}/probe-{place}.json", network, pictures, split, recipe, device, hooks, self.frozen.setdefault(candidate.backbone, {}))
            tuned = Result(start, {}, 0, False)
            if not recipe.head_only:
                checkpoint = f"{slot}/checkpoint.pt"
                own = replace(hooks, load=lambda: self._get(checkpoint), save=lambda data: self._store.put(checkpoint, data))
                tuned = fine_tune(network, pictures, split, start, recipe, device, own, fingerprint)
            seconds = time.monotonic() - begun
            if embedded is None or not recipe.head_only:
                embedded = tuple(embed(network, pictures, members, 0, device, hooks, "embedding with what was learnt") for members in (split.train, split.validation))
            train, validation = embedded
            judged, source = (start, "fitted on all images") if recipe.head_only else _better_head(tuned.head, train, validation, pictures.manifest, recipe)
            # The head alone costs nothing to fit again, so what is handed over has learnt from the validation images too.
            head = complete if recipe.head_only else judged
            seen = tuple(torch.cat(parts) for parts in zip(train, validation)) if recipe.head_only and len(validation[1]) else train
            sample = [at for at in (split.validation or split.train)][:_COMPARED]
            exported = export(network, head, torch.cat([pictures.normalise(batch) for batch, _ in pictures.plain(sample, 0, _COMPARED)]))
        finally:
            pictures.close()
        self._store.put(f"{slot}/model.onnx", exported.data)
        self._store.put(f"{slot}/head.json", json.dumps(head_as_json(head, *seen)).encode())
        return Entry(
            name=name, slot=slot, backbone=candidate.backbone, manifest=candidate.manifest, head_only=recipe.head_only, freeze_share=recipe.freeze_share, passes=tuned.image_passes,
            seconds=seconds, size=len(exported.data), latency_ms=latency_ms(exported.data), sha256=hashlib.sha256(exported.data).hexdigest(),
            weights_digest=exported.weights_digest, temperature=head.temperature, head_source=source, logit_difference=exported.logit_difference,
            embedding_difference=exported.embedding_difference, stopped_early=tuned.stopped_early, history=tuned.history,
            validation=scored(judged, validation, len(pictures.manifest.class_names)), train_images=len(split.train), validation_images=len(split.validation),
        )

    def _probe_heads(self, key: str, network: OnnxNetwork, pictures: Pictures, split: Split, recipe: Recipe, device: torch.device, hooks: Hooks, known: dict[str, Tensor]) -> tuple[Head, Head, tuple[Embedded, ...] | None]:
        """The head that fine-tuning starts from and the one fitted on every image; kept, so that a second try need not look at every picture again."""
        kept = self._get(key)
        if kept is not None:
            start, complete = (Head(torch.tensor(each["weights"]), torch.tensor(each["bias"]), each["temperature"]) for each in json.loads(kept))
            return start, complete, None
        found = probe(network, pictures, split, recipe, device, hooks, known)
        self._store.put(key, json.dumps([{"weights": head.weights.tolist(), "bias": head.bias.tolist(), "temperature": head.temperature} for head in (found.head, found.complete)]).encode())
        return found.head, found.complete, (found.train, found.validation)

    def _result(self, job: Job, digest: str, best: Entry, entries: list[Entry], device: torch.device, seconds: float) -> dict[str, Any]:
        for name in ("model.onnx", "head.json"):
            self._store.put(f"{job.output}/{name}", self._store.get(f"{best.slot}/{name}"))
        manifest = read_manifest(self._store.get(best.manifest))
        return {
            "kind": "training-result", "version": 1, "job": digest, "model": f"{job.output}/model.onnx", "sha256": best.sha256, "weightsDigest": best.weights_digest,
            "head": f"{job.output}/head.json", "winner": best.name, "headOnly": best.head_only, "metrics": best.metrics(list(manifest.class_names)), "history": best.history,
            "table": pareto(entries), "seconds": round(seconds, 1), "device": device.type, "torch": torch.__version__,
        }


def _better_head(learnt: Head, train: tuple[Tensor, Tensor], validation: tuple[Tensor, Tensor], manifest: Manifest, recipe: Recipe) -> tuple[Head, str]:
    """The head that was learnt, or one fitted anew on the final embeddings at the model's own size: what does better on
    the validation images. Pictures seen small while training shift the embeddings a little (Touvron and others, arXiv 1906.06423)."""
    classes = len(manifest.class_names)
    fitted, _ = choose_head(train, validation, classes, recipe.balance > 0.5)

    def rank(head: Head) -> tuple[float, float]:
        figures = scored(head, validation, classes)
        return figures.get("accuracy", 0.0), -figures.get("log_loss", math.inf)

    best, source = (fitted, "fitted anew") if rank(fitted) >= rank(learnt) else (learnt, "learnt with the network")
    return calibrated(best, validation), source
