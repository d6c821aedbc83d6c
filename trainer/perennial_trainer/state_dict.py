"""Reads a PyTorch state dict without PyTorch, and without running anything that the file says.

A state dict is a pickle. Python's own unpickler would call whatever the file names, so this one knows five names and
refuses every other. Both layouts are read: the legacy stream (before PyTorch 1.6) and the zip archive (since).
The layouts are those written by `torch.save`: https://pytorch.org/docs/stable/notes/serialization.html
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_PROTOCOL = 1001
_STORAGE_TYPES = {
    "FloatStorage": np.dtype("<f4"),
    "DoubleStorage": np.dtype("<f8"),
    "HalfStorage": np.dtype("<f2"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
}
_VALUES_MAX = 1 << 28  # 1 GiB of float32: far above any backbone that fits this product


class StateDictRefused(ValueError):
    """The file is not a plain state dict: it names something outside the allow-list, or does not hold together."""


@dataclass(frozen=True)
class _StorageType:
    dtype: np.dtype


@dataclass
class _Tensor:
    """A view that is resolved once the bytes behind its storage are known."""

    storage: "_Storage"
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def resolve(self) -> np.ndarray:
        values = self.storage.values
        if values is None:
            raise StateDictRefused("a tensor has no storage in the file")
        last = self.offset + sum((n - 1) * s for n, s in zip(self.shape, self.strides))
        empty = any(n == 0 for n in self.shape)
        if min((self.offset, *self.shape, *self.strides)) < 0 or (not empty and last >= values.size):
            raise StateDictRefused("a tensor reaches outside its storage")
        item = values.itemsize
        view = np.lib.stride_tricks.as_strided(
            values[self.offset :], self.shape, tuple(s * item for s in self.strides), writeable=False
        )
        return np.ascontiguousarray(view).reshape(self.shape)


@dataclass
class _Storage:
    dtype: np.dtype
    count: int
    values: np.ndarray | None = None


def _rebuild_tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_rest: Any) -> _Tensor:
    if not isinstance(storage, _Storage) or len(shape) != len(strides):
        raise StateDictRefused("a tensor is not described as torch.save does")
    return _Tensor(storage, int(offset), tuple(map(int, shape)), tuple(map(int, strides)))


class _Unpickler(pickle.Unpickler):
    """Knows the names that a state dict needs, and no other."""

    def __init__(self, stream: BinaryIO, storages: dict[str, _Storage]) -> None:
        super().__init__(stream)
        self._storages = storages

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if module == "torch" and name in _STORAGE_TYPES:
            return _StorageType(_STORAGE_TYPES[name])
        raise StateDictRefused(f"the file names {module}.{name}, which is not on the list")

    def persistent_load(self, pid: Any) -> _Storage:
        if not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage" or not isinstance(pid[1], _StorageType):
            raise StateDictRefused("a storage is not described as torch.save does")
        _, kind, key, _location, count = pid[:5]
        if len(pid) > 5 and pid[5] is not None:
            raise StateDictRefused("views of storages are not read")
        if not isinstance(count, int) or not 0 <= count <= _VALUES_MAX:
            raise StateDictRefused("a storage is larger than the limit")
        return self._storages.setdefault(str(key), _Storage(kind.dtype, count))


class _PlainUnpickler(pickle.Unpickler):
    """For the parts that hold numbers, strings and lists alone."""

    def find_class(self, module: str, name: str) -> Any:
        raise StateDictRefused(f"the file names {module}.{name} where only plain values may stand")


def _fill(storage: _Storage, raw: bytes) -> None:
    if len(raw) != storage.count * storage.dtype.itemsize:
        raise StateDictRefused("the file ends before its tensors do")
    storage.values = np.frombuffer(raw, storage.dtype)


def _read_legacy(stream: BinaryIO) -> Any:
    if _PlainUnpickler(stream).load() != _LEGACY_MAGIC or _PlainUnpickler(stream).load() != _LEGACY_PROTOCOL:
        raise StateDictRefused("not a PyTorch file")
    system = _PlainUnpickler(stream).load()
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise StateDictRefused("only little-endian files are read")
    storages: dict[str, _Storage] = {}
    root = _Unpickler(stream, storages).load()
    for key in _PlainUnpickler(stream).load():
        storage = storages.get(str(key))
        count = int.from_bytes(stream.read(8), "little", signed=True)
        if storage is None or count != storage.count:
            raise StateDictRefused("a storage does not match its description")
        _fill(storage, stream.read(count * storage.dtype.itemsize))
    return root


def _read_zip(stream: BinaryIO) -> Any:
    storages: dict[str, _Storage] = {}
    with zipfile.ZipFile(stream) as archive:
        names = archive.namelist()
        pickles = [name for name in names if name == "data.pkl" or name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise StateDictRefused("not a PyTorch file")
        prefix = pickles[0][: -len("data.pkl")]
        if prefix + "byteorder" in names and archive.read(prefix + "byteorder").strip() != b"little":
            raise StateDictRefused("only little-endian files are read")
        root = _Unpickler(io.BytesIO(archive.read(pickles[0])), storages).load()
        for key, storage in storages.items():
            name = f"{prefix}data/{key}"
            if name not in names or archive.getinfo(name).file_size > storage.count * storage.dtype.itemsize:
                raise StateDictRefused("a storage does not match its description")
            _fill(storage, archive.read(name))
    return root


def read_state_dict(data: bytes) -> "OrderedDict[str, np.ndarray]":
    """The tensors of a state dict by name, in the order of the file.

    :raises StateDictRefused: for anything that is not a flat mapping of names to tensors.
    """
    try:
        root = _read_zip(io.BytesIO(data)) if data[:2] == b"PK" else _read_legacy(io.BytesIO(data))
    except (pickle.UnpicklingError, EOFError, zipfile.BadZipFile, AttributeError, IndexError, KeyError, TypeError) as error:
        raise StateDictRefused("the file cannot be read") from error
    if not isinstance(root, dict) or not all(isinstance(k, str) and isinstance(v, _Tensor) for k, v in root.items()):
        raise StateDictRefused("the file is not a mapping of names to tensors")
    return OrderedDict((name, tensor.resolve()) for name, tensor in root.items())
