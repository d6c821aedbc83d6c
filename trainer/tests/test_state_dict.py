"""Reading a state dict without PyTorch: both layouts, and files that try more than that."""

import io
import pickle
import struct
import unittest
import zipfile
from collections import OrderedDict

import numpy as np

from perennial_trainer.state_dict import StateDictRefused, read_state_dict


class _Name:
    """Pickles as a bare global, the way torch writes its types, without torch being here."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class _Tensor:
    def __init__(self, key: str, values: np.ndarray, offset=0, shape=None, strides=None) -> None:
        self.key, self.values, self.offset = key, values, offset
        self.shape = values.shape if shape is None else shape
        self.strides = tuple(s // values.itemsize for s in values.strides) if strides is None else strides


class _Call:
    def __init__(self, module: str, name: str, *arguments: object) -> None:
        self.module, self.name, self.arguments = module, name, arguments


class _Writer(pickle._Pickler):  # the Python one: its dispatch can be extended
    def persistent_id(self, thing):
        return thing if isinstance(thing, tuple) and thing[:1] == ("storage",) else None

    def save_name(self, thing):
        self.write(f"c{thing.module}\n{thing.name}\n".encode())

    def save_call(self, thing):
        self.save_name(thing)
        self.save(thing.arguments)
        self.write(pickle.REDUCE)

    def save_tensor(self, tensor):
        storage = ("storage", _Name("torch", "FloatStorage"), tensor.key, "cpu", tensor.values.size)
        self.save_name(_Name("torch._utils", "_rebuild_tensor_v2"))
        self.write(pickle.MARK)
        self._storage(storage)
        for part in (tensor.offset, tensor.shape, tensor.strides, False, OrderedDict()):
            self.save(part)
        self.write(pickle.TUPLE + pickle.REDUCE)

    def _storage(self, storage):
        if len(storage) == 5:
            storage = (*storage, None) if self.legacy else storage
        self.write(pickle.MARK)
        for part in storage:
            self.save(part)
        self.write(pickle.TUPLE + pickle.BINPERSID)

    dispatch = dict(pickle._Pickler.dispatch)
    dispatch[_Name] = save_name
    dispatch[_Call] = save_call
    dispatch[_Tensor] = save_tensor


def _pickled(value: object, legacy: bool) -> bytes:
    stream = io.BytesIO()
    writer = _Writer(stream, protocol=2)
    writer.legacy = legacy
    writer.dump(value)
    return stream.getvalue()


def _legacy(state: object, arrays: "dict[str, np.ndarray]") -> bytes:
    head = b"".join(pickle.dumps(each, 2) for each in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}))
    body = _pickled(state, True) + pickle.dumps(sorted(arrays), 2)
    return head + body + b"".join(struct.pack("<q", arrays[key].size) + arrays[key].tobytes() for key in sorted(arrays))


def _zipped(state: object, arrays: "dict[str, np.ndarray]") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("model/data.pkl", _pickled(state, False))
        for key, values in arrays.items():
            archive.writestr(f"model/data/{key}", values.tobytes())
    return stream.getvalue()


WEIGHT = np.arange(6, dtype="<f4").reshape(2, 3)


class ReadStateDict(unittest.TestCase):
    def test_reads_both_layouts(self):
        for layout in (_legacy, _zipped):
            with self.subTest(layout.__name__):
                read = read_state_dict(layout(OrderedDict(weight=_Tensor("0", WEIGHT)), {"0": WEIGHT}))
                self.assertEqual(list(read), ["weight"])
                np.testing.assert_array_equal(read["weight"], WEIGHT)

    def test_reads_views_by_offset_and_stride(self):
        turned = _Tensor("0", WEIGHT, offset=1, shape=(2, 2), strides=(1, 3))
        read = read_state_dict(_legacy(OrderedDict(view=turned), {"0": WEIGHT}))
        np.testing.assert_array_equal(read["view"], [[1, 4], [2, 5]])

    def test_refuses_every_name_off_the_list(self):
        for module, name in (("os", "system"), ("builtins", "eval"), ("torch", "load"), ("numpy", "load"), ("collections", "Counter")):
            for layout in (_legacy, _zipped):
                with self.subTest(f"{module}.{name} {layout.__name__}"):
                    with self.assertRaisesRegex(StateDictRefused, "not on the list"):
                        read_state_dict(layout(OrderedDict(weight=_Call(module, name, "true")), {"0": WEIGHT}))

    def test_refuses_calls_hidden_in_the_head(self):
        head = _pickled(_Call("os", "system", "true"), True)
        with self.assertRaises(StateDictRefused):
            read_state_dict(head + _legacy(OrderedDict(), {}))

    def test_refuses_views_outside_their_storage(self):
        for view in (dict(offset=4), dict(shape=(3, 3)), dict(strides=(9, 1)), dict(offset=-1), dict(strides=(-3, 1))):
            with self.subTest(str(view)):
                with self.assertRaisesRegex(StateDictRefused, "outside its storage"):
                    read_state_dict(_legacy(OrderedDict(weight=_Tensor("0", WEIGHT, **view)), {"0": WEIGHT}))

    def test_refuses_files_cut_short_or_of_another_kind(self):
        whole = _legacy(OrderedDict(weight=_Tensor("0", WEIGHT)), {"0": WEIGHT})
        for data in (whole[:-1], whole[:40], b"", b"PK\x03\x04broken", b"\x00" * 64, pickle.dumps([1, 2])):
            with self.subTest(len(data)):
                with self.assertRaises(StateDictRefused):
                    read_state_dict(data)

    def test_refuses_what_is_not_a_flat_mapping(self):
        for state in ([1], OrderedDict(weight=1), OrderedDict(inner=OrderedDict())):
            with self.subTest(str(state)):
                with self.assertRaises(StateDictRefused):
                    read_state_dict(_legacy(state, {}))


if __name__ == "__main__":
    unittest.main()
