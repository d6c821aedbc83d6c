"""Measures how hard a stream is for a frozen backbone: `python measure.py BACKBONE.onnx STREAM...`

Needs numpy, pillow, onnxruntime and scikit-learn. Per stream and period, accuracy (%) on the 40 % of bursts kept apart of
  static      a model of the first period's 60 %
  before      a model of all earlier periods' 60 %
  quarter     the first period's 60 % and a random quarter of the images of each later period so far (mean of three draws)
  everything  the 60 % of every period so far
Model: multinomial logistic regression (C = 100) on L2-normalised embeddings. Bursts are never parted between the 60 and the 40 %.
"""

import csv
import random
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image
from sklearn.linear_model import LogisticRegression

SIDE, SHARE = 224, 0.875


def tensor(path):
    """A picture as 3 x 224 x 224 floats in -1..1: shorter side to 256, middle square of 224."""
    picture = Image.open(path).convert("RGB")
    scale = SIDE / SHARE / min(picture.size)
    picture = picture.resize([round(side * scale) for side in picture.size], Image.BICUBIC)
    left, top = ((side - SIDE) // 2 for side in picture.size)
    square = np.asarray(picture.crop((left, top, left + SIDE, top + SIDE)), np.float32)
    return ((square / 255 - 0.5) / 0.5).transpose(2, 0, 1)


def embeddings(session, folder, rows, batch=32):
    parts = []
    for start in range(0, len(rows), batch):
        pictures = np.stack([tensor(folder / row["path"]) for row in rows[start : start + batch]])
        parts.append(session.run(["embedding"], {"image": pictures})[0])
    found = np.concatenate(parts)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def training_mask(rows, periods):
    """True for the images of 60 % of each period's bursts."""
    chance, chosen = random.Random(7), set()
    for period in periods:
        bursts = sorted({row["burst"] for row in rows if row["period"] == period})
        chance.shuffle(bursts)
        chosen |= set(bursts[: int(0.6 * len(bursts))])
    return np.array([row["burst"] in chosen for row in rows])


def measure(session, folder):
    rows = list(csv.DictReader((folder / "index.csv").open()))
    periods = list(dict.fromkeys(row["period"] for row in rows))
    features = embeddings(session, folder, rows)
    labels, when = (np.array([row[key] for row in rows]) for key in ("label", "period"))
    learn = training_mask(rows, periods)

    def accuracy(seen, test):
        model = LogisticRegression(C=100, max_iter=2000).fit(features[seen], labels[seen])
        return 100 * model.score(features[test], labels[test])

    def quarter(index, draw):
        later = np.isin(when, periods[1 : index + 1]) & (np.random.default_rng(draw).random(len(rows)) < 0.25 / 0.6)
        return learn & ((when == periods[0]) | later)

    for index, period in enumerate(periods):
        test = (when == period) & ~learn
        static = accuracy(learn & (when == periods[0]), test)
        everything = accuracy(learn & np.isin(when, periods[: index + 1]), test)
        line = f"{folder}\t{period}\t{test.sum()}\tstatic {static:.1f}"
        if index:
            before = accuracy(learn & np.isin(when, periods[:index]), test)
            part = np.mean([accuracy(quarter(index, draw), test) for draw in range(3)])
            line += f"\tbefore {before:.1f}\tquarter {part:.1f}"
        print(f"{line}\teverything {everything:.1f}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    backbone = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
    for name in sys.argv[2:]:
        measure(backbone, Path(name))
