"""The training worker: takes jobs from its own Temporal task queue, with nothing but Temporal and the object store in reach.

    python -m perennial_trainer.worker

Environment: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY, S3_BUCKET, S3_REGION,
PERENNIAL_CACHE_DIR, TRAINER_TASK_QUEUE, TRAINER_THREADS (0: PyTorch's own choice),
TRAINER_COMMAND (a command of docs/trainer-contract.md that trains instead)."""

from __future__ import annotations

import asyncio
import contextvars
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Mapping

import torch
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.worker import Worker

from .command import run_command
from .fine_tune import Cancelled, Hooks
from .job import Runner
from .refusals import is_refusal
from .store import ObjectStore, S3Settings, S3Store, StoreUnavailable

#: Progress is told, and a cancel noticed, about this often.
_BEAT_SECONDS = 1.0
_CONNECT_SECONDS = 2.0


class SettingsMissing(ValueError):
    """The environment lacks what the worker needs; the message names it."""


@dataclass(frozen=True)
class Settings:
    address: str
    namespace: str
    task_queue: str
    store: S3Settings
    cache: Path
    threads: int
    #: What trains instead of this package: a command of the trainer contract.
    command: str


def read_settings(environment: Mapping[str, str]) -> Settings:
    """:raises SettingsMissing: naming every variable that is not there."""
    needed = ("S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY")
    missing = [name for name in needed if not environment.get(name)]
    if missing:
        raise SettingsMissing(f"set {', '.join(missing)}")
    get = lambda name, default: environment.get(name) or default  # noqa: E731
    store = S3Settings(environment["S3_ENDPOINT"], get("S3_BUCKET", "perennial"), environment["S3_ACCESS_KEY"], environment["S3_SECRET_KEY"], get("S3_REGION", "us-east-1"))
    return Settings(get("TEMPORAL_ADDRESS", "127.0.0.1:7233"), get("TEMPORAL_NAMESPACE", "default"), get("TRAINER_TASK_QUEUE", "perennial-trainer"), store,
                    Path(get("PERENNIAL_CACHE_DIR", ".perennial/cache")) / "trainer", int(get("TRAINER_THREADS", "0")), get("TRAINER_COMMAND", ""))


class _Beats:
    """Tells Temporal the newest progress every second, also while a fit or a fetch says nothing."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {"stage": "starting"}
        self._over = threading.Event()
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=lambda: context.run(self._beat), daemon=True)

    def _beat(self) -> None:
        while not self._over.wait(_BEAT_SECONDS):
            activity.heartbeat(self.told)

    def __enter__(self) -> "_Beats":
        activity.heartbeat(self.told)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


class TrainingActivities:
    """What the worker does for a workflow."""

    def __init__(self, store: ObjectStore, cache: Path, command: str = "") -> None:
        self._store, self._cache, self._command = store, cache, command

    def _run(self, hooks: Hooks, job_key: str) -> dict[str, Any]:
        if self._command:
            return run_command(self._command, self._store, self._cache, hooks, job_key)
        return Runner(self._store, self._cache, hooks).run(job_key)

    @activity.defn(name="trainFull", no_thread_cancel_exception=True)
    def train_full(self, request: dict[str, Any]) -> dict[str, Any]:
        """Runs the job under `jobKey`; answers with where its result is."""
        with _Beats() as beats:
            hooks = Hooks(
                progress=lambda told: setattr(beats, "told", {**told, "device": "GPU" if torch.cuda.is_available() else "CPU"}),
                cancelled=lambda: activity.is_cancelled() or activity.is_worker_shutdown(),
            )
            try:
                result = self._run(hooks, str(request["jobKey"]))
            except Cancelled as error:
                if activity.is_cancelled():
                    raise CancelledError("somebody asked for the run to end") from error
                raise ApplicationError("the training worker is stopping; another goes on from the checkpoint", type="TRAINER_STOPPING") from error
            except StoreUnavailable as error:
                raise ApplicationError(str(error), type="STORE_UNAVAILABLE") from error
            except Exception as error:
                if is_refusal(error):
                    raise ApplicationError(str(error), type="TRAINING_INPUT_INVALID", non_retryable=True) from error
                raise
        return {"resultKey": f"{result['model'].rsplit('/', 1)[0]}/result.json", "winner": str(result.get("winner", "")), "seconds": result.get("seconds", 0)}


async def _connect(settings: Settings, stopped: asyncio.Event) -> Client | None:
    said = False
    while not stopped.is_set():
        try:
            return await Client.connect(settings.address, namespace=settings.namespace)
        except RuntimeError as error:
            if not said:
                print(f"trainer: Temporal does not answer at {settings.address} ({error}); trying again", file=sys.stderr, flush=True)
            said = True
            await asyncio.sleep(_CONNECT_SECONDS)
    return None


async def run(settings: Settings) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    if settings.threads:
        torch.set_num_threads(settings.threads)
    client = await _connect(settings, stopped)
    if client is None:
        return
    activities = TrainingActivities(S3Store(settings.store), settings.cache, settings.command)
    with ThreadPoolExecutor(1) as executor:
        worker = Worker(
            client, task_queue=settings.task_queue, activities=[activities.train_full], activity_executor=executor, max_concurrent_activities=1,
            # Heartbeats go out as they are told: a cancel comes back with the next one.
            max_heartbeat_throttle_interval=timedelta(seconds=_BEAT_SECONDS), default_heartbeat_throttle_interval=timedelta(seconds=_BEAT_SECONDS),
            graceful_shutdown_timeout=timedelta(seconds=10),
        )
        async with worker:
            print(f"trainer: ready on {settings.task_queue} ({'GPU' if torch.cuda.is_available() else 'CPU'}, {torch.get_num_threads()} threads)", flush=True)
            await stopped.wait()


def main() -> int:
    try:
        settings = read_settings(os.environ)
    except (SettingsMissing, ValueError) as error:
        print(f"trainer: {error}", file=sys.stderr)
        return 2
    asyncio.run(run(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
