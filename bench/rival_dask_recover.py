#!/usr/bin/env python3
"""The rival of `tern-bench recover`: Debian's Dask on a LocalCluster of three
workers, one of which is killed after half of the time that the work takes.
Usage: rival_dask_recover.py NAP. Prints {"plain", "seconds", "told"}: seconds
without and with a death, and from the kill until the scheduler knows."""

import json
import os
import signal
import sys
import time

import rival_dask_cluster
import dask.array as da

WORKERS = 3
BLOCKS = 12
EXTENT = 50


def slow(block, seconds):
    time.sleep(seconds)
    return block


def work(nap):
    n = BLOCKS * EXTENT
    x = da.random.RandomState(1).random_sample((n, n), chunks=EXTENT)
    x = x.map_blocks(slow, nap, dtype=x.dtype)
    return ((x + x.T) - x.mean(axis=0)).std()


def main():
    nap = float(sys.argv[1])
    right = float(work(0).compute(scheduler="synchronous"))
    with rival_dask_cluster.client(WORKERS) as client:
        client.compute(work(0)).result()
        begin = time.perf_counter()
        value = client.compute(work(nap)).result()
        plain = time.perf_counter() - begin

        address, victim = list(client.run(os.getpid).items())[-1]
        begin = time.perf_counter()
        # other sleeps than before: Dask keeps no results, but names them
        future = client.compute(work(nap * 1.0001))
        time.sleep(plain / 2)
        killed = time.perf_counter()
        os.kill(victim, signal.SIGKILL)
        while address in client.scheduler_info()["workers"]:
            time.sleep(0.001)
        told = time.perf_counter() - killed
        values = [value, future.result()]
        seconds = time.perf_counter() - begin
        if any(abs(float(each) - right) > 1e-12 for each in values):
            sys.exit(1)
        print(json.dumps({"plain": plain, "seconds": seconds, "told": told}))


if __name__ == "__main__":
    main()
