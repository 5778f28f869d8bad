#!/usr/bin/python3
"""Makes the small files of this folder and what they hold, by NumPy and
netCDF4 (Debian: python3-numpy, python3-netcdf4).

    cd tests/dataflow/io/data && /usr/bin/python3 make_data.py

values.json: for each file and variable the shape, tern's dtype, the names of
the dimensions and all values, row-major, null where one is missing. The values
are read back by netCDF4, which unpacks and masks by itself.
"""
import json

import netCDF4
import numpy as np


def packed():
    """Classic: packed shorts, unsigned bytes, two missing values, text."""
    f = netCDF4.Dataset("packed.nc", "w", format="NETCDF3_CLASSIC")
    f.createDimension("lat", 7)
    f.createDimension("lon", 11)
    f.createDimension("letters", 5)
    stored = (np.arange(77, dtype="i2").reshape(7, 11) * 301) % 2003 - 900
    v = f.createVariable("temperature", "i2", ("lat", "lon"),
                         fill_value=-32767)
    v.set_auto_maskandscale(False)
    v.scale_factor = 0.01
    v.add_offset = 273.15
    v.missing_value = np.array([-999, -998], "i2")
    stored[2, 3] = -32767
    stored[4, 5] = -999
    stored[6, 10] = -998
    v[:] = stored
    v = f.createVariable("offset_only", "i2", ("lon",))
    v.set_auto_maskandscale(False)
    v.add_offset = -3.5
    v[:] = np.arange(11)
    v = f.createVariable("unsigned_bytes", "i1", ("lon",), fill_value=-1)
    v.set_auto_maskandscale(False)
    v._Unsigned = "true"
    v[:] = np.array([0, 1, 127, -128, -2, -1, 5, 6, 7, 8, 9], "i1")
    v = f.createVariable("counts", "i4", ("lat",))
    v[:] = np.arange(7) * -(10**8)
    v = f.createVariable("counts_with_gaps", "i4", ("lat",), fill_value=-1)
    v[:] = np.ma.masked_equal([5, -1, 7, 8, -1, 10, 11], -1)
    v = f.createVariable("half_scaled", "f4", ("lat",), fill_value=-9e33)
    v.set_auto_maskandscale(False)
    v.scale_factor = np.float32(0.5)
    v[:] = np.array([1, 2, 3, -9e33, 5, 6.25, 7], "f4")
    v = f.createVariable("double_fill_of_float", "f4", ("lat",))
    v.set_auto_maskandscale(False)
    v.missing_value = np.float32(-99.9)
    v[:] = np.array([-99.9, 2, 3, 4, -99.9, 6, 7], "f4")
    v = f.createVariable("label", "S1", ("lat", "letters"))
    v[:] = np.full((7, 5), b"x")
    v = f.createVariable("height", "f8", ())
    v[...] = 2.5
    v.units = "m"
    f.title = "generated"
    f.close()


def records():
    """64-bit offsets: an unlimited dimension and records with padding."""
    f = netCDF4.Dataset("records.nc", "w", format="NETCDF3_64BIT_OFFSET")
    f.createDimension("time", None)
    f.createDimension("station", 3)
    t = f.createVariable("time", "f8", ("time",))
    t[:] = np.arange(9) * 0.5
    v = f.createVariable("level", "i2", ("time", "station"))
    v[:] = np.arange(27, dtype="i2").reshape(9, 3) - 5
    v = f.createVariable("flow", "f4", ("time", "station"), fill_value=1e20)
    v[:] = np.ma.masked_greater(
        np.arange(27, dtype="f4").reshape(9, 3) / 3, 8.5)
    v = f.createVariable("fixed", "i1", ("station",))
    v[:] = [1, -2, 3]
    f.close()


def one_record_variable():
    """Records of a single variable are not padded."""
    f = netCDF4.Dataset("one_record_variable.nc", "w",
                        format="NETCDF3_CLASSIC")
    f.createDimension("time", None)
    f.createDimension("x", 3)
    v = f.createVariable("v", "i2", ("time", "x"))
    v[:] = np.arange(15, dtype="i2").reshape(5, 3) ** 2
    f.close()


def empty_records():
    f = netCDF4.Dataset("empty_records.nc", "w", format="NETCDF3_CLASSIC")
    f.createDimension("time", None)
    f.createDimension("x", 3)
    f.createVariable("v", "f4", ("time", "x"))
    f.close()


def wide():
    """CDF-5: counts and types of 64 bits."""
    f = netCDF4.Dataset("wide.nc", "w", format="NETCDF3_64BIT_DATA")
    f.createDimension("x", 6)
    f.createDimension("t", None)
    v = f.createVariable("long", "i8", ("x",))
    v[:] = np.array([0, 1, -1, 2**62, -(2**62), 2**53 + 1])
    v = f.createVariable("word", "u2", ("t", "x"))
    v[:] = np.arange(24, dtype="u2").reshape(4, 6) + 65500
    f.close()


def chunked():
    """NetCDF-4: compressed chunks, groups, NaN as fill value, strings."""
    f = netCDF4.Dataset("chunked.nc", "w", format="NETCDF4")
    f.createDimension("y", 10)
    f.createDimension("x", 13)
    f.createDimension("t", None)
    v = f.createVariable("grid", "f8", ("y", "x"), zlib=True, shuffle=True,
                         chunksizes=(4, 5), fill_value=float("nan"))
    values = np.sqrt(np.arange(130.0)).reshape(10, 13)
    values[3, 4] = np.nan
    v[:] = values
    v = f.createVariable("series", "i4", ("t", "x"), chunksizes=(2, 13))
    v[0:5] = np.arange(65).reshape(5, 13) - 30
    v = f.createVariable("big", "u8", ("x",))
    v[:] = np.arange(13, dtype="u8") * 10**17
    v = f.createVariable("too_big", "u8", ("x",))
    v[:] = np.full(13, 2**63 + 1, dtype="u8")
    v = f.createVariable("words", str, ("x",))
    v[:] = np.array(["tern"] * 13, dtype=object)
    g = f.createGroup("ocean").createGroup("deep")
    g.createDimension("z", 4)
    v = g.createVariable("salt", "f4", ("z", "x"))
    v[:] = np.arange(52, dtype="f4").reshape(4, 13) * 0.1
    v = f.createVariable("mask", "i1", ("x",))
    v.setncattr("dtype", "bool")
    v[:] = np.arange(13) % 3 == 0
    f.close()


DTYPES = {
    "packed.nc": {
        "temperature": "float64", "offset_only": "float64",
        "unsigned_bytes": "float64", "counts": "int64",
        "counts_with_gaps": "float64", "half_scaled": "float32",
        "double_fill_of_float": "float32", "height": "float64",
    },
    "records.nc": {"time": "float64", "level": "int64", "flow": "float32",
                   "fixed": "int64"},
    "one_record_variable.nc": {"v": "int64"},
    "empty_records.nc": {"v": "float32"},
    "wide.nc": {"long": "int64", "word": "int64"},
    "chunked.nc": {"grid": "float64", "series": "int64", "big": "int64",
                   "ocean/deep/salt": "float32", "mask": "bool"},
}


def flat(variable, name, dtype):
    data = np.ma.asarray(variable[...])
    mask = np.ma.getmaskarray(data).ravel()
    if dtype == "int64":
        return [int(x) for x in data.data.ravel()]
    if dtype == "bool":
        return [bool(x) for x in data.data.ravel()]
    values = data.data.ravel().astype("f8")
    return [None if m or np.isnan(x) else float(x)
            for x, m in zip(values, mask)]


def references():
    result = []
    for path, variables in DTYPES.items():
        with netCDF4.Dataset(path) as f:
            for name, dtype in variables.items():
                v = f[name]
                result.append({
                    "file": path, "variable": name, "dtype": dtype,
                    "shape": list(v.shape), "dimensions": list(v.dimensions),
                    "values": flat(v, name, dtype)})
    with open("values.json", "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(r) for r in result) + "\n]\n")


def npy():
    """Whole files as numpy.save writes them."""
    for name, values in {
            "float64_3x4": np.arange(12.0).reshape(3, 4) / 7,
            "float32_5": np.arange(5, dtype="f4") / 3,
            "int64_2x1x3": np.arange(6).reshape(2, 1, 3) - 3,
            "bool_7": np.arange(7) % 2 == 0,
            "float64_scalar": np.array(1.5),
            "float64_0x3": np.zeros((0, 3)),
            "int64_12x1": np.full((12, 1), 7),
    }.items():
        np.save(name + ".npy", values)


if __name__ == "__main__":
    packed()
    records()
    one_record_variable()
    empty_records()
    wide()
    chunked()
    references()
    npy()
