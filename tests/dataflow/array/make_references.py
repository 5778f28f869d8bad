#!/usr/bin/python3
"""Writes data/references.txt: what NumPy gives for the expressions of
references_test.cpp, one a line: name, dtype, number of axes, extents, values
(floats in hexadecimal). Run it again after a change of the list:

    /usr/bin/python3 make_references.py > data/references.txt
"""
import numpy as np

nan = np.nan
row = np.arange(13)
column = np.arange(11)[:, np.newaxis]
x = column * 0.5 - row * 0.37
i = column * 7 - row * 5
f = x.astype(np.float32)
b = i % 3 == 0
y = np.where(x > 2, nan, x)
v = row * 0.25 + 1.0
w = np.arange(11) - 4.5
pos = np.abs(x) + 0.125

CASES = {
    # elementwise, promotion
    "x": x, "i": i, "f": f, "b": b, "y": y,
    "x+i": x + i, "f+i": f + i, "f+1": f + 1, "f+1.5": f + np.float32(1.5),
    "i+1.5": i + 1.5, "b+i": b + i, "b+b": b + b, "b*b": b * b, "b+1": b + 1,
    "i-v": i - v, "i/4": i / 4, "i/i2": i / (i * i + 1), "b/b": b / (b | True),
    "i//4": i // 4, "i%4": i % 4, "i//-3": i // -3, "i%-3": i % -3,
    "x//0.3": x // 0.3, "x%0.3": x % 0.3, "x%-0.3": x % -0.3,
    "i**2": i ** 2, "i**3": i ** 3, "x**2": x ** 2, "x**3": x ** 3,
    "pos**0.5": pos ** 0.5, "pos**1.7": pos ** 1.7, "2**i": 2 ** (i % 7),
    "-x": -x, "-i": -i, "abs x": abs(x), "abs i": abs(i), "sign": np.sign(x),
    "x<i": x < i, "i==2": i == 2, "y!=y": y != y, "x>=0.5": x >= 0.5,
    "b&b": b & (i > 0), "b|": b | (i > 0), "b^": b ^ (i > 0), "~b": ~b,
    "~i": ~i, "i&6": i & 6, "i^3": i ^ 3,
    "minimum": np.minimum(x, v), "maximum": np.maximum(i, 3),
    "minimum nan": np.minimum(y, 0.5), "arctan2": np.arctan2(x, v),
    "where": np.where(b, x, i), "where scalars": np.where(b, 1, 0),
    "sqrt": np.sqrt(pos), "exp": np.exp(x), "log": np.log(pos),
    "sin": np.sin(x), "tanh": np.tanh(x), "sqrt i": np.sqrt(i * i),
    "exp f": np.exp(f), "floor": np.floor(x), "ceil": np.ceil(x),
    "rint": np.rint(x), "isnan": np.isnan(y), "isfinite i": np.isfinite(i),
    "square": np.square(x), "expm1": np.expm1(x), "log1p": np.log1p(pos),
    "x.astype(int)": x.astype(np.int64), "i.astype(bool)": i.astype(bool),
    "x.astype(f)": x.astype(np.float32), "b.astype(x)": b.astype(np.float64),
    # broadcasting, views
    "w+v": w[:, np.newaxis] + v, "x*w": x * w[:, np.newaxis],
    "x.T": x.T, "x.T+": x.T * 2 + w, "newaxis": (x[:, np.newaxis] - v)[3],
    "x+x.T": (x[:, :11] + x[:, :11].T),
    # slices
    "x[3]": x[3], "x[-1]": x[-1], "x[:, 4]": x[:, 4], "x[2, -3]": x[2, -3],
    "x[1:9]": x[1:9], "x[::2, ::3]": x[::2, ::3], "x[::-1]": x[::-1],
    "x[8:2:-2, ::-1]": x[8:2:-2, ::-1], "x[..., 1]": x[..., 1],
    "x[5:2]": x[5:2], "x[None, 2, ..., None]": x[None, 2, ..., None],
    "x[-4:, :-4]": x[-4:, :-4], "x[::7, ::9]": x[::7, ::9],
    "x[100:]": x[100:], "x[:100]": x[:100], "x[::-100]": x[::-100],
    "x[2:9][1:4]": x[2:9][1:4],
    # reductions
    "sum": x.sum(), "sum 0": x.sum(axis=0), "sum 1": x.sum(axis=1),
    "sum -1 keep": x.sum(axis=-1, keepdims=True), "sum i": i.sum(),
    "sum b": b.sum(axis=0), "sum f": f.sum(axis=1),
    "sum (0,1) keep": x.sum(axis=(0, 1), keepdims=True),
    "sum ()": x.sum(axis=()),
    "mean": x.mean(), "mean 0": x.mean(axis=0), "mean i": i.mean(axis=1),
    "mean y": y.mean(axis=0), "min": x.min(), "min 0": x.min(axis=0),
    "max i": i.max(axis=1), "max y": y.max(axis=1), "min b": b.min(axis=1),
    "nanmean": np.nanmean(y, axis=0), "nansum": np.nansum(y, axis=1),
    "nanmin": np.nanmin(y), "nanmax": np.nanmax(y, axis=0),
    "std": x.std(), "std 0 ddof": x.std(axis=0, ddof=1),
    "var i": i.var(axis=1), "prod": (pos / 2).prod(axis=1),
    "any": b.any(axis=0), "all": b.all(), "all x": x.all(axis=1),
    "count_nonzero": np.count_nonzero(i % 3, axis=0),
    "sum empty": x[5:2].sum(axis=0), "sum empty 1": x[5:2].sum(axis=1),
    "slide": ((x[:, :11] + x[:, :11].T) - x[:, :11].mean(axis=0)).std(),
    # products
    "dot": x.dot(x.T), "dot i": i.dot(i.T), "dot v": x.dot(v),
    "w.dot": w.dot(x), "v.v": v.dot(v), "dot f": f.dot(f.T),
    "dot f i": f.dot(i.T), "dot b": b.dot(b.T),
    # sources
    "arange 2 30 3": np.arange(2, 30, 3), "arange -": np.arange(7, -20, -2),
    "arange f": np.arange(0.1, 4, 0.3), "arange 1e0": np.arange(0, 1, 0.1),
    "arange none": np.arange(3, 3), "arange up-": np.arange(0, 5, -1),
    "arange f32": np.arange(0, 3, 0.1, dtype=np.float32),
    "full": np.full((5, 4), 2.5), "ones": np.ones((3, 4), dtype=np.int64),
    "zeros": np.zeros((0, 4)),
}


def words(value):
    if value.dtype.kind == "f":
        return float(value).hex()
    return str(int(value))


with np.errstate(all="ignore"):
    for name, value in CASES.items():
        a = np.asarray(value)
        print("\t".join([name, a.dtype.name, str(a.ndim), *map(str, a.shape),
                         *map(words, a.ravel())]))
