"""A network of a few thousand weights and pictures of 32 pixels that it can learn to tell apart."""

from __future__ import annotations

import hashlib
import io
import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

SIDE = 32
PREPROCESSING = {"width": SIDE, "height": SIDE, "colourOrder": "rgb", "scale": 1 / 255, "mean": [0.5] * 3, "std": [0.5] * 3, "layout": "nchw", "type": "float32"}


def small_network(seed: int = 1, width: int = 8) -> onnx.ModelProto:
    random = np.random.default_rng(seed)
    constants = [numpy_helper.from_array(np.array(v, "f4"), n) for n, v in (("low", 0.0), ("high", 6.0))]
    nodes = []

    def conv(source, name, out, inside, kernel, stride, group=1):
        weight = random.normal(0, (2 / (inside // group * kernel**2)) ** 0.5, (out, inside // group, kernel, kernel)).astype("f4")
        constants.extend([numpy_helper.from_array(weight, f"{name}.weight"), numpy_helper.from_array(np.zeros(out, "f4"), f"{name}.bias")])
        pads = [0, 0, 1, 1] if stride == 2 else [kernel // 2] * 4
        nodes.append(helper.make_node("Conv", [source, f"{name}.weight", f"{name}.bias"], [name], kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=pads, group=group))
        nodes.append(helper.make_node("Clip", [name, "low", "high"], [f"{name}.relu6"]))
        return f"{name}.relu6"

    flow = conv("image", "stem", width, 3, 3, 2)
    inner = conv(flow, "block.depthwise", width, width, 3, 1, width)
    inner = conv(inner, "block.project", width, width, 1, 1)
    nodes.append(helper.make_node("Add", [flow, inner], ["block.sum"]))
    flow = conv("block.sum", "head", 2 * width, width, 3, 2)
    nodes[-1].output[0] = "feature_map"
    nodes += [helper.make_node("GlobalAveragePool", ["feature_map"], ["pooled"]), helper.make_node("Flatten", ["pooled"], ["embedding"], axis=1)]
    constants.append(numpy_helper.from_array(random.normal(0, 1, (5, 2 * width)).astype("f4"), "classifier"))
    nodes.append(helper.make_node("Gemm", ["embedding", "classifier"], ["logits"], transB=1))

    def value(name, *shape):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *shape])

    outputs = [value("logits", 5), value("embedding", 2 * width), value("feature_map", 2 * width, SIDE // 4, SIDE // 4)]
    graph = helper.make_graph(nodes, "small", [value("image", 3, SIDE, SIDE)], outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {"perennial.preprocessing": json.dumps(PREPROCESSING)})
    onnx.checker.check_model(model, full_check=True)
    return model


def picture(label: int, random: np.random.Generator) -> bytes:
    """Stripes across for 0, along for 1, a chequer for 2, in any colours."""
    wave = np.sin(np.arange(SIDE) * 2 * np.pi / 8 + random.uniform(0, 6))
    pattern = {0: wave[:, None] + 0 * wave, 1: wave[None, :] + 0 * wave[:, None], 2: wave[:, None] * wave[None, :]}[label] > 0
    low, high = random.integers(0, 120, 3), random.integers(130, 255, 3)
    pixels = np.where(pattern[..., None], high, low) + random.normal(0, 25, (SIDE, SIDE, 3))
    stream = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype("u1")).save(stream, "PNG")
    return stream.getvalue()


def small_job(store, recipe: dict, images: int = 90, candidates: "list[dict] | None" = None, seed: int = 3) -> str:
    """Puts a job with its pictures into a store; answers with the job's key."""
    random = np.random.default_rng(seed)
    lines = [{"kind": "training-manifest", "version": 1, "preprocessing": PREPROCESSING, "classes": [{"classId": 10 + i, "name": f"class {i}", "missCost": 1 + i} for i in range(3)]}]
    for at in range(images):
        data = picture(at % 3, random)
        digest = hashlib.sha256(data).hexdigest()
        store.put(f"views/{digest}.png", data)
        lines.append({"imageId": str(at), "view": f"views/{digest}.png", "sha256": digest, "class": at % 3, "group": f"burst {at // 6}"})
    store.put("manifest.jsonl", "\n".join(map(json.dumps, lines)).encode())
    store.put("backbone.onnx", small_network().SerializeToString())
    chosen = candidates or [{"name": "small", "backbone": "backbone.onnx", "manifest": "manifest.jsonl"}]
    store.put("job.json", json.dumps({"output": "out", "recipe": {"side": 0, "batchSize": 8, "loaderThreads": 1, "threads": 1, **recipe}, "candidates": chosen}).encode())
    return "job.json"
