#!/usr/bin/env python3
"""The rival of `tern-bench scaleout`: Debian's Dask on a LocalCluster.
Usage: rival_dask_scaleout.py nodes|join WORKERS TASKS. Prints {"seconds"}, and
for `join` "first": from the call that adds a worker until its first task runs,
and "share": of the tasks that it ran."""

import json
import os
import sys
import time

import rival_dask_cluster

NAP = 0.01
BEFORE_THE_JOIN = 0.3


def nap(_, seconds):
    begun = time.monotonic()
    time.sleep(seconds)
    return os.getpid(), begun


def main():
    kind, workers, tasks = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with rival_dask_cluster.client(workers) as client:
        client.gather(client.map(nap, range(workers), seconds=0, pure=False))
        known = set(client.run(os.getpid).values())
        out = {}
        begin = time.perf_counter()
        futures = client.map(nap, range(tasks), seconds=NAP, pure=False)
        if kind == "join":
            time.sleep(BEFORE_THE_JOIN)
            started = time.monotonic()
            client.cluster.scale(workers + 1)
        notes = client.gather(futures)
        out["seconds"] = time.perf_counter() - begin
        if kind == "join":
            late = [begun for pid, begun in notes if pid not in known]
            if not late:
                sys.exit(1)
            out["first"] = min(late) - started
            out["share"] = len(late) / tasks
        print(json.dumps(out))


if __name__ == "__main__":
    main()
