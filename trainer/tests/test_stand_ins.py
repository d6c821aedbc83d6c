"""Stand-ins for CUDA's libraries: what the loader makes of them, and that only what is missing is written."""

import ctypes
import platform
import struct
import sys
import tempfile
import unittest
from pathlib import Path

import torch

from perennial_trainer.stand_ins import missing_libraries, read_linked, write_library, write_stand_ins

HERE = sys.platform == "linux" and platform.machine() == "x86_64"


class StandIns(unittest.TestCase):
    def test_reads_back_what_it_writes(self):
        linked = read_linked_of(write_library("libcuexample.so.7", [("cuOne", "libcuexample.so.7"), ("cuTwo", "OTHER"), ("cuThree", "")]))
        self.assertEqual(linked, (10, {"cuOne", "cuTwo", "cuThree"}))
        self.assertIsNone(read_linked(b"#!/bin/sh\n"))

    @unittest.skipUnless(HERE, "the files are for x86-64 Linux")
    def test_the_loader_takes_it_and_every_symbol_says_no_device(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "libcuexample.so.7"
            path.write_bytes(write_library(path.name, [(f"cuFunction{i}", path.name) for i in range(300)]))
            library = ctypes.CDLL(str(path), mode=ctypes.RTLD_LOCAL)
            self.assertEqual([getattr(library, f"cuFunction{i}")() for i in (0, 7, 299)], [100, 100, 100])
            with self.assertRaises(AttributeError):
                library.cuFunction300

    @unittest.skipUnless(HERE, "the files are for x86-64 Linux")
    def test_nothing_is_missing_once_they_are_there(self):
        folder = Path(torch.__file__).parent / "lib"
        self.assertEqual(write_stand_ins(folder, {path.name for path in folder.parent.parent.glob("nvidia/**/lib/*.so*")}), [])
        self.assertEqual(missing_libraries(folder, set()), {})
        self.assertFalse(torch.cuda.is_available() and not Path("/dev/nvidia0").exists())


def read_linked_of(data: bytes):
    """Our files have no sections, which are for linkers: the loader reads segments. So read it as the loader does."""
    count, = struct.unpack_from("<H", data, 0x38)
    segments = [struct.unpack_from("<IIQQQQQQ", data, 64 + i * 56) for i in range(count)]
    dynamic = next(each for each in segments if each[0] == 2)
    tags = dict(struct.iter_unpack("<qQ", data[dynamic[2] : dynamic[2] + dynamic[5]]))
    _, symbols = struct.unpack_from("<II", data, tags[4])
    names = set()
    for at in range(1, symbols):
        name, = struct.unpack_from("<I", data, tags[6] + 24 * at)
        start = tags[5] + name
        names.add(data[start : data.index(b"\0", start)].decode())
    return tags[10] and tags[11] and len(tags), names


if __name__ == "__main__":
    unittest.main()
