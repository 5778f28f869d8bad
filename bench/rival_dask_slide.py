#!/usr/bin/env python3
"""The rival of `tern-bench slides`: Debian's Dask on threads, after a warm-up
that imports what its first computation imports.
Usage: rival_dask_slide.py N THREADS. Prints {"seconds", "value"}."""

import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import dask
import dask.array as da

n, threads = int(sys.argv[1]), int(sys.argv[2])
dask.config.set(scheduler="threads", num_workers=threads)
da.ones((4, 4), chunks=2).sum().compute()
begin = time.perf_counter()
x = da.random.RandomState(0).random_sample((n, n), chunks=(1000, 1000))
value = ((x + x.T) - x.mean(axis=0)).std().compute()
print(json.dumps({"seconds": time.perf_counter() - begin,
                  "value": float(value)}))
