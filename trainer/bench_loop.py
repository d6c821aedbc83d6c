"""The epoch loop of a full retrain beside a plain PyTorch loop that does the same: `python bench_loop.py --backbone FILE [--turns 10] [--images 320] [--side 128]`.

Both fine-tune the whole of EfficientNet-Lite0 (the plain one from random weights, which cost the same) on the same PNG pictures with the same augmentation, batch size, loss, AdamW,
clipping and average of the weights. The plain loop is a Dataset, a DataLoader, an nn.Module and a for; it reports, saves, resumes and can
be cancelled by nothing. A turn runs both, each over a fifth of the pictures and over all of them: the difference is the loop, and what is left of the short run is
what happens once (reading, the optimiser, ours with its checkpoint). Prints a line of JSON a turn, in CPU-seconds.
"""

import argparse
import hashlib
import io
import json
import time
from dataclasses import replace

import numpy as np
import onnx
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, Dataset

from perennial_trainer.augment import augment
from perennial_trainer.fine_tune import Hooks, Split, fine_tune
from perennial_trainer.head import Head
from perennial_trainer.onnx_network import OnnxNetwork
from perennial_trainer.pictures import Manifest, Pictures, Row
from perennial_trainer.recipe import read_recipe

CLASSES = 4
PREPROCESSING = {"width": 224, "height": 224, "colourOrder": "rgb", "scale": 1 / 255, "mean": [0.5] * 3, "std": [0.5] * 3, "layout": "nchw", "type": "float32"}
#: Expansion, kernel, stride, channels and repeats of the network's blocks.
STAGES = ((1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1))


class Block(nn.Module):
    def __init__(self, inside, out, expansion, kernel, stride):
        super().__init__()
        wide = inside * expansion
        layers = [nn.Conv2d(inside, wide, 1), nn.ReLU6()] if expansion > 1 else []
        self.layers = nn.Sequential(*layers, nn.Conv2d(wide, wide, kernel, stride, kernel // 2, groups=wide), nn.ReLU6(), nn.Conv2d(wide, out, 1))
        self.adds = stride == 1 and inside == out

    def forward(self, x):
        return x + self.layers(x) if self.adds else self.layers(x)


class Lite0(nn.Module):
    """With the norms folded into the convolutions, as in the file."""

    def __init__(self):
        super().__init__()
        blocks, channels = [], 32
        for expansion, kernel, stride, out, repeats in STAGES:
            for place in range(repeats):
                blocks.append(Block(channels, out, expansion, kernel, stride if place == 0 else 1))
                channels = out
        self.features = nn.Sequential(nn.Conv2d(3, 32, 3, 2, 1), nn.ReLU6(), *blocks, nn.Conv2d(channels, 1280, 1), nn.ReLU6())
        self.head = nn.Linear(1280, CLASSES)

    def forward(self, x):
        return self.head(F.normalize(self.features(x).mean((2, 3)), dim=1))


class Files(Dataset):
    def __init__(self, files, recipe):
        self.files, self.recipe = files, recipe

    def __len__(self):
        return len(self.files)

    def __getitem__(self, at):
        picture = torch.from_numpy(np.asarray(Image.open(io.BytesIO(self.files[at])).convert("RGB")).copy()).permute(2, 0, 1).float() / 255
        return (augment(picture, self.recipe.side, self.recipe, torch.Generator().manual_seed(at)) - 0.5) / 0.5, at % CLASSES


def plain(files, recipe):
    network = Lite0().to(memory_format=torch.channels_last).train()
    optimiser = torch.optim.AdamW(network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay)
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(recipe.average))
    loader = DataLoader(Files(files, recipe), recipe.batch_size, shuffle=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, len(loader))
    for pictures, labels in loader:
        loss = F.cross_entropy(network(pictures.contiguous(memory_format=torch.channels_last)), labels, label_smoothing=recipe.label_smoothing)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        average.update_parameters(network)
        loss.item()


class Memory:
    def __init__(self, files):
        self.files = files

    def read(self, view, _digest):
        return self.files[int(view)]


def ours(model, files, recipe):
    manifest = Manifest(tuple("abcd"), (1.0,) * CLASSES, PREPROCESSING, tuple(Row(str(at), hashlib.sha256(data).hexdigest(), at % CLASSES, str(at)) for at, data in enumerate(files)), "")
    pictures, recipe = Pictures(manifest, Memory(files), recipe), replace(recipe, image_passes_max=len(files))
    head = Head(torch.zeros(CLASSES, 1280), torch.zeros(CLASSES))
    fine_tune(OnnxNetwork(model), pictures, Split(range(len(files)), []), head, recipe, torch.device("cpu"), Hooks(), "")
    pictures.close()


def timed(work, files):
    """CPU-seconds of the loop over all pictures but a fifth, and of what happens once."""
    def cost(count):
        begun = time.process_time()
        work(files[:count])
        return time.process_time() - begun

    short, long = cost(len(files) // 5), cost(len(files))
    return long - short, short - (long - short) / 4


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--backbone", required=True)
    parser.add_argument("--turns", type=int, default=10)
    parser.add_argument("--images", type=int, default=320)
    parser.add_argument("--side", type=int, default=128)
    options = parser.parse_args()
    torch.set_num_threads(1)
    recipe = read_recipe({"side": options.side, "freezeShare": 0, "threads": 1, "loaderThreads": 1, "patience": 0, "costWeighted": False})
    random = np.random.default_rng(1)
    files = []
    for _ in range(options.images):
        stream = io.BytesIO()
        Image.fromarray(np.kron(random.integers(0, 255, (28, 28, 3)), np.ones((8, 8, 1))).astype("u1")).save(stream, "PNG")
        files.append(stream.getvalue())
    model = onnx.load(options.backbone)
    sides = {"ours": lambda chosen: ours(model, chosen, recipe), "plain": lambda chosen: plain(chosen, recipe)}
    for work in sides.values():
        work(files[: recipe.batch_size])
    for turn in range(options.turns):
        found = {}
        for name in sorted(sides, reverse=turn % 2 == 1):
            found[name], found[f"{name}Once"] = (round(value, 3) for value in timed(sides[name], files))
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
