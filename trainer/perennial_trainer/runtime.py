"""ONNX Runtime sessions: what serving runs, here to check exports and to embed pictures faster than PyTorch does on a CPU."""

from __future__ import annotations

import onnxruntime


def open_session(data: bytes, threads: int = 1) -> onnxruntime.InferenceSession:
    """:param threads: of one run; 0 leaves it to ONNX Runtime."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads, options.log_severity_level = threads, 1, 3
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
