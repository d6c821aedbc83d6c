"""Runs one job over a folder, without Temporal or S3: for trying things, and as the example of a trainer that is a command.

    python -m perennial_trainer.run --store FOLDER --job KEY [--cache FOLDER]

Prints a line of JSON for each stage and second, and the result last; exit 1 and one sentence where it failed, 2 where
trying again would not help."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from .fine_tune import Hooks
from .job import Runner
from .refusals import is_refusal
from .store import FolderStore


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="perennial_trainer.run", description="Runs one training job over a folder.")
    parser.add_argument("--store", type=Path, required=True, help="folder whose files are named by their keys")
    parser.add_argument("--job", required=True, help="key of the job's description")
    parser.add_argument("--cache", type=Path, help="folder for what may be thrown away (default: STORE/.cache)")
    options = parser.parse_args(arguments)
    said = {"at": 0.0, "stage": ""}

    def progress(told: dict) -> None:
        if told["stage"] != said["stage"] or time.monotonic() - said["at"] > 1:
            said.update(at=time.monotonic(), stage=told["stage"])
            print(json.dumps(told), flush=True)

    try:
        result = Runner(FolderStore(options.store), options.cache or options.store / ".cache", Hooks(progress=progress)).run(options.job)
    except Exception as error:  # noqa: BLE001 - the one place where this command ends
        print(f"trainer: {error}", file=sys.stderr)
        return 2 if is_refusal(error) else 1
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
