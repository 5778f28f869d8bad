#!/usr/bin/env python3
"""The rival of the tiny tasks of `tern-bench steal`: Debian's Dask, each task
one call of `Client.map`, all results gathered.
Usage: rival_dask_map.py TASKS WORKERS. Prints {"rate", "seconds"}."""

import json
import sys
import time

import rival_dask_cluster


def increment(x):
    return x + 1


def main():
    tasks, workers = (int(word) for word in sys.argv[1:])
    with rival_dask_cluster.client(workers) as client:
        client.gather(client.map(increment, range(-100, 0)))
        begin = time.perf_counter()
        total = sum(client.gather(client.map(increment, range(tasks))))
        seconds = time.perf_counter() - begin
        if total != tasks * (tasks + 1) // 2:
            sys.exit(1)
        print(json.dumps({"rate": tasks / seconds, "seconds": seconds}))


if __name__ == "__main__":
    main()
