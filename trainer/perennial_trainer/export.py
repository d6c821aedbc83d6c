"""What was learnt as one ONNX file, checked against PyTorch on real pictures before anybody is told of it."""

from __future__ import annotations

import base64
import statistics
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor
from torch.nn import functional as F

from .efficientnet_lite import weights_digest
from .head import Head
from .onnx_network import OnnxNetwork
from .runtime import open_session

#: Most that logits may differ between PyTorch and ONNX Runtime; float32 sums in another order differ by less.
DIFFERENCE_MAX = 2e-3


class ExportDiffers(RuntimeError):
    """The exported file does not answer as the trained network does."""


@dataclass(frozen=True)
class Exported:
    data: bytes
    weights_digest: str
    #: Largest difference of a logit and of an embedding's value on the pictures that were compared.
    logit_difference: float
    embedding_difference: float


def with_head(model: onnx.ModelProto, head: Head) -> onnx.ModelProto:
    """The backbone with its own classifier taken off and this head put on: outputs `logits`, `embedding`, and what else it shows."""
    graph = model.graph
    kept = [each for each in graph.output if each.name in ("embedding", "feature_map")]
    del graph.output[:]
    graph.output.extend(kept)
    _prune(graph)
    graph.initializer.append(numpy_helper.from_array(head.weights.numpy().astype("<f4"), "perennial.head.weight"))
    graph.initializer.append(numpy_helper.from_array(head.bias.numpy().astype("<f4"), "perennial.head.bias"))
    graph.node.append(helper.make_node("LpNormalization", ["embedding"], ["perennial.head.unit"], axis=1, p=2))
    graph.node.append(helper.make_node("Gemm", ["perennial.head.unit", "perennial.head.weight", "perennial.head.bias"], ["logits"], transB=1))
    batch = graph.input[0].type.tensor_type.shape.dim[0]
    graph.output.insert(0, helper.make_tensor_value_info("logits", TensorProto.FLOAT, [batch.dim_value or batch.dim_param or "N", len(head.bias)]))
    return model


def _prune(graph: onnx.GraphProto) -> None:
    needed, nodes = {each.name for each in graph.output}, []
    for node in reversed(graph.node):
        if needed & set(node.output):
            nodes.insert(0, node)
            needed |= set(node.input)
    constants = [each for each in graph.initializer if each.name in needed]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(constants)


@torch.no_grad()
def export(network: OnnxNetwork, head: Head, pictures: Tensor) -> Exported:
    """One self-contained file, and how far it is from PyTorch on the pictures given (N×3×H×W, normalised).

    :raises ExportDiffers: beyond `DIFFERENCE_MAX`, relative to the largest logit where that is above 1.
    """
    network.eval().cpu()
    model = with_head(network.to_onnx(), head)
    onnx.checker.check_model(model)
    data = model.SerializeToString(deterministic=True)
    embeddings = network(pictures)
    logits = F.normalize(embeddings, dim=1) @ head.weights.T + head.bias
    session = open_session(data)
    found_logits, found_embeddings = session.run(["logits", "embedding"], {session.get_inputs()[0].name: pictures.numpy()})
    difference = float(np.abs(found_logits - logits.numpy()).max())
    if not difference <= DIFFERENCE_MAX * max(1.0, float(logits.abs().max())):
        raise ExportDiffers(f"logits of the exported file differ by {difference:.2g} from those of the trained network")
    return Exported(data, weights_digest(model), difference, float(np.abs(found_embeddings - embeddings.numpy()).max()))


def latency_ms(data: bytes, runs: int = 15) -> float:
    """Median time of one picture on one thread of ONNX Runtime, in milliseconds, after three runs that are not counted."""
    session = open_session(data)
    entry = session.get_inputs()[0]
    picture = np.zeros([1, *(int(side) for side in entry.shape[1:])], dtype=np.float32)
    times = []
    for run in range(runs + 3):
        begun = time.perf_counter()
        session.run(["logits"], {entry.name: picture})
        if run >= 3:
            times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def head_as_json(head: Head, embeddings: Tensor, labels: Tensor) -> dict[str, Any]:
    """The head with the centre of each class's training embeddings, for the product to put beside the file."""
    classes = len(head.bias)
    unit = F.normalize(embeddings, dim=1)
    centroids = torch.stack([F.normalize(unit[labels == c].sum(0), dim=0) if bool((labels == c).any()) else torch.zeros(unit.shape[1]) for c in range(classes)])

    def packed(values: Tensor) -> str:
        return base64.b64encode(values.contiguous().numpy().astype("<f4").tobytes()).decode()

    return {"normalise": "l2", "dimensions": unit.shape[1], "temperature": head.temperature, "weights": packed(head.weights), "bias": packed(head.bias), "centroids": packed(centroids)}
