"""Any command as the trainer: it is given a folder and leaves its result there. What this module does is carry both ways.

The command is started as `COMMAND --store FOLDER --job KEY`; docs/trainer-contract.md says what lies there and what has to
lie there afterwards. `python -m perennial_trainer.run` is such a command."""

from __future__ import annotations

import json
import shlex
import subprocess
import tempfile
import threading
from collections import deque
from pathlib import Path
from typing import Any

from .fine_tune import Cancelled, Hooks
from .job import read_job
from .pictures import read_manifest
from .store import CachedReader, FolderStore, ObjectStore

#: How long a command that was asked to end may take.
_END_SECONDS = 10.0
#: Exit status by which a command says that another try would not help.
REFUSED = 2


class CommandRefused(ValueError):
    """The command said that another try would not help, or left no result that can be read."""


class CommandFailed(RuntimeError):
    """The command ended badly; another try may help."""


def run_command(command: str, store: ObjectStore, cache: Path, hooks: Hooks, job_key: str) -> dict[str, Any]:
    """Fetches the job with all that it names, runs the command, and puts what it left under the job's output into the store.

    :raises CommandRefused, CommandFailed, Cancelled, JobRefused, ManifestRefused, StoreUnavailable:
    """
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as name:
        folder = FolderStore(Path(name))
        output = _fetch(store, CachedReader(store, cache / "objects"), folder, hooks, job_key)
        _run([*shlex.split(command), "--store", name, "--job", job_key], hooks)
        try:
            result = json.loads(folder.get(f"{output}/result.json"))
            files = [key for key in (result["model"], result.get("head")) if key]
            if any(not str(key).startswith(f"{output}/") for key in files):
                raise CommandRefused("the result names a file outside the job's output")
            for key in files:
                store.put(key, folder.get(key))
        except (KeyError, ValueError, TypeError) as error:
            raise CommandRefused(f"the command left no result that can be read: {error}") from error
        # Last: once the result is there, all that it names is.
        store.put(f"{output}/result.json", json.dumps(result).encode())
        return result


def _fetch(store: ObjectStore, reader: CachedReader, folder: FolderStore, hooks: Hooks, job_key: str) -> str:
    data = store.get(job_key)
    folder.put(job_key, data)
    job = read_job(data)
    for key in {each for candidate in job.candidates for each in (candidate.backbone, candidate.manifest)}:
        folder.put(key, store.get(key))
    rows = {row.view: row.sha256 for candidate in job.candidates for row in read_manifest(folder.get(candidate.manifest)).rows}
    for at, (view, sha256) in enumerate(rows.items()):
        if hooks.cancelled():
            raise Cancelled()
        folder.put(view, reader.read(view, sha256))
        hooks.progress({"stage": "fetching the pictures", "images": at + 1, "of": len(rows)})
    return job.output


def _run(arguments: list[str], hooks: Hooks) -> None:
    process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    last: deque[str] = deque(maxlen=1)
    listener = threading.Thread(target=_listen, args=(process, hooks, last), daemon=True)
    listener.start()
    while process.poll() is None:
        if hooks.cancelled():
            process.terminate()
            try:
                process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            raise Cancelled()
        try:
            process.wait(0.5)
        except subprocess.TimeoutExpired:
            continue
    listener.join(_END_SECONDS)
    why = f"the command ended with {process.returncode}: {last[0][:500] if last else 'it said nothing'}"
    if process.returncode == REFUSED:
        raise CommandRefused(why)
    if process.returncode != 0:
        raise CommandFailed(why)


def _listen(process: "subprocess.Popen[str]", hooks: Hooks, last: "deque[str]") -> None:
    """A line that is JSON with a stage is progress; any other line is kept for the sentence when it fails."""
    assert process.stdout is not None
    for line in process.stdout:
        try:
            told = json.loads(line)
        except ValueError:
            told = None
        if isinstance(told, dict) and "stage" in told:
            hooks.progress(told)
        elif line.strip():
            last.append(line.strip())
