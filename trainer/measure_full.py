"""Measures whether fine-tuning earns its hours: `python measure_full.py FOLDER --out FILE [--share 1.0] [--seed 1] [--recipe JSON] [--backbone FILE]`

FOLDER holds `rows224.jsonl` (path, label, period, burst, view, sha256) and the views it names, made by the product's own code. In every
period 60 % of the bursts are there to learn from and 40 % to test; of every period but the first, `--share` of the former are labelled.
The head is multinomial logistic regression (C = 100 and what validation prefers) on the frozen backbone's embeddings of all labelled
images; the network is what a job with one candidate returns. Prints accuracy by period with exact intervals of the paired difference.
"""

import argparse
import json
import random
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import onnx
import torch

from perennial_trainer.fine_tune import Hooks, embed, prepare
from perennial_trainer.head import Head, fit_head
from perennial_trainer.job import Runner
from perennial_trainer.onnx_network import OnnxNetwork
from perennial_trainer.pictures import Pictures, read_manifest
from perennial_trainer.recipe import read_recipe
from perennial_trainer.store import CachedReader, FolderStore

PREPROCESSING = {"width": 224, "height": 224, "colourOrder": "rgb", "scale": 1 / 255, "mean": [0.5] * 3, "std": [0.5] * 3, "layout": "nchw", "type": "float32"}


def parted(rows, share, seed):
    """Rows to learn from and to test, no burst in both."""
    groups = defaultdict(lambda: defaultdict(list))
    for row in rows:
        groups[row["period"]][row.get("burst") or row["path"]].append(row)
    first = rows_order(rows)[0]
    train, test = [], []
    for period in rows_order(rows):
        names = sorted(groups[period])
        random.Random(f"{seed}/{period}").shuffle(names)
        edge = round(0.6 * len(names))
        learn = [row for name in names[:edge] for row in groups[period][name]]
        test += [row for name in names[edge:] for row in groups[period][name]]
        random.Random(f"{seed}/labelled/{period}").shuffle(learn)
        train += learn if period == first else learn[: round(share * len(learn))]
    return train, test


def rows_order(rows, order=("photo", "art_painting", "cartoon", "sketch", "green", "brown", "snow", "night_ir")):
    periods = {row["period"] for row in rows}
    return [p for p in order if p in periods] + sorted(periods - set(order))


def manifest_of(rows, names):
    head = {"kind": "training-manifest", "version": 1, "classes": [{"name": n} for n in names], "preprocessing": PREPROCESSING}
    lines = [{"view": r["view"], "sha256": r["sha256"], "class": names.index(r["label"]), "group": r.get("burst") or r["path"]} for r in rows]
    return "\n".join(json.dumps(each) for each in [head, *lines]).encode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--backbone", type=Path, required=True)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--recipe", default="{}")
    options = parser.parse_args()
    rows = [json.loads(line) for line in (options.folder / "rows224.jsonl").read_text().splitlines()]
    names = sorted({row["label"] for row in rows})
    train, test = parted(rows, options.share, options.seed)
    recipe = {"seed": options.seed, "threads": 1, "loaderThreads": 1, **json.loads(options.recipe)}
    store = FolderStore(options.folder)
    work = f"runs/{options.out.stem}-{options.share}-{options.seed}"
    store.put(f"{work}/train.jsonl", manifest_of(train, names))
    store.put(f"{work}/backbone.onnx", options.backbone.read_bytes())
    job = {"output": f"{work}/out", "recipe": recipe, "candidates": [{"name": "lite0", "backbone": f"{work}/backbone.onnx", "manifest": f"{work}/train.jsonl"}]}
    store.put(f"{work}/job.json", json.dumps(job).encode())
    said = [0.0]

    def progress(told):
        if time.monotonic() - said[0] > 20:
            said[0] = time.monotonic()
            print(told, flush=True)

    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as cache:
        result = Runner(store, Path(cache), Hooks(progress=progress)).run(f"{work}/job.json")
        seconds = time.monotonic() - begun
        device = prepare(read_recipe(recipe))
        read = read_recipe(recipe)
        reader = CachedReader(store, Path(cache))
        learn, held = (Pictures(read_manifest(manifest_of(part, names)), reader, read) for part in (train, test))

        def embeddings(data, pictures, count):
            return embed(OnnxNetwork(onnx.load_model_from_string(data)).to(device), pictures, range(count), 0, device, Hooks(), "measuring")

        before = options.backbone.read_bytes()
        frozen, labels = embeddings(before, learn, len(train))
        frozen_test, truth = embeddings(before, held, len(test))
        heads = {"head C=100": fit_head(frozen, labels, len(names), 1 / (100 * len(train)), False), "head C=1000": fit_head(frozen, labels, len(names), 1 / (1000 * len(train)), True)}
        answers = {name: head.logits(frozen_test).argmax(1) for name, head in heads.items()}
        own = json.loads(store.get(result["head"]))
        import base64
        import numpy as np
        weights = torch.from_numpy(np.frombuffer(base64.b64decode(own["weights"]), "<f4").copy()).reshape(len(names), -1)
        bias = torch.from_numpy(np.frombuffer(base64.b64decode(own["bias"]), "<f4").copy())
        tuned, _ = embeddings(store.get(result["model"]), held, len(test))
        answers["network"] = Head(weights, bias).logits(tuned).argmax(1)
    table = {}
    periods = [row["period"] for row in test]
    for period in [*rows_order(rows), "all"]:
        members = torch.tensor([period in (each, "all") for each in periods])
        table[period] = {"images": int(members.sum()), **{name: round(100 * float((found == truth)[members].double().mean()), 2) for name, found in answers.items()}}
        network, head = (answers["network"] == truth)[members], (answers["head C=100"] == truth)[members]
        table[period]["network right, head wrong"], table[period]["head right, network wrong"] = int((network & ~head).sum()), int((head & ~network).sum())
    found = {"folder": options.folder.name, "share": options.share, "seed": options.seed, "labelled": len(train), "recipe": recipe, "seconds": round(seconds, 1), "winner": result["winner"], "passes": result["metrics"]["image_passes"], "table": table, "candidates": result["table"], "history": result["history"]}
    options.out.write_text(json.dumps(found, indent=1))
    print(json.dumps({k: v for k, v in found.items() if k != "history"}, indent=1))


if __name__ == "__main__":
    main()
