"""What the rivals of tern-bench on Dask's LocalCluster share: worker processes
with one thread each on loopback, one thread in BLAS, no dashboard, no log."""

import contextlib
import logging
import os
import shutil
import sys
import tempfile

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

from distributed import Client, LocalCluster


@contextlib.contextmanager
def client(workers, memory=0):
    """`memory`: bytes a worker; 0: no limit, so that nothing is spilled."""
    folder = tempfile.mkdtemp(prefix="tern-bench-dask-")
    cluster = LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True,
        host="127.0.0.1", dashboard_address=None, memory_limit=memory,
        local_directory=folder, silence_logs=logging.CRITICAL)
    one = Client(cluster)
    try:
        yield one
    finally:
        sys.stdout.flush()
        # this version logs errors of an orderly end
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        with contextlib.suppress(Exception):
            one.close(timeout=5)
            cluster.close(timeout=10)
        shutil.rmtree(folder, ignore_errors=True)
