#!/usr/bin/python3
"""Reads the files that write_test.cpp wrote into a folder, and compares them
with the numbers they ought to hold.

    check_written.py FOLDER
"""
import pathlib
import sys

import netCDF4
import numpy as np


def expected(dtype, shape):
    i = np.arange(int(np.prod(shape)), dtype="i8")
    if dtype == "bool":
        return (i % 3 == 0).reshape(shape)
    if dtype == "int64":
        # C++ divides towards zero
        return (i // 4 - 10).reshape(shape)
    values = (i.astype(dtype) / np.dtype(dtype).type(4)
              - np.dtype(dtype).type(10))
    values[i % 7 == 6] = np.nan
    return values.reshape(shape)


def check(path):
    dtype, case = path.stem.split("-")
    if path.suffix == ".npy":
        found = np.load(path)
        assert found.dtype == np.dtype(dtype), found.dtype
    else:
        with netCDF4.Dataset(path) as f:
            v = f["result"]
            v.set_auto_mask(False)
            found = v[...]
            names = ("time", "lat", "lon") if case == "0" else tuple(
                f"dim_{i}" for i in range(v.ndim))
            assert v.dimensions == names, v.dimensions
            assert v.getncattr("expression") == "a * b"
            if dtype.startswith("float"):
                assert np.isnan(v.getncattr("_FillValue"))
            if dtype == "bool":
                assert v.dtype == np.int8 and v.getncattr("dtype") == "bool"
                found = found.astype(bool)
            assert found.dtype == np.dtype(dtype), found.dtype
    wanted = expected(dtype, found.shape)
    np.testing.assert_array_equal(found, wanted)


files = sorted(p for p in pathlib.Path(sys.argv[1]).iterdir()
               if p.suffix in (".nc", ".npy"))
assert len(files) == 48, len(files)
for file in files:
    try:
        check(file)
    except AssertionError as error:
        sys.exit(f"{file.name}: {error}")
