#!/usr/bin/env python3
"""Runs the demo's first half and compares its means with those that NumPy
computes from the same file. Usage: check_climatology.py DEMO-SCRIPT TERN"""

import json
import os
import subprocess
import sys
import tempfile

import netCDF4
import numpy as np

SOURCE = "/usr/share/ferret-vis/data/coads_climatology.cdf"

# The file is float32, and so are tern's means: the mean over time is rounded
# once and the mean of a band once more, by up to 2**-24 of the value each time.
TOLERANCE = 2 * 2.0**-24


def sst_of(path, name):
    with netCDF4.Dataset(path) as file:
        values = file.variables[name][:]
    return np.ma.filled(values.astype(np.float64), np.nan)


def means_of(values, axis=None):
    """nanmean without its warning; no value at all: nan."""
    counts = np.sum(~np.isnan(values), axis=axis)
    with np.errstate(invalid="ignore"):
        return np.nansum(values, axis=axis) / counts


def main(demo, tern):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([demo, folder], check=True, timeout=100,
                       env={**os.environ, "TERN": tern})
        with open(os.path.join(folder, "bands.json")) as file:
            bands = np.array(json.load(file)["value"], dtype=np.float64)
        with netCDF4.Dataset(os.path.join(folder, "sst_mean.nc")) as file:
            (name,) = [n for n, v in file.variables.items() if v.ndim == 2]
        mean = sst_of(os.path.join(folder, "sst_mean.nc"), name)
    expected = means_of(sst_of(SOURCE, "SST"), axis=0)
    assert mean.shape == expected.shape, (mean.shape, expected.shape)
    assert np.isnan(mean).sum() == np.isnan(expected).sum() > 0
    np.testing.assert_allclose(mean, expected, rtol=TOLERANCE)
    of_bands = [means_of(expected[5 * b:5 * b + 5]) for b in range(18)]
    assert len(bands) == 18 and np.isfinite(bands).sum() >= 15
    np.testing.assert_allclose(bands, of_bands, rtol=TOLERANCE)
    print("the demo's means are NumPy's")


main(*sys.argv[1:])
