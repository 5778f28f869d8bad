#!/usr/bin/env python3
"""The rival of `tern-bench fused`: NumPy. Usage: rival_numpy_fused.py
EXPRESSION N. Prints {"seconds", "value"} of the second of two passes."""

import json
import sys
import time

import numpy as np


def numbers(n, factor):
    out = np.empty(n)
    for first in range(0, n, 10_000_000):
        i = np.arange(first, min(n, first + 10_000_000), dtype=np.uint64)
        out[first:first + len(i)] = (
            (i * np.uint64(factor)) & np.uint64(0xffffffff)) * 2.0**-32 + 0.5
    return out


def waves(a, b):
    return np.sqrt(np.sin(a)**2 + np.cos(b)**2) * 2 - a / b


def line(a, b):
    return a * 2 + b


expression, n = {"waves": waves, "line": line}[sys.argv[1]], int(sys.argv[2])
a, b = numbers(n, 2654435761), numbers(n, 2246822519)
expression(a, b).sum()
begin = time.perf_counter()
value = expression(a, b).sum()
print(json.dumps({"seconds": time.perf_counter() - begin,
                  "value": float(value)}))
