"""Lets PyTorch's x86-64 Linux wheel load on a machine without an NVIDIA card, without 2.4 GB of CUDA beside it.

    python -m perennial_trainer.stand_ins

The package index has one PyTorch for that platform, and it is linked against CUDA's libraries even where only the CPU is
used. Each library that is missing gets a stand-in beside PyTorch's own: a small ELF file with the same name and the same
symbols, all of them one function that answers 100, which is CUDA's "no device". PyTorch then says that there is no CUDA
and computes on the CPU. Nothing of PyTorch or of CUDA is changed or copied; where the real libraries are installed they are
found first and nothing is written. Layout: System V ABI, AMD64 supplement; symbol versions as in the LSB core specification.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

# The driver itself, libcuda, is looked for when it is used, not before.
_CUDA = re.compile(r"lib(cu(?!da\.)|nv|nccl)")
_SYMBOL = re.compile(r"_*(cu|nv|nccl)")
#: int f(void) { return 100; }
_CODE = b"\xb8\x64\x00\x00\x00\xc3"
_PAGE = 0x1000


@dataclass(frozen=True)
class _Linked:
    needed: tuple[str, ...]
    defined: frozenset[str]
    #: Symbol, library that it is asked of ('' where any will do), version.
    wanted: frozenset[tuple[str, str, str]]


def _text(table: bytes, at: int) -> str:
    return table[at : table.index(b"\0", at)].decode()


def read_linked(data: bytes) -> _Linked | None:
    """What a 64-bit little-endian ELF file needs, defines and asks for; None for any other file."""
    if data[:6] != b"\x7fELF\x02\x01":
        return None
    offset, = struct.unpack_from("<Q", data, 0x28)
    size, count = struct.unpack_from("<HH", data, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, offset + i * size) for i in range(count)]

    def body(section: tuple[int, ...]) -> bytes:
        return data[section[4] : section[4] + section[5]]

    def of(kind: int) -> tuple[int, ...] | None:
        return next((each for each in sections if each[1] == kind), None)

    dynamic, symbols, versions, asked = of(6), of(11), of(0x6FFFFFFF), of(0x6FFFFFFE)
    if dynamic is None or symbols is None:
        return None
    names = body(sections[dynamic[6]])
    needed = tuple(_text(names, value) for tag, value in struct.iter_unpack("<qQ", body(dynamic)) if tag == 1)
    from_library = _asked_versions(body(asked), body(sections[asked[6]])) if asked else {}
    numbers = [n for n, in struct.iter_unpack("<H", body(versions))] if versions else []
    strings, defined, wanted = body(sections[symbols[6]]), set(), set()
    for at, (name, _info, _other, where, _value, _size) in enumerate(struct.iter_unpack("<IBBHQQ", body(symbols))):
        text = _text(strings, name)
        if where:
            defined.add(text)
        elif text:
            library, version = from_library.get(numbers[at] & 0x7FFF if numbers else 0, ("", ""))
            wanted.add((text, library, version))
    return _Linked(needed, frozenset(defined), frozenset(wanted))


def _asked_versions(data: bytes, strings: bytes) -> dict[int, tuple[str, str]]:
    found, at = {}, 0
    while True:
        _, count, file, aux, following = struct.unpack_from("<HHIII", data, at)
        place = at + aux
        for _ in range(count):
            _, _, number, name, after = struct.unpack_from("<IHHII", data, place)
            found[number & 0x7FFF] = (_text(strings, file), _text(strings, name))
            place += after
        if following == 0:
            return found
        at += following


def _sysv_hash(name: str) -> int:
    value = 0
    for byte in name.encode():
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ (high >> 24)) & ~high & 0xFFFFFFFF
    return value


def write_library(soname: str, symbols: list[tuple[str, str]]) -> bytes:
    """A shared library with nothing but these symbols, each with its version ('' for none)."""
    strings = bytearray(b"\0")

    def string(text: str) -> int:
        strings.extend(text.encode() + b"\0")
        return len(strings) - len(text.encode()) - 1

    own = string(soname)
    versions = [soname, *sorted({version for _, version in symbols if version} - {soname})]
    numbers = {version: at + 1 for at, version in enumerate(versions)}
    version_names = [own, *(string(version) for version in versions[1:])]
    names = [string(name) for name, _ in symbols]
    # Head and program headers, then the code that every symbol points to.
    code_at = 64 + 4 * 56
    parts, place = bytearray(_CODE), {}

    def part(name: str, data: bytes) -> None:
        parts.extend(b"\0" * (-(code_at + len(parts)) % 8))
        place[name] = code_at + len(parts)
        parts.extend(data)

    part("symbols", bytes(24) + b"".join(struct.pack("<IBBHQQ", name, 0x12, 0, 1, code_at, len(_CODE)) for name in names))
    buckets = max(1, len(symbols))
    heads, chain = [0] * buckets, [0] * (len(symbols) + 1)
    for at, (name, _) in enumerate(symbols, 1):
        bucket = _sysv_hash(name) % buckets
        chain[at], heads[bucket] = heads[bucket], at
    part("hash", struct.pack(f"<II{buckets}I{len(chain)}I", buckets, len(chain), *heads, *chain))
    part("versions", struct.pack(f"<{len(symbols) + 1}H", 0, *(numbers[version] if version else 1 for _, version in symbols)))
    definitions = b""
    for at, (version, name) in enumerate(zip(versions, version_names)):
        last = at == len(versions) - 1
        definitions += struct.pack("<HHHHIII", 1, 1 if at == 0 else 0, at + 1, 1, _sysv_hash(version), 20, 0 if last else 28) + struct.pack("<II", name, 0)
    part("definitions", definitions)
    part("strings", bytes(strings))
    end = code_at + len(parts)
    dynamic_at = -(-end // _PAGE) * _PAGE
    tags = [(14, own), (4, place["hash"]), (5, place["strings"]), (10, len(strings)), (6, place["symbols"]), (11, 24),
            (0x6FFFFFF0, place["versions"]), (0x6FFFFFFC, place["definitions"]), (0x6FFFFFFD, len(versions)), (0, 0)]
    dynamic = b"".join(struct.pack("<qQ", *tag) for tag in tags)

    def segment(kind: int, flags: int, at: int, size: int, align: int) -> bytes:
        return struct.pack("<IIQQQQQQ", kind, flags, at, at, at, size, size, align)

    # The loader writes into the dynamic part, so that has a segment of its own.
    headers = segment(1, 5, 0, end, _PAGE) + segment(1, 6, dynamic_at, len(dynamic), _PAGE) + segment(2, 6, dynamic_at, len(dynamic), 8) + segment(0x6474E551, 6, 0, 0, 16)
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 4, 0, 0, 0)
    return (head + headers + bytes(parts)).ljust(dynamic_at, b"\0") + dynamic


def missing_libraries(folder: Path, elsewhere: set[str]) -> dict[str, list[tuple[str, str]]]:
    """The CUDA libraries that PyTorch's files in a folder need and that are nowhere, each with the symbols asked of it."""
    files = {path.name: read_linked(path.read_bytes()) for path in sorted([*folder.glob("*.so*"), *folder.parent.glob("_C*.so")])}
    linked = [each for each in files.values() if each is not None]
    needed = sorted({name for each in linked for name in each.needed if _CUDA.match(name)} - set(files) - elsewhere)
    defined = frozenset().union(*(each.defined for each in linked))
    found: dict[str, set[tuple[str, str]]] = {name: set() for name in needed}
    for each in linked:
        for symbol, library, version in each.wanted:
            if library in found:
                found[library].add((symbol, version))
            elif library == "" and needed and symbol not in defined and _SYMBOL.match(symbol):
                # Asked of nobody in particular: any library that is loaded may have it.
                found[needed[0]].add((symbol, ""))
    return {name: sorted(symbols) for name, symbols in found.items()}


def write_stand_ins(folder: Path, elsewhere: set[str] = frozenset()) -> list[str]:
    """Writes what is missing into the folder of PyTorch's libraries; answers with the names."""
    missing = missing_libraries(folder, set(elsewhere))
    for name, symbols in missing.items():
        partial = folder / f"{name}.{os.getpid()}.partial"
        partial.write_bytes(write_library(name, symbols))
        os.replace(partial, folder / name)
    return sorted(missing)


def main() -> int:
    spec = importlib.util.find_spec("torch")
    if spec is None or not spec.submodule_search_locations:
        print("stand-ins: PyTorch is not installed here", file=sys.stderr)
        return 1
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return 0
    package = Path(next(iter(spec.submodule_search_locations)))
    real = {path.name for path in package.parent.glob("nvidia/**/lib/*.so*")}
    for name in write_stand_ins(package / "lib", real):
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
