#!/usr/bin/env python3
"""The rival of `tern-bench shuffle`: Debian's Dask on a LocalCluster.
Usage: rival_dask_shuffle.py N WORKERS BLOCKS. Prints {"seconds", "value"}: of
the second run of the session, and elements at a wrong place."""

import json
import sys
import time

import rival_dask_cluster
import dask.array as da
from distributed import wait


def places(n, rows, columns):
    i = da.arange(0.0, n, chunks=rows)
    j = da.arange(0.0, n, chunks=columns)
    return i[:, None] * 3.0 + j * 7.0


def main():
    n, workers, blocks = (int(word) for word in sys.argv[1:])
    piece = n // blocks
    with rival_dask_cluster.client(workers) as client:
        by_rows = places(n, piece, n).persist()
        wait(by_rows)
        wanted = places(n, n, piece)
        wrong = 0
        for _ in range(2):
            begin = time.perf_counter()
            by_columns = by_rows.rechunk((n, piece)).persist()
            wait(by_columns)
            seconds = time.perf_counter() - begin
            wrong += int((by_columns != wanted).sum().compute())
            name = by_columns.name
            client.cancel(by_columns)
            del by_columns
            # or the next run would find its blocks there
            while any(name in str(key) for key in client.who_has()):
                time.sleep(0.1)
        print(json.dumps({"seconds": seconds, "value": wrong}))


if __name__ == "__main__":
    main()
