#!/usr/bin/python3
"""Makes the .npy files of this folder that open_npy_test.cpp reads, and
npy_values.json with what they hold, by NumPy.

    cd tests/dataflow/io/data && /usr/bin/python3 make_npy_data.py
"""
import json

import numpy as np

ramp = np.arange(11 * 13).reshape(11, 13) * 7 % 101 - 50
cube = np.arange(7 * 5 * 6).reshape(7, 5, 6) / 8 - 3

FILES = {
    "npy_rows": cube,
    "npy_columns": np.asfortranarray(cube),
    "npy_big_endian": ramp.astype(">f4") / np.float32(4),
    "npy_big_endian_columns": np.asfortranarray(ramp.astype(">i8")),
    "npy_flags": ramp > 0,
    "npy_shorts": ramp.astype(">i2") * 300,
    "npy_bytes": (ramp + 50).astype("u1"),
    "npy_long_header": np.arange(23) ** 3,
    "npy_complex": (ramp - 2j * ramp[::-1]) / 4,
    "npy_complex_big_endian": (ramp / 8 * (1 - 1j)).astype(">c8"),
    "npy_complex_columns": np.asfortranarray(cube * (2 + 1j)),
    "npy_empty": np.zeros((0, 3)),
    "npy_number": np.array(-2.5),
}


def write(name, values):
    version = (2, 0) if name == "npy_long_header" else (1, 0)
    with open(name + ".npy", "wb") as f:
        np.lib.format.write_array(f, values, version)


def plain(values):
    """Complex numbers as lists of two."""
    if np.iscomplexobj(values):
        return [[float(z.real), float(z.imag)] for z in values]
    return values.tolist()


for name, values in FILES.items():
    write(name, values)
with open("npy_values.json", "w") as out:
    json.dump({name: {"shape": list(v.shape), "dtype": str(v.dtype.newbyteorder("=")),
                      "values": plain(v.ravel())}
               for name, v in FILES.items()}, out, indent=0)
    out.write("\n")
