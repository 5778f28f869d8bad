#!/usr/bin/python3
"""What netCDF4 and NumPy find in the files of Debian's ferret-datasets.

    cd tests/dataflow/io/data && /usr/bin/python3 make_ferret_references.py

ferret.json: per variable shape, number of values that are there, their exact
sum (rounded once, math.fsum), smallest and largest, and some values with their
row-major positions (null: missing).
"""
import json
import math

import netCDF4
import numpy as np

FOLDER = "/usr/share/ferret-vis/data/"
VARIABLES = {
    "coads_climatology.cdf": ["SST", "AIRT", "UWND", "TIME", "COADSY"],
    "esku_heat_budget.cdf": ["SST", "FSR"],
    "etopo120.cdf": ["ROSE"],
    "levitus_climatology.cdf": ["TEMP"],
    "monthly_navy_winds.cdf": ["UWND"],
    "ocean_atlas_subset.nc": ["TEMP"],
}


def describe(path, name):
    with netCDF4.Dataset(FOLDER + path) as f:
        v = f[name]
        data = np.ma.asarray(v[...])
        there = data.compressed().astype("f8")
        flat = data.ravel()
        places = np.linspace(0, flat.size - 1, 23).astype(int)
        return {
            "file": path, "variable": name, "dtype": str(v.dtype),
            "shape": list(v.shape), "dimensions": list(v.dimensions),
            "count": int(there.size), "sum": math.fsum(there),
            "min": float(there.min()), "max": float(there.max()),
            "samples": [[int(i), None if np.ma.is_masked(flat[i])
                         else float(flat[i])] for i in places]}


if __name__ == "__main__":
    found = [describe(p, n) for p, names in VARIABLES.items() for n in names]
    with open("ferret.json", "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(r) for r in found) + "\n]\n")
