"""Measures whether fine-tuning earns its hours.

    node bench/model-views.ts SET FOLDER
    python measure_full.py FOLDER --backbone FILE --out FOLDER [--shares 1,0.2] [--seeds 1,2,3] [--recipe JSON] [--table]

In every period 60 % of the bursts are there to learn from and 40 % to test; of every period but the first, a share of the former is
labelled. *Head* is what a light retrain makes of these labels: multinomial logistic regression on the frozen backbone's embeddings at
the model's own size, its penalty chosen by held-out bursts, classes weighed alike, fitted on all of them. *Full* is what a full retrain hands over for the same
labels, "head only" included: the job is run as the training worker runs it, and the file that it leaves answers in ONNX Runtime.
Each run is written to OUT and not run again; `--table` prints what is there. Intervals are of the paired difference, by bootstrap over
bursts with all seeds of a burst together, so a picture that is tested under two seeds counts once.
"""

import argparse
import base64
import json
import random
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

from perennial_trainer.fine_tune import Hooks
from perennial_trainer.head import Head, choose_penalty, fit_head
from perennial_trainer.job import Runner
from perennial_trainer.pictures import Pictures, read_manifest
from perennial_trainer.recipe import read_recipe
from perennial_trainer.runtime import open_session
from perennial_trainer.store import CachedReader, FolderStore

PREPROCESSING = {"width": 224, "height": 224, "colourOrder": "rgb", "scale": 1 / 255, "mean": [0.5] * 3, "std": [0.5] * 3, "layout": "nchw", "type": "float32"}
ORDER = ("photo", "art_painting", "cartoon", "sketch", "green", "brown", "snow", "night_ir")


def periods_of(rows):
    there = {row["period"] for row in rows}
    return [each for each in ORDER if each in there] + sorted(there - set(ORDER))


def parted(rows, share, seed):
    """Rows to learn from and to test, no burst in both."""
    bursts = defaultdict(lambda: defaultdict(list))
    for row in rows:
        bursts[row["period"]][row["burst"]].append(row)
    train, test = [], []
    for period in periods_of(rows):
        names = sorted(bursts[period])
        random.Random(f"{seed}/{period}").shuffle(names)
        edge = round(0.6 * len(names))
        learn = names[:edge]
        if period != periods_of(rows)[0]:
            random.Random(f"{seed}/labelled/{period}").shuffle(learn)
            learn = learn[: round(share * len(learn))]
        train += [row for name in learn for row in bursts[period][name]]
        test += [row for name in names[edge:] for row in bursts[period][name]]
    return train, test


def manifest_of(rows, names):
    head = {"kind": "training-manifest", "version": 1, "classes": [{"name": n} for n in names], "preprocessing": PREPROCESSING}
    lines = [{"view": r["view"], "sha256": r["sha256"], "class": names.index(r["label"]), "group": r["burst"]} for r in rows]
    return "\n".join(json.dumps(each) for each in [head, *lines]).encode()


def embeddings(data, rows, names, store, cache):
    """By ONNX Runtime, as serving does."""
    session = open_session(data)
    pictures = Pictures(read_manifest(manifest_of(rows, names)), CachedReader(store, cache), read_recipe({"loaderThreads": 1}))
    name = session.get_inputs()[0].name
    found = [torch.from_numpy(session.run(["embedding"], {name: pictures.normalise(batch).numpy()})[0]) for batch, _ in pictures.plain(range(len(rows)), 0, 64)]
    pictures.close()
    return torch.cat(found)


def frozen_of(options, store, rows, names, cache):
    """Embeddings of every picture by the backbone as it is, kept in OUT: every run needs the same."""
    kept = options.out / "frozen.npy"
    if not kept.exists():
        np.save(kept, embeddings(options.backbone.read_bytes(), rows, names, store, cache).numpy())
    return {row["sha256"]: vector for row, vector in zip(rows, torch.from_numpy(np.load(kept)))}


def head_of(data):
    found = json.loads(data)
    read = lambda name: torch.from_numpy(np.frombuffer(base64.b64decode(found[name]), "<f4").copy())  # noqa: E731
    return Head(read("weights").reshape(-1, found["dimensions"]), read("bias"))


def run_one(options, store, rows, names, frozen, share, seed, cache):
    train, test = parted(rows, share, seed)
    recipe = {"seed": seed, "threads": 1, "loaderThreads": 1, **json.loads(options.recipe)}
    work = f"{options.out.name}-{share:g}-{seed}"
    runs = FolderStore(options.out / "store")
    runs.put(f"{work}/train.jsonl", manifest_of(train, names))
    runs.put(f"{work}/backbone.onnx", options.backbone.read_bytes())
    job = {"output": f"{work}/out", "recipe": recipe, "candidates": [{"name": "lite0", "backbone": f"{work}/backbone.onnx", "manifest": f"{work}/train.jsonl"}]}
    runs.put(f"{work}/job.json", json.dumps(job).encode())
    said = [0.0]

    def progress(told):
        if time.monotonic() - said[0] > 30:
            said[0] = time.monotonic()
            print(work, told, flush=True)

    begun, used = time.monotonic(), time.process_time()
    runner = Runner(_Both(runs, store), cache, Hooks(progress=progress))
    runner.frozen[f"{work}/backbone.onnx"] = dict(frozen)
    result = runner.run(f"{work}/job.json")
    seconds, cpu = time.monotonic() - begun, time.process_time() - used
    labels, truth = (torch.tensor([names.index(row["label"]) for row in part]) for part in (train, test))
    learn, held = (torch.stack([frozen[row["sha256"]] for row in part]) for part in (train, test))
    penalty = choose_penalty(learn, labels, [row["burst"] for row in train], len(names), True, seed)
    head = fit_head(learn, labels, len(names), penalty, True).logits(held).argmax(1) == truth
    model = runs.get(result["model"])
    full = head_of(runs.get(result["head"])).logits(embeddings(model, test, names, store, cache)).argmax(1) == truth
    images = [{"path": row["path"], "period": row["period"], "burst": row["burst"], "head": bool(a), "full": bool(b)} for row, a, b in zip(test, head, full)]
    return {"share": share, "seed": seed, "labelled": len(train), "recipe": recipe, "seconds": round(seconds, 1), "cpuSeconds": round(cpu, 1), "winner": result["winner"], "headOnly": result["headOnly"],
            "imagePasses": max(row["imagePasses"] for row in result["table"]), "candidates": result["table"], "history": result["history"], "images": images}


class _Both:
    """The runs' own folder, and behind it that of the pictures, which is only read."""

    def __init__(self, runs, pictures):
        self._runs, self._pictures = runs, pictures

    def get(self, key):
        return (self._pictures if key.startswith("views") else self._runs).get(key)

    def put(self, key, data):
        self._runs.put(key, data)


def compared(images, draws=10_000):
    """Accuracy of both in percent, and the difference with its 95 % interval: bursts drawn with replacement."""
    by_burst = defaultdict(lambda: [0, 0])
    for each in images:
        entry = by_burst[each["burst"]]
        entry[0] += each["full"] - each["head"]
        entry[1] += 1
    table = np.array(list(by_burst.values()))
    weights = np.random.default_rng(1).multinomial(len(table), np.full(len(table), 1 / len(table)), size=draws)
    drawn = 100 * (weights @ table[:, 0]) / (weights @ table[:, 1])
    share = lambda name: 100 * sum(each[name] for each in images) / len(images)  # noqa: E731
    return {"head": share("head"), "full": share("full"), "difference": share("full") - share("head"), "low": float(np.quantile(drawn, 0.025)), "high": float(np.quantile(drawn, 0.975)), "tested": len(images)}


def print_table(out):
    runs = [json.loads(path.read_bytes()) for path in sorted(out.glob("run-*.json"))]
    for share in sorted({run["share"] for run in runs}, reverse=True):
        own = [run for run in runs if run["share"] == share]
        print(f"\n{out.name}, {share:.0%} of the changed periods labelled: seeds {', '.join(str(run['seed']) for run in own)}; "
              f"{', '.join(str(run['labelled']) for run in own)} labels; {', '.join(str(run['imagePasses']) for run in own)} image-passes; "
              f"handed over: {', '.join(run['winner'] for run in own)}; {', '.join(str(round(run['cpuSeconds'])) for run in own)} CPU-seconds")
        print(f"{'period':<16}{'tested':>7}{'head':>8}{'full':>8}{'gain':>7}  95 % interval     gain by seed")
        periods = periods_of(own[0]["images"])
        for name, members in [*((period, {period}) for period in periods), ("changed periods", set(periods[1:])), ("all", set(periods))]:
            chosen = [[each for each in run["images"] if each["period"] in members] for run in own]
            figures = compared([each for run in chosen for each in run])
            seeds = " ".join(f"{compared(run, 10)['difference']:+.1f}" for run in chosen)
            print(f"{name:<16}{figures['tested']:>7}{figures['head']:>8.2f}{figures['full']:>8.2f}{figures['difference']:>+7.2f}  {figures['low']:+.2f} to {figures['high']:+.2f}    {seeds}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--backbone", type=Path)
    parser.add_argument("--shares", default="1,0.2")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--recipe", default="{}")
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if not options.table:
        torch.set_num_threads(1)
        rows = [json.loads(line) for line in (options.folder / "rows.jsonl").read_text().splitlines()]
        names = sorted({row["label"] for row in rows})
        store = FolderStore(options.folder)
        with tempfile.TemporaryDirectory() as cache:
            frozen = frozen_of(options, store, rows, names, Path(cache))
            for share in map(float, options.shares.split(",")):
                for seed in map(int, options.seeds.split(",")):
                    path = options.out / f"run-{share:g}-{seed}.json"
                    if not path.exists():
                        path.write_text(json.dumps(run_one(options, store, rows, names, frozen, share, seed, Path(cache))))
    print_table(options.out)


if __name__ == "__main__":
    main()
