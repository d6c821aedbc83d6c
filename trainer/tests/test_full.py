"""The whole run: what is learnt, exported, refused, gone on with after a kill, and how a tournament ends."""

import base64
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from perennial_trainer.command import CommandFailed, CommandRefused, run_command
from perennial_trainer.export import ExportDiffers, export, with_head
from perennial_trainer.fine_tune import Cancelled, Diverged, Hooks, by_runtime
from perennial_trainer.head import Head, choose_penalty, fit_head, fit_temperature, measure
from perennial_trainer.job import JobRefused, Runner
from perennial_trainer.onnx_network import NetworkRefused, OnnxNetwork
from perennial_trainer.pictures import ManifestRefused, Order, Row, read_manifest, split_validation
from perennial_trainer.recipe import Recipe, RecipeRefused, read_recipe
from perennial_trainer.runtime import open_session
from perennial_trainer.store import CachedReader, FolderStore, ObjectMissing, StoreUnavailable
from perennial_trainer.tournament import Entry, winner
from tests.small import SIDE, small_job, small_network


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name)
        self.store = FolderStore(self.path / "store")

    def run_job(self, **hooks):
        return Runner(self.store, self.path / "cache", Hooks(**hooks)).run("job.json")


class Network(unittest.TestCase):
    def test_answers_as_onnx_runtime_does(self):
        model = small_network()
        pictures = torch.randn(5, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
        expected, = open_session(model.SerializeToString()).run(["embedding"], {"image": pictures.numpy()})
        np.testing.assert_allclose(OnnxNetwork(model)(pictures).detach().numpy(), expected, atol=1e-5)

    def test_can_be_parted_where_one_tensor_is_alive_and_there_only(self):
        network = OnnxNetwork(small_network())
        pictures = torch.randn(2, 3, SIDE, SIDE)
        whole = network(pictures)
        for cut in network.cuts:
            torch.testing.assert_close(network.run(network.run(pictures, 0, cut), cut), whole)
        names = [step.output for step in network.steps]
        self.assertNotIn(names.index("block.depthwise.relu6") + 1, network.cuts)
        self.assertEqual(network.cut_at(0), 0)
        self.assertEqual(network.cut_at(1), len(network.steps))

    def test_its_first_part_alone_answers_alike_at_any_size(self):
        network = OnnxNetwork(small_network())
        for end in (network.cuts[0], network.cuts[-1]):
            part = by_runtime(network, end, 1)
            for side, count in ((SIDE, 2), (SIDE // 2, 3)):
                pictures = torch.randn(count, 3, side, side)
                torch.testing.assert_close(part(pictures), network.run(pictures, 0, end).detach(), atol=1e-5, rtol=1e-4)

    def test_writes_back_what_was_learnt_and_nothing_else(self):
        model = small_network()
        network = OnnxNetwork(model)
        with torch.no_grad():
            network.weights[0].add_(1)
        before, after = ({t.name: numpy_helper.to_array(t) for t in m.graph.initializer} for m in (model, network.to_onnx()))
        self.assertEqual([name for name in before if not np.array_equal(before[name], after[name])], ["stem.weight"])

    def test_refuses_an_operator_that_it_does_not_know(self):
        model = small_network()
        next(node for node in model.graph.node if node.op_type == "Clip").op_type = "Erf"
        with self.assertRaisesRegex(NetworkRefused, "Erf"):
            OnnxNetwork(model)
        model = small_network()
        del model.graph.output[1]
        with self.assertRaisesRegex(NetworkRefused, "embedding"):
            OnnxNetwork(model)


class Heads(unittest.TestCase):
    def test_fit_is_the_optimum(self):
        random = torch.Generator().manual_seed(2)
        embeddings, labels = torch.randn(60, 6, generator=random), torch.arange(60) % 3
        head = fit_head(embeddings, labels, 3, 0.01)
        weights, bias = head.weights.double().requires_grad_(), head.bias.double().requires_grad_()
        unit = torch.nn.functional.normalize(embeddings, dim=1).double()
        loss = torch.nn.functional.cross_entropy(unit @ weights.T + bias, labels) + 0.005 * weights.square().sum()
        loss.backward()
        self.assertLess(float(weights.grad.abs().max()), 1e-5)

    def test_penalty_is_chosen_by_held_out_groups(self):
        random = torch.Generator().manual_seed(3)
        labels = torch.arange(80) % 2
        told = torch.nn.functional.one_hot(labels, 2).float() * 4
        noise = torch.randn(80, 30, generator=random)
        alone = [str(at) for at in range(80)]
        penalty = lambda embeddings, groups: 80 * choose_penalty(embeddings, labels, groups, 2, True, 1)  # noqa: E731
        self.assertLess(penalty(torch.cat([told, noise / 10], 1), alone), penalty(noise, alone))
        # Copies in two folds would say that learning by heart is right; in one group they do not.
        copies = noise[:16].repeat(5, 1)
        self.assertLess(penalty(copies, alone), penalty(copies, [str(at % 16) for at in range(80)]))

    def test_temperature_undoes_overconfidence(self):
        random = torch.Generator().manual_seed(4)
        logits = torch.randn(4000, 3, generator=random)
        labels = torch.multinomial(logits.softmax(1), 1, generator=random)[:, 0]
        self.assertAlmostEqual(fit_temperature(logits * 3, labels), 3, delta=0.3)
        self.assertLess(measure(logits, labels, 3)["ece"], 0.05)


class Data(Folder):
    def rows(self, sizes):
        return [Row("v", "0" * 64, label, f"{label}/{group}") for label, groups in enumerate(sizes) for group, size in enumerate(groups) for _ in range(size)]

    def test_validation_parts_no_group_and_leaves_each_class_something(self):
        rows = self.rows([[3] * 20, [5], [2, 2], [1] * 40])
        train, validation = split_validation(rows, 0.2, 1)
        self.assertEqual(sorted(train + validation), list(range(len(rows))))
        self.assertFalse({rows[i].group for i in train} & {rows[i].group for i in validation})
        self.assertEqual({rows[i].label for i in train}, {0, 1, 2, 3})
        self.assertAlmostEqual(sum(rows[i].label == 3 for i in validation), 8, delta=1)

    def test_order_balances_classes_and_shows_every_image_in_turn(self):
        labels = [0] * 90 + [1] * 10
        order = Order(labels, range(100), 1.0, 5)
        drawn = [at for epoch in range(4) for at in order.epoch(epoch)]
        self.assertEqual(sum(labels[at] for at in drawn), 200)
        self.assertEqual(set(drawn), set(range(100)))
        self.assertEqual(sorted(Order(labels, range(100), 0.0, 5).epoch(3)), list(range(100)))
        self.assertEqual(order.epoch(2), Order(labels, range(100), 1.0, 5).epoch(2))

    def test_manifests_that_do_not_hold_together_are_refused(self):
        small_job(self.store, {})
        head, row, *rest = self.store.get("manifest.jsonl").decode().splitlines()
        for bad in ("", "{}", head, "\n".join([head, json.dumps({**json.loads(row), "class": 7})]), "\n".join([head, json.dumps({**json.loads(row), "sha256": "../../x"})]),
                    "\n".join([head.replace('"version": 1', '"version": 2'), row, *rest]), "\n".join([head, row])):
            with self.assertRaises(ManifestRefused):
                read_manifest(bad.encode())

    def test_a_cached_file_that_is_spoilt_is_fetched_again_and_a_wrong_object_refused(self):
        self.store.put("a", b"right")
        digest = hashlib.sha256(b"right").hexdigest()
        reader = CachedReader(self.store, self.path / "cache")
        self.assertEqual(reader.read("a", digest), b"right")
        next(path for path in (self.path / "cache").rglob("*") if path.is_file()).write_bytes(b"spoilt")
        self.assertEqual(reader.read("a", digest), b"right")
        self.store.put("b", b"other")
        with self.assertRaises(StoreUnavailable):
            reader.read("b", hashlib.sha256(b"x").hexdigest())
        with self.assertRaises(ValueError):
            self.store.get("../a")
        with self.assertRaises(ObjectMissing):
            self.store.get("none")

    def test_recipes_are_checked(self):
        self.assertEqual(read_recipe({"imagePassesMax": 5, "flip": False}).image_passes_max, 5)
        for bad in ({"speed": 1}, {"flip": 1}, {"batchSize": 1.5}, {"learningRate": 7}, {"learningRate": "1"}, {"side": float("nan")}):
            with self.assertRaises(RecipeRefused):
                read_recipe(bad)


class Run(Folder):
    def test_learns_what_the_head_alone_cannot_and_the_file_says_the_same(self):
        small_job(self.store, {"imagePassesMax": 2400, "learningRate": 0.01, "greyShare": 0, "blurShare": 0, "cropShareMin": 0.8, "labelSmoothing": 0, "validationShare": 0.3})
        told = []
        result = self.run_job(progress=told.append)
        accuracy = {row["name"]: row["accuracy"] for row in result["table"]}
        self.assertGreater(accuracy["small"], accuracy["small/head only"])
        self.assertEqual(result["winner"], "small")
        self.assertLess(result["metrics"]["export_logit_difference"], 1e-3)
        training = [each for each in told if each["stage"] == "training"]
        self.assertEqual(set(training[-1]) >= {"epoch", "epochs", "loss", "imagesPerSecond", "secondsLeft"}, True)
        model = onnx.load_model_from_string(self.store.get(result["model"]))
        self.assertEqual([out.name for out in model.graph.output], ["logits", "embedding", "feature_map"])
        head = json.loads(self.store.get(result["head"]))
        self.assertEqual((head["normalise"], head["dimensions"], head["temperature"] > 0), ("l2", 16, True))
        # The same job again is answered from what it left.
        self.assertEqual(self.run_job(progress=lambda _: self.fail("it ran again")), result)

    def test_head_only_is_one_answer(self):
        small_job(self.store, {"imagePassesMax": 0})
        result = self.run_job()
        self.assertTrue(result["headOnly"])
        self.assertEqual(len(result["table"]), 1)

    def test_the_head_alone_learns_from_the_validation_images_too_once_they_have_judged_it(self):
        small_job(self.store, {"imagePassesMax": 0, "validationShare": 0.5}, images=60)
        result = self.run_job()
        self.assertEqual((result["metrics"]["validation_images"] > 20, result["metrics"]["training_images"] < 40), (True, True))
        kept = json.loads(next((self.path / "store" / "out" / "parts").glob("probe-*.json")).read_bytes())
        stored = np.frombuffer(base64.b64decode(json.loads(self.store.get(result["head"]))["weights"]), "<f4")
        self.assertFalse(np.allclose(stored, np.ravel(kept[0]["weights"]), atol=1e-3))
        np.testing.assert_allclose(stored, np.ravel(kept[1]["weights"]), atol=1e-5)

    def test_same_seed_same_bytes(self):
        digests = set()
        for attempt in range(2):
            self.store = FolderStore(self.path / f"store{attempt}")
            small_job(self.store, {"imagePassesMax": 96, "deterministic": True, "mixup": 0.2, "accumulate": 2})
            self.run_job()
            digests.add(next(json.loads(p.read_bytes())["sha256"] for p in (self.path / f"store{attempt}").rglob("entry.json") if not json.loads(p.read_bytes())["head_only"]))
        self.assertEqual(len(digests), 1)

    def test_goes_on_after_a_cancel_to_the_very_same_weights(self):
        settings = {"imagePassesMax": 160, "deterministic": True, "checkpointSeconds": 0, "accumulate": 2, "patience": 0}
        small_job(self.store, settings)
        seen = []

        def cancelled():
            return len(seen) >= 11

        with self.assertRaises(Cancelled):
            self.run_job(cancelled=cancelled, progress=lambda told: seen.append(told) if told["stage"] == "training" else None)
        again = []
        self.run_job(progress=lambda told: again.append(told) if told["stage"] == "training" else None)
        self.assertGreater(again[0]["resumedFrom"], 8 * 8)
        resumed = self.trained_digest()
        self.store = FolderStore(self.path / "other")
        small_job(self.store, settings)
        self.run_job()
        self.assertEqual(self.trained_digest(), resumed)

    def trained_digest(self):
        entries = [json.loads(path.read_bytes()) for path in self.store._folder.rglob("entry.json")]
        return next(entry["sha256"] for entry in entries if not entry["head_only"])

    def test_a_foreign_or_torn_checkpoint_is_left_alone(self):
        small_job(self.store, {"imagePassesMax": 32})
        digest = hashlib.sha256(self.store.get("job.json")).hexdigest()
        slot = hashlib.sha256(f"{digest}/small".encode()).hexdigest()[:16]
        stream = io.BytesIO()
        torch.save({"fingerprint": "another", "batch": 3}, stream)
        for data in (b"torn", stream.getvalue()):
            self.store.put(f"out/parts/{slot}/checkpoint.pt", data)
            self.assertEqual(self.run_job()["kind"], "training-result")
            (self.path / "store" / "out" / "result.json").unlink()
            (self.path / "store" / "out" / "parts" / slot / "entry.json").unlink()

    def test_a_loss_that_is_no_number_ends_it(self):
        small_job(self.store, {"imagePassesMax": 4000, "learningRate": 1.0, "headRate": 1000})
        try:
            result = self.run_job()
        except Diverged:
            return
        # Clipping may save it; then head only must have won or the network must be sound.
        self.assertTrue(np.isfinite(result["metrics"]["validation_log_loss"]))

    def test_frozen_layers_stay_as_they_are(self):
        small_job(self.store, {"imagePassesMax": 64, "freezeShare": 0.5})
        self.run_job()
        slots = [p.parent for p in (self.path / "store").rglob("entry.json") if not json.loads(p.read_bytes())["head_only"]]
        before = {t.name: numpy_helper.to_array(t) for t in small_network().graph.initializer}
        after = {t.name: numpy_helper.to_array(t) for t in onnx.load(str(slots[0] / "model.onnx")).graph.initializer}
        self.assertTrue(np.array_equal(before["stem.weight"], after["stem.weight"]))
        self.assertFalse(np.array_equal(before["head.weight"], after["head.weight"]))

    def test_a_file_that_differs_from_the_network_is_not_handed_on(self):
        network, head = OnnxNetwork(small_network()), Head(torch.ones(3, 16), torch.zeros(3))
        # What PyTorch runs is not what the file says.
        next(step for step in network.steps if step.output == "block.project").attributes["pads"] = [1, 1, -1, -1]
        with self.assertRaises(ExportDiffers):
            export(network, head, torch.randn(4, 3, SIDE, SIDE))
        self.assertEqual(len(with_head(small_network(), head).graph.output), 3)

    def test_bad_jobs_are_refused(self):
        small_job(self.store, {})
        good = json.loads(self.store.get("job.json"))
        for bad in (b"", b"[]", json.dumps({**good, "candidates": []}).encode(), json.dumps({**good, "candidates": good["candidates"] * 2}).encode()):
            self.store.put("job.json", bad)
            with self.assertRaises(JobRefused):
                self.run_job()


class Tournament(Folder):
    def test_halves_until_one_is_left_and_tells_what_each_costs(self):
        candidates = [{"name": name, "backbone": f"{name.split('/')[0]}.onnx", "manifest": "manifest.jsonl", "freezeShare": share} for name, share in (("a/0", 0), ("a/half", 0.5), ("b/0", 0))]
        small_job(self.store, {"imagePassesMax": 360}, candidates=candidates)
        self.store.put("a.onnx", small_network(1).SerializeToString())
        self.store.put("b.onnx", small_network(2, width=16).SerializeToString())
        result = self.run_job()
        names = [row["name"] for row in result["table"]]
        self.assertEqual(len([n for n in names if n.endswith("head only")]), 2)
        self.assertEqual([sum(f"round {r}" in n for n in names) for r in (1, 2, 3)], [3, 2, 1])
        self.assertLessEqual(sum(row["imagePasses"] for row in result["table"]), 360)
        front = [row for row in result["table"] if row["onFront"]]
        self.assertIn(result["winner"], [row["name"] for row in front] + [result["table"][0]["name"]])
        self.assertTrue(any("a/" in row["name"] for row in front), "the smallest file is always on the front")


class Winner(unittest.TestCase):
    def entry(self, name, accuracy, log_loss, head_only=False):
        return Entry(name=name, slot="", backbone="", manifest="", head_only=head_only, freeze_share=0, passes=0, seconds=0, size=0, latency_ms=1, sha256="", weights_digest="", temperature=1, head_source="",
                     logit_difference=0, embedding_difference=0, stopped_early=False, validation={"accuracy": accuracy, "log_loss": log_loss}, train_images=1, validation_images=1)

    def test_a_network_has_to_be_better_than_the_head_alone_in_accuracy_and_no_worse_in_log_loss(self):
        head = self.entry("head only", 0.80, 0.50, True)
        for accuracy, log_loss, wins in ((0.81, 0.49, True), (0.80, 0.49, True), (0.81, 0.50, True), (0.80, 0.50, False), (0.79, 0.30, False), (0.85, 0.60, False)):
            self.assertEqual(winner([self.entry("network", accuracy, log_loss), head]).name, "network" if wins else "head only", (accuracy, log_loss))
        # One that may not win does not stand in the way of one that may.
        self.assertEqual(winner([self.entry("a", 0.9, 0.6), self.entry("b", 0.82, 0.4), head]).name, "b")
        # The better of two heads is the one to beat.
        self.assertEqual(winner([self.entry("a", 0.82, 0.4), head, self.entry("other head", 0.84, 0.4, True)]).name, "other head")


class Killed(Folder):
    def test_kill_9_in_mid_epoch_goes_on_from_the_checkpoint(self):
        small_job(self.store, {"imagePassesMax": 2000, "checkpointSeconds": 0, "patience": 0}, images=60)
        command = [sys.executable, "-m", "perennial_trainer.run", "--store", str(self.path / "store"), "--cache", str(self.path / "cache"), "--job", "job.json"]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUNBUFFERED": "1"}
        child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert child.stdout is not None
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline and not list(self.path.rglob("checkpoint.pt")):
            time.sleep(0.02)
        time.sleep(0.1)
        child.send_signal(signal.SIGKILL)
        child.stdout.close()
        self.assertEqual(child.wait(), -signal.SIGKILL)
        self.assertFalse((self.path / "store" / "out" / "result.json").exists())
        seen = []
        result = self.run_job(progress=lambda told: seen.append(told) if told["stage"] == "training" else None)
        self.assertGreater(seen[0]["resumedFrom"], 0)
        self.assertEqual(result["kind"], "training-result")


class Command(Folder):
    def command(self, body: str) -> str:
        path = self.path / "trainer.py"
        path.write_text("import json, sys\nfrom pathlib import Path\nstore, job = Path(sys.argv[2]), json.loads((Path(sys.argv[2]) / sys.argv[4]).read_text())\n" + body)
        return f"{sys.executable} {path}"

    def run_it(self, command, **hooks):
        small_job(self.store, {"imagePassesMax": 0}, images=12)
        return run_command(command, self.store, self.path / "cache", Hooks(**hooks), "job.json")

    def test_any_command_that_keeps_the_contract_trains(self):
        told = []
        result = self.run_it(self.command("""
out = store / job["output"]; out.mkdir(parents=True)
(out / "mine.onnx").write_bytes((store / job["candidates"][0]["backbone"]).read_bytes())
rows = (store / job["candidates"][0]["manifest"]).read_text().splitlines()[1:]
assert all((store / json.loads(row)["view"]).is_file() for row in rows)
print(json.dumps({"stage": "thinking"}))
(out / "result.json").write_text(json.dumps({"kind": "training-result", "version": 1, "model": job["output"] + "/mine.onnx", "sha256": "0" * 64, "head": None}))
"""), progress=told.append)
        self.assertEqual(self.store.get(result["model"]), self.store.get("backbone.onnx"))
        self.assertIn({"stage": "thinking"}, told)
        self.assertEqual(json.loads(self.store.get("out/result.json")), result)

    def test_the_example_of_the_contract_runs_as_it_is_written(self):
        text = (Path(__file__).parents[2] / "docs" / "trainer-contract.md").read_text()
        path = self.path / "example.py"
        path.write_text(text.split("```python\n")[1].split("```")[0])
        result = self.run_it(f"{sys.executable} {path}")
        self.assertEqual(hashlib.sha256(self.store.get(result["model"])).hexdigest(), result["sha256"])

    def test_our_own_trainer_is_such_a_command(self):
        os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
        self.assertTrue(self.run_it(f"{sys.executable} -m perennial_trainer.run")["headOnly"])

    def test_what_it_leaves_and_how_it_ends_is_checked(self):
        for body, error in (("sys.exit(2)", CommandRefused), ("print('no memory'); sys.exit(1)", CommandFailed), ("", CommandRefused),
                            ("(store / 'out').mkdir(); (store / 'out' / 'result.json').write_text(json.dumps({'model': '../x', 'head': None}))", CommandRefused)):
            with self.assertRaises(error):
                self.run_it(self.command(body))
        with self.assertRaises(Cancelled):
            asked = iter([False] * 20)
            self.run_it(self.command("import time; time.sleep(60)"), cancelled=lambda: next(asked, True))


if __name__ == "__main__":
    unittest.main()
