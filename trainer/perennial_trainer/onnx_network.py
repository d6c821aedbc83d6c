"""A convolutional network in ONNX as a PyTorch module, and back.

The champion's backbone, the default one, and any imported one of these operators can be fine-tuned so: the graph stays
the file's own, and what was learnt is written back into its constants. No second description of a network is needed, and
none can disagree with the file that serves. Batch norms that are folded stay folded; those that are not keep their means
and variances, which small batches would only spoil, and learn scale and shift.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Callable

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F

EMBEDDING = "embedding"


class NetworkRefused(ValueError):
    """The file cannot be trained; the message says why, in one sentence."""


@dataclass(frozen=True)
class _Step:
    kind: str
    inputs: tuple[str, ...]
    output: str
    attributes: dict[str, object]


def _pads(attributes: dict[str, object]) -> tuple[int, int, int, int]:
    """ONNX (top, left, bottom, right) as PyTorch's (left, right, top, bottom)."""
    if attributes.get("auto_pad", b"NOTSET") not in (b"NOTSET", b""):
        raise NetworkRefused("automatic padding is not read: export with explicit pads")
    top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
    return left, right, top, bottom


def _convolution(step: _Step, picture: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    left, right, top, bottom = _pads(step.attributes)
    padding = (top, left)
    if (left, top) != (right, bottom):
        picture, padding = F.pad(picture, (left, right, top, bottom)), (0, 0)
    a = step.attributes
    return F.conv2d(picture, weight, bias, tuple(a.get("strides", [1, 1])), padding, tuple(a.get("dilations", [1, 1])), a.get("group", 1))


def _max_pool(step: _Step, picture: Tensor) -> Tensor:
    left, right, top, bottom = _pads(step.attributes)
    if step.attributes.get("ceil_mode", 0):
        raise NetworkRefused("pooling that rounds up is not read")
    picture = F.pad(picture, (left, right, top, bottom), value=float("-inf"))
    return F.max_pool2d(picture, step.attributes["kernel_shape"], step.attributes.get("strides"))


def _gemm(step: _Step, rows: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    a = step.attributes
    if a.get("transA", 0) or a.get("alpha", 1.0) != 1.0 or a.get("beta", 1.0) != 1.0:
        raise NetworkRefused("a Gemm with factors is not read")
    return F.linear(rows, weight if a.get("transB", 0) else weight.T, bias)


def _batch_norm(step: _Step, picture: Tensor, scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    return F.batch_norm(picture, mean, variance, scale, shift, False, 0.0, step.attributes.get("epsilon", 1e-5))


def _reduce_mean(step: _Step, picture: Tensor, axes: Tensor | None = None) -> Tensor:
    dims = [int(axis) for axis in (axes if axes is not None else step.attributes["axes"])]
    return picture.mean(dims, keepdim=bool(step.attributes.get("keepdims", 1)))


def _clip(step: _Step, x: Tensor, low: Tensor | None = None, high: Tensor | None = None) -> Tensor:
    if low is None or high is None:
        return torch.clamp(x, None if low is None else float(low), None if high is None else float(high))
    # The same values; its gradient is one pass over the tensor where clamp's is four.
    return F.hardtanh(x, float(low), float(high))


_OPERATORS: dict[str, Callable[..., Tensor]] = {
    "Conv": _convolution,
    "BatchNormalization": _batch_norm,
    "Clip": _clip,
    "Relu": lambda step, x: F.relu(x),
    "Sigmoid": lambda step, x: torch.sigmoid(x),
    "HardSigmoid": lambda step, x: torch.clamp(step.attributes.get("alpha", 0.2) * x + step.attributes.get("beta", 0.5), 0, 1),
    "HardSwish": lambda step, x: F.hardswish(x),
    "Add": lambda step, x, y: x + y,
    "Mul": lambda step, x, y: x * y,
    "MaxPool": _max_pool,
    "GlobalAveragePool": lambda step, x: x.mean((2, 3), keepdim=True),
    "ReduceMean": _reduce_mean,
    "Flatten": lambda step, x: torch.flatten(x, step.attributes.get("axis", 1)),
    "Gemm": _gemm,
    "MatMul": lambda step, x, y: x @ y,
    "Identity": lambda step, x: x,
}
# Constants that describe how the network was scaled, not what it learnt: by operator, the positions of its inputs.
_FIXED_INPUTS = {"Clip": (1, 2), "BatchNormalization": (3, 4), "ReduceMean": (1,)}


def _steps_to(graph: onnx.GraphProto, output: str, constants: set[str]) -> list[onnx.NodeProto]:
    makers = {name: node for node in graph.node for name in node.output}
    needed, waiting = set(), [output]
    while waiting:
        name = waiting.pop()
        node = makers.get(name)
        if node is not None and id(node) not in needed:
            needed.add(id(node))
            waiting.extend(each for each in node.input if each and each not in constants)
    return [node for node in graph.node if id(node) in needed and node.op_type != "Constant"]


class OnnxNetwork(nn.Module):
    """Pictures N×3×H×W as the file's input takes them, to embeddings N×D.

    :raises NetworkRefused: for a file without the output `embedding`, or with an operator that is not on the list.
    """

    def __init__(self, model: onnx.ModelProto) -> None:
        super().__init__()
        graph = model.graph
        if len(graph.input) != 1 or not any(each.name == EMBEDDING for each in graph.output):
            raise NetworkRefused("the model needs one input and an output named embedding")
        tensors = {each.name: each for each in graph.initializer}
        for node in graph.node:
            if node.op_type == "Constant":
                tensors[node.output[0]] = node.attribute[0].t
        nodes = _steps_to(graph, EMBEDDING, set(tensors))
        unknown = sorted({node.op_type for node in nodes} - set(_OPERATORS))
        if unknown:
            raise NetworkRefused(f"the model uses {', '.join(unknown)}, which cannot be trained here")
        self.model = model
        self.input_name = graph.input[0].name
        self.steps = [
            _Step(node.op_type, tuple(node.input), node.output[0], {a.name: helper.get_attribute_value(a) for a in node.attribute})
            for node in nodes
        ]
        self._index: dict[str, int] = {}
        self._fixed: dict[str, str] = {}
        self.weights = nn.ParameterList()
        self._hold(tensors)
        self.cuts = self._single_tensor_cuts()

    def _hold(self, tensors: dict[str, onnx.TensorProto]) -> None:
        for step in self.steps:
            for place, name in enumerate(step.inputs):
                if name not in tensors or name in self._index or name in self._fixed:
                    continue
                values = torch.from_numpy(np.array(numpy_helper.to_array(tensors[name])))
                if place in _FIXED_INPUTS.get(step.kind, ()) or not values.is_floating_point() or values.dim() == 0:
                    self._fixed[name] = f"fixed{len(self._fixed)}"
                    self.register_buffer(self._fixed[name], values)
                else:
                    self._index[name] = len(self.weights)
                    values = values.float()
                    # Convolutions on a CPU are half as fast again when channels come last.
                    self.weights.append(nn.Parameter(values.contiguous(memory_format=torch.channels_last) if values.dim() == 4 else values))

    def _single_tensor_cuts(self) -> list[int]:
        """Numbers of steps after which one tensor alone is still needed: there the network can be parted."""
        last_use: dict[str, int] = {}
        for at, step in enumerate(self.steps):
            for name in step.inputs:
                last_use[name] = at
        cuts, live = [], set()
        for at, step in enumerate(self.steps):
            live.add(step.output)
            live = {name for name in live if last_use.get(name, len(self.steps) if name == EMBEDDING else -1) > at}
            if live == {step.output} and step.kind != "Conv":
                cuts.append(at + 1)
        return cuts

    def cut_at(self, share: float) -> int:
        """The number of first steps that make up a share (0 to 1) of the places at which the network can be parted."""
        return 0 if share <= 0 or not self.cuts else self.cuts[min(int(share * len(self.cuts)), len(self.cuts)) - 1] if share * len(self.cuts) >= 1 else 0

    def _value(self, name: str, flow: dict[str, Tensor]) -> Tensor | None:
        if name == "":
            return None
        if name in flow:
            return flow[name]
        if name in self._index:
            return self.weights[self._index[name]]
        if name in self._fixed:
            return getattr(self, self._fixed[name])
        raise NetworkRefused(f"the model computes {name} from something that is not here")

    def run(self, picture: Tensor, start: int = 0, end: int | None = None) -> Tensor:
        """Steps `start` to `end` alone; what goes in is the output of the step before `start`."""
        end = len(self.steps) if end is None else end
        picture = picture.contiguous(memory_format=torch.channels_last) if picture.dim() == 4 else picture
        flow = {self.input_name if start == 0 else self.steps[start - 1].output: picture}
        for step in self.steps[start:end]:
            flow[step.output] = _OPERATORS[step.kind](step, *(self._value(name, flow) for name in step.inputs))
        return flow[self.steps[end - 1].output] if end > start else picture

    def forward(self, picture: Tensor) -> Tensor:
        return self.run(picture)

    def depths(self) -> list[tuple[nn.Parameter, float]]:
        """Every parameter with the place of its first use, 0 (first) to 1 (last), and in the order of the file."""
        first: dict[int, int] = {}
        for at, step in enumerate(self.steps):
            for name in step.inputs:
                if name in self._index:
                    first.setdefault(self._index[name], at)
        last = max(len(self.steps) - 1, 1)
        return [(self.weights[index], first[index] / last) for index in sorted(first)]

    def parameters_before(self, cut: int) -> set[int]:
        """Identities of the parameters that steps before `cut` alone use."""
        early = {name for step in self.steps[:cut] for name in step.inputs if name in self._index}
        late = {name for step in self.steps[cut:] for name in step.inputs if name in self._index}
        return {id(self.weights[self._index[name]]) for name in early - late}

    def part_as_onnx(self, end: int) -> onnx.ModelProto:
        """The first `end` steps alone, for pictures of any number and size; their one output is the tensor that goes on."""
        model = self.to_onnx()
        graph, kept = model.graph, {step.output for step in self.steps[:end]}
        nodes = [node for node in graph.node if node.op_type == "Constant" or (node.output and node.output[0] in kept)]
        used = {name for node in nodes for name in node.input}
        constants = [tensor for tensor in graph.initializer if tensor.name in used]
        del graph.node[:], graph.initializer[:], graph.output[:], graph.value_info[:]
        graph.node.extend(nodes)
        graph.initializer.extend(constants)
        graph.output.append(helper.make_tensor_value_info(self.steps[end - 1].output, onnx.TensorProto.FLOAT, None))
        for place, dimension in enumerate(graph.input[0].type.tensor_type.shape.dim):
            if place != 1:
                dimension.dim_param = f"free{place}"
        return model

    def to_onnx(self) -> onnx.ModelProto:
        """The file with what was learnt in the place of what it held; everything else is as it came."""
        model = copy.deepcopy(self.model)
        for tensor in model.graph.initializer:
            if tensor.name in self._index:
                values = self.weights[self._index[tensor.name]].detach().cpu().numpy().astype("<f4")
                tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(values), tensor.name))
        for node in model.graph.node:
            if node.op_type == "Constant" and node.output[0] in self._index:
                values = self.weights[self._index[node.output[0]]].detach().cpu().numpy().astype("<f4")
                node.attribute[0].t.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(values), node.attribute[0].t.name))
        return model
