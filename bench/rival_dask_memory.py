#!/usr/bin/env python3
"""The rival of `tern-bench memory`: the slide by Debian's Dask.
Usage: rival_dask_memory.py N threads|cluster BYTES. BYTES: of all workers of
the cluster together; threads know no limit. Prints {"seconds", "value"}, or
fails after some minutes: workers that find no more to spill wait for ever."""

import contextlib
import json
import signal
import sys
import time

import rival_dask_cluster
import dask
import dask.array as da

WORKERS = 2
PATIENCE = 300  # seconds


def place(where, limit):
    if where == "cluster":
        return rival_dask_cluster.client(WORKERS, limit // WORKERS)
    dask.config.set(scheduler="threads", num_workers=WORKERS)
    return contextlib.nullcontext()


def main():
    n, where, limit = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(1))
    signal.alarm(PATIENCE)
    with place(where, limit):
        da.ones((4, 4), chunks=2).sum().compute()
        begin = time.perf_counter()
        x = da.random.RandomState(0).random_sample((n, n), chunks=(1000, 1000))
        value = ((x + x.T) - x.mean(axis=0)).std().compute()
        print(json.dumps({"seconds": time.perf_counter() - begin,
                          "value": float(value)}))


if __name__ == "__main__":
    main()
