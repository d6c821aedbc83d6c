"""The other side of the head-fit bench: scikit-learn's LogisticRegression on the same numbers.

python trainer/bench_sklearn.py EMBEDDINGS LABELS --rows N --columns D --c C
Reads N x D float32 and N int32 from the two files, waits for a line on standard input, fits, and prints one line of JSON
with the seconds of the fit and the mean penalised loss, for each line that comes.
"""

import argparse
import json
import sys
import time
import warnings

import numpy as np
from sklearn.linear_model import LogisticRegression


def mean_loss(model: LogisticRegression, x: np.ndarray, y: np.ndarray, c: float) -> float:
    """(sum of -log p + 0.5 / C * |W|^2) / n in double precision: what scikit-learn minimises, divided by n."""
    weights = model.coef_.astype(np.float64)
    logits = x.astype(np.float64) @ weights.T + model.intercept_.astype(np.float64)
    logits -= logits.max(axis=1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    data = -log_p[np.arange(len(y)), np.searchsorted(model.classes_, y)].sum()
    return float((data + 0.5 / c * (weights**2).sum()) / len(y))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("embeddings")
    parser.add_argument("labels")
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--columns", type=int, required=True)
    parser.add_argument("--c", type=float, required=True)
    args = parser.parse_args()
    x = np.fromfile(args.embeddings, dtype=np.float32).reshape(args.rows, args.columns)
    y = np.fromfile(args.labels, dtype=np.int32)
    print(json.dumps({"ready": True}), flush=True)
    for _ in sys.stdin:
        model = LogisticRegression(C=args.c, max_iter=1000)
        start = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(x, y)
        seconds = time.perf_counter() - start
        print(json.dumps({"seconds": seconds, "loss": mean_loss(model, x, y, args.c), "iterations": int(model.n_iter_.max())}), flush=True)


if __name__ == "__main__":
    main()
