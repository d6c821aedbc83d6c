"""EfficientNet-Lite0 as an ONNX graph, from its state dict, with batch norms folded into the convolutions.

The network is the one of https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite: MobileNet-like
inverted residuals, ReLU6, no squeeze-and-excitation. Two things come from TensorFlow and are easily missed: the batch
norms use epsilon 0.001, and the 'same' padding of a stride of 2 puts the odd pixel after the picture, not before it.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field
from typing import Iterator, Mapping

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

EMBEDDING_WIDTH = 1280
CLASS_COUNT = 1000


@dataclass(frozen=True)
class Variant:
    """A member of the family: side of its pictures, and how much wider and deeper than Lite0 it is."""

    name: str
    side: int
    width: float
    depth: float
    crop_share: float

    def preprocessing(self) -> dict[str, object]:
        return {
            "width": self.side,
            "height": self.side,
            "resizeMode": "crop",
            "kernel": "cubic",
            "cropShare": self.crop_share,
            "colourOrder": "rgb",
            "scale": 1 / 255,
            "mean": [0.5, 0.5, 0.5],
            "std": [0.5, 0.5, 0.5],
            "layout": "nchw",
            "type": "float32",
        }


LITE0 = Variant("efficientnet-lite0", 224, 1.0, 1.0, 0.875)
LITE1 = Variant("efficientnet-lite1", 240, 1.0, 1.1, 0.882)
LITE2 = Variant("efficientnet-lite2", 260, 1.1, 1.2, 0.89)
FAMILY = {variant.name: variant for variant in (LITE0, LITE1, LITE2)}
_BATCH_NORM_EPSILON = 1e-3
_OPSET = 17
_IR_VERSION = 8
# (repeats, kernel, stride of the first, expansion, channels out)
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_STEM_CHANNELS = 32


@dataclass(frozen=True)
class _Block:
    index: int
    kernel: int
    stride: int
    expansion: int
    channels_in: int
    channels_out: int


def _widened(channels: int, width: float) -> int:
    """Channels of a wider member: a multiple of 8, never a tenth less than asked for."""
    wanted = channels * width
    rounded = max(8, int(wanted + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * wanted else rounded + 8


def _blocks(variant: Variant = LITE0) -> Iterator[_Block]:
    index, channels = 0, _STEM_CHANNELS
    for stage, (repeats, kernel, stride, expansion, out) in enumerate(_STAGES):
        out = _widened(out, variant.width)
        # The first and the last stage are as deep in every member, and stem and head as wide.
        if stage not in (0, len(_STAGES) - 1):
            repeats = math.ceil(repeats * variant.depth)
        for repeat in range(repeats):
            yield _Block(index, kernel, stride if repeat == 0 else 1, expansion, channels, out)
            index, channels = index + 1, out


def _same_padding(size: int, kernel: int, stride: int) -> tuple[int, int, int, int]:
    """ONNX pads (top, left, bottom, right) for TensorFlow's 'same' on a square side of `size` pixels."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total // 2, total - total // 2, total - total // 2


@dataclass
class _Graph:
    tensors: Mapping[str, np.ndarray]
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    initializers: list[onnx.TensorProto] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def take(self, name: str) -> np.ndarray:
        self.used.add(name)
        return self.tensors[name]

    def constant(self, name: str, values: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(values, dtype="<f4"), name))
        return name

    def node(self, operator: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def convolution(self, source: str, name: str, conv: str, norm: str, *, size: int, stride: int, depthwise: bool) -> str:
        """Convolution with its batch norm folded in: w·γ/√(σ²+ε) and β − μ·γ/√(σ²+ε), in double precision."""
        weight = self.take(f"{conv}.weight").astype(np.float64)
        gamma, beta, mean, variance = (
            self.take(f"{norm}.{part}").astype(np.float64) for part in ("weight", "bias", "running_mean", "running_var")
        )
        factor = gamma / np.sqrt(variance + _BATCH_NORM_EPSILON)
        kernel = weight.shape[2]
        return self.node(
            "Conv",
            [
                source,
                self.constant(f"{name}.weight", weight * factor[:, None, None, None]),
                self.constant(f"{name}.bias", beta - mean * factor),
            ],
            name,
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=list(_same_padding(size, kernel, stride)),
            group=weight.shape[0] if depthwise else 1,
        )

    def relu6(self, source: str, output: str) -> str:
        return self.node("Clip", [source, "relu6.low", "relu6.high"], output)

    def check_all_used(self) -> None:
        left = {name for name in self.tensors if not name.endswith(".num_batches_tracked")} - self.used
        if left:
            raise ValueError(f"the state dict holds tensors the network has no place for: {sorted(left)[:3]}")


def _inverted_residual(graph: _Graph, source: str, block: _Block, size: int) -> tuple[str, int]:
    name, state = f"block{block.index:02d}", f"_blocks.{block.index}"
    flow = source
    if block.expansion != 1:
        flow = graph.convolution(
            flow, f"{name}.expand", f"{state}._expand_conv", f"{state}._bn0", size=size, stride=1, depthwise=False
        )
        flow = graph.relu6(flow, f"{name}.expand.relu6")
    flow = graph.convolution(
        flow, f"{name}.depthwise", f"{state}._depthwise_conv", f"{state}._bn1", size=size, stride=block.stride, depthwise=True
    )
    flow = graph.relu6(flow, f"{name}.depthwise.relu6")
    size = -(-size // block.stride)
    flow = graph.convolution(
        flow, f"{name}.project", f"{state}._project_conv", f"{state}._bn2", size=size, stride=1, depthwise=False
    )
    if block.stride == 1 and block.channels_in == block.channels_out:
        flow = graph.node("Add", [source, flow], f"{name}.sum")
    return flow, size


def _behind(graph: onnx.GraphProto, name: str) -> set[str]:
    """Names of every tensor that this one is computed from, itself included."""
    makers = {output: node for node in graph.node for output in node.output}
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        tensor = waiting.pop()
        if tensor and tensor not in seen:
            seen.add(tensor)
            waiting.extend(makers[tensor].input if tensor in makers else ())
    return seen


def weights_digest(model: onnx.ModelProto) -> str:
    """SHA-256 of what an embedding is computed from: name, type, shape and little-endian values of every constant behind
    the output `embedding` (of every constant where there is no such output), in the order of their names. Adding an
    output, a head or notes leaves it as it is. `adapters/onnx/weights-digest.ts` computes the same."""
    graph = model.graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        for attribute in node.attribute:
            if node.op_type == "Constant" and attribute.name == "value":
                tensors[node.output[0]] = attribute.t
    if any(output.name == "embedding" for output in graph.output):
        needed = _behind(graph, "embedding")
        tensors = {name: tensor for name, tensor in tensors.items() if name in needed}
    digest = hashlib.sha256()
    for name in sorted(tensors, key=lambda text: text.encode()):
        values = numpy_helper.to_array(tensors[name])
        head = json.dumps([name, tensors[name].data_type, list(values.shape)], separators=(",", ":"), ensure_ascii=False)
        digest.update(head.encode() + b"\n")
        digest.update(values.astype(values.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()


def build_efficientnet_lite0(tensors: Mapping[str, np.ndarray]) -> onnx.ModelProto:
    """The smallest member, as `build_efficientnet_lite`."""
    return build_efficientnet_lite(tensors, LITE0)


def build_efficientnet_lite(tensors: Mapping[str, np.ndarray], variant: Variant) -> onnx.ModelProto:
    """The network as ONNX: `image` float32 N×3×side×side, already normalised, to `logits` N×1000, `embedding` N×1280 (the
    pooled features) and `feature_map` N×1280×h×h (the features before pooling).

    :raises KeyError, ValueError: when the tensors are not those of the member.
    """
    graph = _Graph(tensors)
    graph.constant("relu6.low", np.array(0.0))
    graph.constant("relu6.high", np.array(6.0))
    size = variant.side
    flow = graph.convolution("image", "stem", "_conv_stem", "_bn0", size=size, stride=2, depthwise=False)
    flow = graph.relu6(flow, "stem.relu6")
    size = -(-size // 2)
    for block in _blocks(variant):
        flow, size = _inverted_residual(graph, flow, block, size)
    flow = graph.convolution(flow, "head", "_conv_head", "_bn1", size=size, stride=1, depthwise=False)
    graph.relu6(flow, "feature_map")
    pooled = graph.node("GlobalAveragePool", ["feature_map"], "pooled")
    graph.node("Flatten", [pooled], "embedding", axis=1)
    weight = graph.constant("classifier.weight", graph.take("_fc.weight"))
    bias = graph.constant("classifier.bias", graph.take("_fc.bias"))
    graph.node("Gemm", ["embedding", weight, bias], "logits", transB=1)
    graph.check_all_used()

    def value(name: str, *shape: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *shape])

    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            variant.name,
            [value("image", 3, variant.side, variant.side)],
            [value("logits", CLASS_COUNT), value("embedding", EMBEDDING_WIDTH), value("feature_map", EMBEDDING_WIDTH, size, size)],
            graph.initializers,
        ),
        producer_name="perennial",
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
    )
    helper.set_model_props(
        model,
        {
            "perennial.backbone": variant.name,
            "perennial.preprocessing": json.dumps(variant.preprocessing(), separators=(",", ":")),
            "perennial.weightsLicence": "Apache-2.0",
        },
    )
    onnx.checker.check_model(model, full_check=True)
    return model
