"""The worker against a real Temporal server and a real S3 store: progress, a kill, a cancel, a refusal."""

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import uuid
from datetime import timedelta

from temporalio import workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from perennial_trainer.store import ObjectMissing, S3Settings, S3Store, StoreUnavailable
from perennial_trainer.worker import SettingsMissing, read_settings
from tests.small import small_job

logging.getLogger("asyncio").setLevel(logging.ERROR)
SERVICES = all(os.environ.get(name) for name in ("TEMPORAL_ADDRESS", "S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY"))


@workflow.defn
class Train:
    """Asks a trainer as the product's own workflow does."""

    @workflow.run
    async def run(self, queue: str, job_key: str) -> dict:
        return await workflow.execute_activity(
            "trainFull", {"jobKey": job_key}, task_queue=queue, start_to_close_timeout=timedelta(minutes=5), heartbeat_timeout=timedelta(seconds=10),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )


class Prefixed:
    """A corner of the store, so that each test has its own."""

    def __init__(self, store: S3Store, prefix: str) -> None:
        self._store, self._prefix = store, prefix

    def get(self, key: str) -> bytes:
        return self._store.get(f"{self._prefix}/{key}")

    def put(self, key: str, data: bytes) -> None:
        self._store.put(f"{self._prefix}/{key}", data)


@unittest.skipUnless(SERVICES, "needs TEMPORAL_ADDRESS and S3_…: npm run test:trainer starts both")
class RealWorker(unittest.IsolatedAsyncioTestCase):
    #: A trainer for the tests that leave it as it was: loading PyTorch takes longer than what most of them do.
    shared: "subprocess.Popen | None" = None
    shared_queue = f"trainer-{uuid.uuid4()}"
    shared_cache = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        if cls.shared is not None:
            cls.shared.kill()
            cls.shared.wait()
        cls.shared_cache.cleanup()

    async def asyncSetUp(self):
        self.store = S3Store(S3Settings(os.environ["S3_ENDPOINT"], os.environ.get("S3_BUCKET", "perennial"), os.environ["S3_ACCESS_KEY"], os.environ["S3_SECRET_KEY"]))
        self.prefix = f"tests/{uuid.uuid4()}"
        self.queue = f"trainer-{uuid.uuid4()}"
        self.workflows = f"{self.queue}-workflows"
        self.client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
        self.children: list[subprocess.Popen] = []
        self.cache = tempfile.TemporaryDirectory()
        worker = Worker(self.client, task_queue=self.workflows, workflows=[Train], workflow_runner=UnsandboxedWorkflowRunner())
        self.serving = asyncio.create_task(worker.run())
        self.worker = worker

    async def asyncTearDown(self):
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.wait()
        await self.worker.shutdown()
        await self.serving
        self.cache.cleanup()

    def start_trainer(self) -> subprocess.Popen:
        """One of this test's own, which it may kill."""
        child = self._spawn(self.queue, self.cache.name)
        self.children.append(child)
        return child

    def share_trainer(self) -> None:
        self.queue = self.shared_queue
        if type(self).shared is None:
            type(self).shared = self._spawn(self.shared_queue, self.shared_cache.name)

    def _spawn(self, queue: str, cache: str) -> subprocess.Popen:
        environment = {**os.environ, "TRAINER_TASK_QUEUE": queue, "PERENNIAL_CACHE_DIR": cache, "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.Popen([sys.executable, "-m", "perennial_trainer.worker"], env=environment)

    def put_job(self, recipe: dict, images: int = 60) -> str:
        """A job whose keys carry this test's prefix."""
        corner = Prefixed(self.store, self.prefix)
        small_job(corner, recipe, images)
        manifest = corner.get("manifest.jsonl").decode().replace('"views/', f'"{self.prefix}/views/')
        corner.put("manifest.jsonl", manifest.encode())
        job = json.loads(corner.get("job.json"))
        job["output"] = f"{self.prefix}/out"
        for candidate in job["candidates"]:
            candidate.update(backbone=f"{self.prefix}/backbone.onnx", manifest=f"{self.prefix}/manifest.jsonl")
        corner.put("job.json", json.dumps(job).encode())
        return f"{self.prefix}/job.json"

    async def begin(self, job_key: str):
        return await self.client.start_workflow(Train.run, args=[self.queue, job_key], id=f"train-{uuid.uuid4()}", task_queue=self.workflows)

    async def told(self, handle, wanted, seconds: float = 240) -> dict:
        """The first heartbeat that is wanted, as anybody sees it who asks Temporal."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            description = await handle.describe()
            for pending in description.raw_description.pending_activities:
                if pending.heartbeat_details.payloads:
                    details = json.loads(pending.heartbeat_details.payloads[0].data)
                    if wanted(details, pending.attempt):
                        return details
            await asyncio.sleep(0.1)
        self.fail("the trainer did not say so in time")

    async def test_trains_and_a_kill_9_in_mid_epoch_goes_on_from_the_checkpoint(self):
        handle = await self.begin(self.put_job({"imagePassesMax": 1_000_000, "patience": 0, "checkpointSeconds": 0.2}))
        first = self.start_trainer()
        seen = await self.told(handle, lambda d, _: d["stage"] == "training" and d["images"] >= 160)
        self.assertEqual({"epoch", "epochs", "loss", "imagesPerSecond", "secondsLeft"} - set(seen), set())
        first.send_signal(signal.SIGKILL)
        first.wait()
        self.start_trainer()
        # Until the next attempt says something, Temporal shows what the one before said: that one had begun at nothing.
        await self.told(handle, lambda d, attempt: attempt > 1 and d.get("resumedFrom", 0) > 80)
        # Long enough to be killed in, too long to wait for.
        await handle.cancel()
        with self.assertRaises(WorkflowFailureError):
            await handle.result()

    async def test_a_short_job_ends_in_a_result(self):
        self.share_trainer()
        reply = await (await self.begin(self.put_job({"imagePassesMax": 64}))).result()
        result = json.loads(self.store.get(reply["resultKey"]))
        self.assertEqual((result["kind"], result["winner"]), ("training-result", reply["winner"]))
        self.assertTrue(self.store.get(result["model"]))

    async def test_a_cancel_ends_it_within_seconds(self):
        self.share_trainer()
        handle = await self.begin(self.put_job({"imagePassesMax": 1_000_000, "patience": 0}))
        await self.told(handle, lambda d, _: d["stage"] == "training")
        asked = time.monotonic()
        await handle.cancel()
        with self.assertRaises(WorkflowFailureError):
            await handle.result()
        self.assertLess(time.monotonic() - asked, 20)

    async def test_what_another_try_would_not_mend_is_not_tried_again(self):
        self.share_trainer()
        with self.assertRaises(WorkflowFailureError) as caught:
            await (await self.begin(self.put_job({"speed": 1}))).result()
        self.assertIn("speed is not a setting", str(caught.exception.cause.cause))

    async def test_the_store_answers_as_a_folder_does(self):
        corner = Prefixed(self.store, self.prefix)
        for key, data in (("a b/ü+.txt", b"one"), ("empty", b""), ("large", bytes(3_000_000))):
            corner.put(key, data)
            self.assertEqual(corner.get(key), data)
        with self.assertRaises(ObjectMissing):
            corner.get("none")
        wrong = S3Store(S3Settings(os.environ["S3_ENDPOINT"], os.environ.get("S3_BUCKET", "perennial"), "nobody", "wrong-secret-of-nobody"))
        with self.assertRaises(StoreUnavailable):
            wrong.get("a")


class SettingsOfTheWorker(unittest.TestCase):
    def test_every_missing_variable_is_named(self):
        with self.assertRaisesRegex(SettingsMissing, "S3_ENDPOINT, S3_SECRET_KEY"):
            read_settings({"S3_ACCESS_KEY": "x"})


if __name__ == "__main__":
    unittest.main()
