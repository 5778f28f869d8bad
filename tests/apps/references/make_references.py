#!/usr/bin/python3
"""The reference answers for programs of tern's expression language, by NumPy.

    cd tests/apps/references && /usr/bin/python3 make_references.py

A program of the language is Python with NumPy's names, so each program below is
run as it stands by Python itself; `chunks=` and `seed=` are all that NumPy does
not know. references.json: program, shape, dtype, all values (row-major; NaN as
null, infinities as strings), tolerance and the reason for it.

Python's numbers are weak in tern, as in the Array API and NumPy 2. NumPy 1.24
looks at their values: it widens `uint8_array + 300`, which is a mistake in tern,
so no program here has a number that its array's dtype cannot hold.

Every operation runs over at least 20 blocks, most of them with ragged ones at
the ends; tests/apps/references_test.cpp checks that.
"""
import json
import warnings

import netCDF4
import numpy as np

SMALL = "tests/dataflow/io/data/"
FERRET = "/usr/share/ferret-vis/data/"

EXACT = (0.0, "")
ORDER = (1e-13, "float64 sums in another order")
RUNNING = (1e-13, "float64 sums and products from each block's carry on")
NARROW_RUNNING = (3e-6, "float32 steps from each block's carry on, over 25")
MATHS = (4e-16 * 4, "a function of the mathematical library: 4 ulp")
FLOAT32 = (4.8e-7, "a function of float32: 4 ulp")
MATHS32 = (6e-8 * 2, "the same, rounded to float32")
COMPLEX = (1e-14, "complex products and functions, of the absolute value; "
           "NumPy may fuse products and sums")
COMPLEX32 = (2e-6, "the same in float32")
NARROW = (2e-6, "NumPy adds float32 in float32, tern in float64")


def philox(seed, counter, stream=0):
    """Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011): four 32-bit words
    for each 64-bit counter, the key being the seed; the counter's upper words
    are the stream."""
    mask = np.uint64(0xffffffff)
    shift = np.uint64(32)
    words = [counter & mask, counter >> shift,
             np.full_like(counter, stream), np.zeros_like(counter)]
    key = [seed & 0xffffffff, seed >> 32]
    for _ in range(10):
        p0 = words[0] * np.uint64(0xD2511F53)
        p1 = words[2] * np.uint64(0xCD9E8D57)
        words = [(p1 >> shift) ^ words[1] ^ np.uint64(key[0]), p1 & mask,
                 (p0 >> shift) ^ words[3] ^ np.uint64(key[1]), p0 & mask]
        key = [(key[0] + 0x9E3779B9) & 0xffffffff,
               (key[1] + 0xBB67AE85) & 0xffffffff]
    return words


class Random:
    """`random(shape)` and `random.random(shape)`; without a seed the number of
    the call in the program."""

    def __init__(self):
        self.calls = 0

    def __call__(self, size=(), chunks=None, seed=None, dtype=np.float64):
        return self.uniform(size, self.seed(seed), dtype)

    def seed(self, seed):
        self.calls += 1
        return self.calls - 1 if seed is None else seed

    def uniform(self, size, seed, dtype=np.float64, stream=0):
        n = int(np.prod(size))
        if np.dtype(dtype) == np.float64:
            w = philox(seed, np.arange((n + 1) // 2, dtype=np.uint64), stream)
            bits = np.stack([w[1] << np.uint64(32) | w[0],
                             w[3] << np.uint64(32) | w[2]], axis=1).ravel()
            values = (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53
        else:
            w = philox(seed, np.arange((n + 3) // 4, dtype=np.uint64), stream)
            bits = np.stack(w, axis=1).ravel()
            values = ((bits >> np.uint64(8)).astype(np.float32)
                      * np.float32(2.0**-24))
        return values[:n].reshape(size)

    def random(self, *args, **keywords):
        return self(*args, **keywords)

    def normal(self, loc=0.0, scale=1.0, size=(), chunks=None, seed=None,
               dtype=np.float64):
        """Box and Muller, one number of each pair (random_normal.cpp)."""
        seed = self.seed(seed)
        u = self.uniform(size, seed, stream=1)
        v = self.uniform(size, seed, stream=2)
        z = np.sqrt(-2 * np.log1p(-u)) * np.cos(2 * np.pi * v)
        return (loc + scale * z).astype(dtype)


def open_nc(path, variable, chunks=None):
    with netCDF4.Dataset(path.replace("{source}/", "../../../")) as f:
        data = np.ma.asarray(f[variable][...])
        if not np.issubdtype(data.dtype, np.floating):
            data = data.astype(np.float64 if np.ma.is_masked(data)
                               else np.int64)
        return data.filled(np.nan) if np.ma.is_masked(data) else data.data


def open_npy(path, chunks=None):
    return np.load(path.replace("{source}/", "../../../"))


def without_chunks(make):
    return lambda *args, chunks=None, **keywords: make(*args, **keywords)


def namespace():
    names = {name: getattr(np, name) for name in dir(np)
             if not name.startswith("_")}
    for source in ("zeros", "ones", "full", "arange", "linspace", "eye"):
        names[source] = without_chunks(getattr(np, source))
    names["rechunk"] = lambda a, chunks=None: a
    names.update(random=Random(), open_nc=open_nc, open_npy=open_npy,
                 bool=bool, int=int, float=float, complex=complex, abs=np.abs, round=np.round_,
                 sum=np.sum, min=np.min, max=np.max)
    return names


G = "g = arange(21, chunks=1)[:, None] * 25 + arange(25, chunks=2); "
X = "x = random.random((11, 13), chunks=(2, 3)); "
W = "w = random.random((17, 19), chunks=(2, 3)); "
Q = "x = random.random((17, 17), chunks=4); "
T = "t = random((5, 7, 9), chunks=(2, 2, 2)); "
B = "b = random((5, 1, 5, 3), chunks=(1, 1, 2, 2)); "
C = "c = random((4, 3, 7), chunks=(1, 2, 2)); "
I = "i = (random((5, 7, 24), chunks=(1, 2, 5)) * 20).astype(int) - 9; "
J = "j = (random((24, 9), chunks=(4, 2)) * 9).astype(int); "
R = "r = random((23, 4, 6), chunks=(1, 2, 2)); "
Z = "z = random.random((11, 13), chunks=(2, 3)) - 0.5 + 1j" \
    " * random.random((11, 13), chunks=(2, 3)); "
Y = "z = (random.random((17, 17), chunks=4) + 1j" \
    " * random.random((17, 17), chunks=4)).astype(complex64); "
GAPS = Z + "z = where(z.imag > 0.8, nan + 1j, z); "
SST = f'sst = open_nc("{FERRET}coads_climatology.cdf", "SST", ' \
      "chunks=(5, 20, 50)); "
PACKED = f'p = open_nc("{{source}}/{SMALL}packed.nc", "temperature", ' \
         "chunks=(1, 3)); "
SERIES = f'n = open_nc("{{source}}/{SMALL}chunked.nc", "series", ' \
         "chunks=(1, 3)); "

ROWS = f'r = open_npy("{{source}}/{SMALL}npy_rows.npy", chunks=2); '
COLUMNS = f'c = open_npy("{{source}}/{SMALL}npy_columns.npy", ' \
          "chunks=(3, 2, 2)); "
SWAPPED = f'f = open_npy("{{source}}/{SMALL}npy_big_endian.npy", ' \
          "chunks=(2, 3)); "
SWAPPED_COLUMNS = f'i = open_npy("{{source}}/{SMALL}npy_big_endian_columns' \
                  '.npy", chunks=(2, 3)); '

PROGRAMS = [
    # random numbers by counter
    (X + "x", EXACT),
    ("random((11, 13), chunks=(2, 3), seed=20240229)", EXACT),
    ("random.random((11, 13), chunks=(2, 3), seed=7, dtype=float32)", EXACT),
    (X + "y = random.random((11, 13), chunks=(2, 3)); x - y", EXACT),
    ("random.normal(0, 1, (11, 13), chunks=(2, 3))", MATHS),
    ("random.normal(size=(11, 13), chunks=(2, 3), seed=42)", MATHS),
    ("random.normal(100, 15, (5, 7, 9), chunks=2)", MATHS),
    ("random.normal(5, 0.25, (11, 13), chunks=(2, 3), dtype=float32)",
     MATHS32),
    (X + "random.normal(x * 10 + 90, 1 + x, (11, 13), chunks=(2, 3))", MATHS),
    # arithmetic
    (X + "x + 1.5", EXACT),
    (X + "(x - 0.5) * 3 / (x + 0.1)", EXACT),
    (X + "-x ** 2 + abs(x - 0.5)", EXACT),
    (X + "x % 0.3 + x // 0.3", EXACT),
    (X + "x **= 2; x -= 0.25; x", EXACT),
    (G + "(g % 7) ** 2 - g // -5", EXACT),
    (G + "(g & 12 | 1) ^ 5", EXACT),
    (G + "(g - 70) / (g % 4)", EXACT),
    (G + "(g - 70) % ((g % 3) - 1)", EXACT),
    (G + "(g - 70) // ((g % 3) - 1)", EXACT),
    ("full((11, 13), 2.5, chunks=(2, 3)) ** 2"
     " + ones((11, 13), chunks=(2, 3)) - zeros((11, 13), chunks=(2, 3))",
     EXACT),
    # comparison, logic, choice
    (X + "(x > 0.5) & ~(x >= 0.9)", EXACT),
    (X + "((x < 0.1) | (x != x)).sum(axis=1)", EXACT),
    (X + "where(x > 0.5, x, -x)", EXACT),
    (G + "where((g % 3 == 0) ^ (g < 300), g, 0)", EXACT),
    (X + "minimum(x, 0.75) + maximum(0.25, x)", EXACT),
    (X + "x.clip(0.25, 0.75)", EXACT),
    (X + "logical_and(x > 0.2, x < 0.8)", EXACT),
    # functions
    (X + "sqrt(x) + floor(x * 10) + ceil(x * 3) + rint(x * 5)", EXACT),
    (X + "sign(x - 0.5) * square(x)", EXACT),
    (X + "exp(x)", MATHS),
    (X + "log(x + 0.5) + 2", MATHS),
    (X + "sin(x * 20) + 2", MATHS),
    (X + "cos(x * 20) + 2", MATHS),
    (X + "tanh(x)", MATHS),
    (X + "arctan2(x, 0.5)", MATHS),
    (X + "log1p(x) + log10(x + 1) + log2(x + 1) + expm1(x)", MATHS),
    (X + "isnan(log(x - 0.5)).sum(axis=0)", EXACT),
    (X + "cbrt(x - 0.5)", MATHS),
    (X + "exp2(x * 20 - 10)", MATHS),
    (X + "arcsinh(x * 8 - 4)", MATHS),
    (X + "arccosh(x + 1.5)", MATHS),
    (X + "arctanh(x * 1.8 - 0.9)", MATHS),
    (X + "arcsin(x) + arccos(x) + arctan(x) + sinh(x) + cosh(x)", MATHS),
    (X + "hypot(x, 0.75)", MATHS),
    (X + "hypot(x[1:], x[:-1]).astype(float32)", FLOAT32),
    (X + "logaddexp(x * 30, 15)", MATHS),
    (X + "logaddexp2(x * 30, 15)", MATHS),
    (X + "copysign(x, 0.5 - x)", EXACT),
    (X + "nextafter(x, 0)", EXACT),
    (X + "nextafter(x.astype(float32), 1)", EXACT),
    (X + "heaviside(rint(x * 4) - 2, 0.25)", EXACT),
    (X + "fmin(where(x > 0.5, x, nan), 0.75)", EXACT),
    (X + "fmax(where(x > 0.5, x, nan), where(x > 0.7, nan, x * 2))", EXACT),
    (X + "fmod(x * 20 - 10, 3)", EXACT),
    (X + "trunc(x * 20 - 10) + fix(x * -5)", EXACT),
    (X + "reciprocal(x - 0.5)", EXACT),
    (X + "signbit(x - 0.5)", EXACT),
    (X + "round(x * 10, 2)", EXACT),
    (X + "(x.astype(float32) * 10).round(1)", EXACT),
    (X + "around(x * 1000, -2)", EXACT),
    (X + "deg2rad(x * 360) + radians(90)", MATHS),
    (X + "rad2deg(x) - degrees(x * -2)", MATHS),
    (X + "sinc(rint(x * 6) / 4)", MATHS),
    (X + "fabs(x - 0.5)", EXACT),
    (X + "float_power(x, 1.5)", MATHS),
    (X + "float_power(x.astype(float32), 3)", MATHS),
    (X + "q, r = divmod(x * 20 - 10, 3); stack((q, r))", EXACT),
    (X + "isposinf(1 / rint(x * 4))", EXACT),
    (X + "isneginf(log(floor(x * 3)))", EXACT),
    (X + "isinf(1 / rint(x * 4))", EXACT),
    (X + "isclose(x, rint(x * 4) / 4, 0.1)", EXACT),
    (X + "isclose(where(x > 0.5, nan, x), where(x > 0.3, nan, x),"
     " equal_nan=True)", EXACT),
    (X + "nan_to_num(log(floor(x * 3) - 1))", EXACT),
    (X + "nan_to_num(log(floor(x * 3) - 1), nan=7, neginf=-1)", EXACT),
    (X + "logical_or(x < 0.2, x > 0.8) ^ logical_xor(x < 0.5, x > 0.3)", EXACT),
    (X + "logical_not(floor(x * 3))", EXACT),
    # functions of integers
    (G + "fmod(g - 260, 7)", EXACT),
    (G + "fmod((g - 260).astype(int16), (g % 5 - 2).astype(int16))", EXACT),
    (G + "fmin(g, 300) - fmax(100, g)", EXACT),
    (G + "reciprocal(g % 3 + 1)", EXACT),
    (G + "round(g, -1)", EXACT),
    (G + "(g - 260).astype(int16).round(-2)", EXACT),
    (G + "fabs(g - 260)", EXACT),
    (G + "float_power(g % 7 + 1, -2)", MATHS),
    (G + "q, r = divmod(g - 260, 7); q * 100 + r", EXACT),
    (G + "left_shift(g, g % 11)", EXACT),
    (G + "right_shift(g - 260, 3)", EXACT),
    (G + "left_shift(g.astype(uint8), (g % 10).astype(uint8))", EXACT),
    (G + "right_shift((g - 260).astype(int16), (g % 20).astype(int16))", EXACT),
    (G + "(g % 2 == 0) // (g % 3 == 1)", EXACT),
    (G + "(g % 2 == 0) ** (g % 3 == 1)", EXACT),
    (G + "left_shift(g % 2 == 0, g % 3 == 1)", EXACT),
    (G + "square(g % 2 == 0)", EXACT),
    (G + "arctan2((g - 260).astype(int16), 5)", FLOAT32),
    (G + "hypot((g % 50).astype(uint16), 7)", FLOAT32),
    (G + "copysign((g % 50).astype(int8), (g - 99).astype(int16))", EXACT),
    (G + "hypot((g % 50).astype(uint16), (g % 7).astype(int8))", FLOAT32),
    (G + "isnan(g.astype(uint8)) ^ (isfinite(g.astype(int32)) & (g > 99))",
     EXACT),
    (G + "(g * 131 - 30000).astype(int16).astype(uint8)", EXACT),
    (G + "(g - 260).astype(int8).astype(uint64)", EXACT),
    (G + "(g - 260).astype(int32).astype(bool)", EXACT),
    (G + "(g * 7919).astype(uint16).astype(float32)", EXACT),
    # transposition, broadcasting, slices
    (Q + "x + x.T", EXACT),
    (T + "t.transpose(2, 0, 1) * 2", EXACT),
    (G + "g[3:20:4, ::-5]", EXACT),
    (G + "g[-1] + g[:, 7].sum()", EXACT),
    (G + "g[::-1, ::-1][2:, 15:]", EXACT),
    (W + "w[4:, :-3] - w[:-4, :-3]", EXACT),
    ("(arange(100, chunks=5)[:, None] - arange(3, chunks=1)).T", EXACT),
    ("t = random((8, 9, 20), chunks=2); t[..., newaxis, 3] + t[:, :, :6:6]",
     EXACT),
    # reductions
    (X + "x.sum()", ORDER),
    (X + "x.sum(axis=0)", ORDER),
    (X + "x.mean(axis=1, keepdims=True)", ORDER),
    (X + "x.std(axis=0, ddof=1)", ORDER),
    (X + "x.var()", ORDER),
    (X + "x.min(axis=0) + x.max(axis=1).max()", EXACT),
    (X + "(1 + x).prod(axis=1)", ORDER),
    (T + "t.sum(axis=(0, 2))", ORDER),
    (T + "t.mean(axis=-2)", ORDER),
    (G + "g.sum(axis=1)", EXACT),
    (G + "g.max(axis=0) - g.min()", EXACT),
    (G + "g.mean()", EXACT),
    (G + "(g > 490).any(axis=0)", EXACT),
    (G + "(g < 480).all(axis=1)", EXACT),
    (G + "count_nonzero(g % 5, axis=0)", EXACT),
    (X + "nansum(where(x > 0.3, x, nan), axis=0)", ORDER),
    (X + "nanmean(where(x > 0.3, x, nan), axis=1)", ORDER),
    (X + "nanmin(where(x > 0.3, x, nan), axis=1)", EXACT),
    (X + "nanmax(where(x > 0.3, nan, x))", EXACT),
    (X + "where(x > 0.9, nan, x).max(axis=0)", EXACT),
    (X + "(x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)"
     " + 4", ORDER),
    (Q + "((x + x.T) - x.mean(axis=0)).std()", ORDER),
    # what leaves NaN out, spreads and products
    (X + "nanprod(where(x > 0.3, x + 0.5, nan), axis=0)", ORDER),
    (X + "nanprod(where(x > 0.3, x + 0.5, nan), axis=-1, keepdims=True)",
     ORDER),
    (G + "nanprod(g % 3 + 1, axis=1)", EXACT),
    (X + "nanstd(where(x > 0.3, x, nan), axis=0)", ORDER),
    (X + "nanstd(where(x > 0.3, x, nan), ddof=1)", ORDER),
    (X + "nanvar(where(x > 0.3, x, nan), axis=1, ddof=2, keepdims=True)",
     ORDER),
    (X + "nanvar(where(x > 0.9, x, nan), axis=0, ddof=1)", ORDER),
    (G + "nanvar(g, axis=0)", ORDER),
    (T + "nanvar(where(t > 0.3, t, nan), axis=(0, -1))", ORDER),
    # where the smallest and largest are
    (X + "x.argmin()", EXACT),
    (X + "x.argmax(axis=0)", EXACT),
    (X + "argmin(x, axis=1, keepdims=True)", EXACT),
    (X + "argmax(x, keepdims=True)", EXACT),
    (G + "(g % 7).argmax(axis=0)", EXACT),
    (G + "(g % 7).argmin(axis=-1)", EXACT),
    (G + "(g % 7).argmax()", EXACT),
    (G + "(g // 600).argmax() + (g // -300).argmin()", EXACT),
    (G + "(g % 50 > 40).argmax(axis=1)", EXACT),
    (G + "(g % 90).astype(int8).argmin(axis=0)", EXACT),
    (G + "(g - 200).astype(uint8).argmax(axis=1)", EXACT),
    (G + "(g - 200).astype(uint64).argmax()", EXACT),
    (G + "(g - 200).astype(uint64).argmin(axis=0)", EXACT),
    (X + "x.astype(float32).argmin(axis=0)", EXACT),
    (X + "argmin(where(x > 0.8, nan, x), axis=1)", EXACT),
    (X + "argmax(where(x > 0.8, nan, x))", EXACT),
    (X + "argmax(where(x > 0.8, inf, x), axis=0)", EXACT),
    (X + "argmin(where(x > 0.8, -inf, x), axis=-2)", EXACT),
    (X + "nanargmin(where(x > 0.3, x, nan), axis=0)", EXACT),
    (X + "nanargmax(where(x > 0.8, nan, x), axis=1)", EXACT),
    (X + "nanargmax(where(x > 0.8, nan, x))", EXACT),
    (T + "t.argmin(axis=1)", EXACT),
    (T + "t.argmax(axis=-3)", EXACT),
    (T + "t.transpose(2, 0, 1).argmin()", EXACT),
    # running sums and products
    (X + "x.cumsum(axis=0)", RUNNING),
    (X + "cumsum(x - 0.5, axis=1) + 20", RUNNING),
    (X + "cumprod(x + 0.6, axis=0)", RUNNING),
    (X + "(x + 0.6).cumprod(axis=-1)", RUNNING),
    (X + "x.T.cumsum(axis=0)", RUNNING),
    (G + "g.cumsum(axis=0)", EXACT),
    (G + "(g % 50).astype(int8).cumsum(axis=1)", EXACT),
    (G + "(g % 50).astype(uint16).cumsum(axis=0)", EXACT),
    (G + "(g % 3 > 0).cumsum(axis=1)", EXACT),
    (G + "cumprod(g % 4 + 1, axis=0)", EXACT),
    (G + "cumsum(g, dtype=float64)", EXACT),
    (T + "t.cumsum(axis=1)", RUNNING),
    (T + "cumprod(t + 0.5, axis=-1)", RUNNING),
    (X + "x.astype(float32).cumsum(axis=1)", NARROW_RUNNING),
    (X + "cumsum(where(x > 0.95, nan, x), axis=0)", RUNNING),
    (X + "cumsum(where(x > 0.95, inf, x), axis=1)", RUNNING),
    (X + "nancumsum(where(x > 0.5, nan, x), axis=0)", RUNNING),
    (X + "nancumprod(where(x > 0.5, nan, x + 0.6), axis=1)", RUNNING),
    (X + "nancumsum(where(x > 0.9, inf, where(x < 0.1, -inf, x)), axis=0)",
     RUNNING),
    ("arange(300, chunks=1).cumsum()", EXACT),
    ("arange(641, chunks=2).astype(float64).cumsum()", EXACT),
    # products
    ("random.random((13, 10), chunks=(3, 3))"
     " @ random.random((10, 19), chunks=(3, 4))", ORDER),
    (G + "(g % 5).dot((g % 3).T)", EXACT),
    (Q + "x.dot(x.sum(axis=0))", ORDER),
    (X + "x.T @ (x + 1)[:, ::2]", ORDER),
    (B + C + "matmul(b, c)", ORDER),
    (B + C + "(b + 1) @ (c * 2)", ORDER),
    (I + "i @ i.transpose(0, 2, 1)", EXACT),
    (I + J + "i @ j", EXACT),
    (I + J + "matmul(j.T, i.transpose(0, 2, 1))", EXACT),
    (I + "matmul(arange(7, chunks=1), i)", EXACT),
    (I + "i @ arange(24, chunks=1)", EXACT),
    (I + J + "matmul(i > 3, j < 2)", EXACT),
    ("random((2, 3, 40), chunks=1) @ random((40, 7), chunks=(1, 3))",
     ORDER),
    (T + "tensordot(t, t[:, :, ::2], axes=([0, 1], [0, 1]))", ORDER),
    (R + "tensordot(r, (r + 1).transpose(1, 2, 0))", ORDER),
    (I + "tensordot(i, i[:3], axes=([2, 1], [2, 1]))", EXACT),
    (I + J + "tensordot(i, j, axes=(2, 0))", EXACT),
    (J + "tensordot(j, arange(3, chunks=1), axes=0)", EXACT),
    (R + "r.dot(random((6, 7), chunks=1))", ORDER),
    (T + "dot(t[:, :3, 0], random((2, 3, 4), chunks=1))", ORDER),
    (X + "inner(x, x + 1)", ORDER),
    (R + "inner(r, random((7, 6), chunks=(1, 2)) + 1)", ORDER),
    ("a = arange(21, chunks=1); outer(a, a[::-1] + 2)", EXACT),
    (G + "outer(g[:, 1], g[0] > 7)", EXACT),
    (G + "vdot(g % 7, g % 5)", EXACT),
    # dtypes
    (X + "x.astype(float32) * 2 + 1", EXACT),
    (X + "(x * 100 - 50).astype(int)", EXACT),
    (X + "x.astype('float32').sum(axis=1)", NARROW),
    (X + "x.astype(float32) + arange(13, chunks=3)", EXACT),
    (G + "(g % 2).astype(bool)", EXACT),
    ("linspace(-1, 2, 101, chunks=5) * 2", EXACT),
    ("eye(25, chunks=4) * 3 - 1", EXACT),
    # blocks, shapes and places
    (X + "rechunk(x, chunks=(2, 4))", EXACT),
    (X + "rechunk(x * 2, chunks=(3, 2)) + 1", EXACT),
    (X + "rechunk(x.T + 1, chunks=(2, 3)).sum(axis=0)", ORDER),
    (T + "rechunk(t + 1, chunks=(3, 1, 4)) - t", EXACT),
    (X + "y = x[1:, 1:] + 1; y + x[:-1, :-1]", EXACT),
    (Q + "(x + 1).T @ rechunk(x + 2, chunks=3)", ORDER),
    (X + "concatenate((x, x[::-1], x + 1), axis=0)", EXACT),
    (X + "concatenate([x, (x * 10).astype(int)], axis=1)", EXACT),
    (X + "concatenate((x[:, :5], x[:, 5:]), axis=-1)", EXACT),
    (T + "concatenate((t[:, :2], t[:, 2:5], t), axis=1)", EXACT),
    (X + "stack((x, -x))", EXACT),
    (X + "stack([x, x * 2, x * 3], axis=1)", EXACT),
    (X + "stack((x, x), axis=-1).sum(axis=2)", EXACT),
    (X + "hstack((x, x)) + vstack((x, x))[:11, :1]", EXACT),
    ("a = arange(41, chunks=2); hstack((a, a * 2))", EXACT),
    ("a = arange(41, chunks=2); vstack((a, a * 2))", EXACT),
    (G + "reshape(g, (25, 21))", EXACT),
    (G + "g.reshape(-1)", EXACT),
    (G + "g.reshape(7, 3, 5, 5).sum(axis=(1, 3))", EXACT),
    (G + "g.reshape((1, 21, 1, 25)) * 2", EXACT),
    (R + "r.reshape(92, 6)", EXACT),
    (R + "r.reshape(23, -1)", EXACT),
    (R + "r.reshape(46, 12)", EXACT),
    ("arange(460, chunks=7).reshape(23, 4, 5)[:, ::2, 3]", EXACT),
    (G + "g.ravel()[3::2]", EXACT),
    (R + "r.transpose(0, 2, 1).flatten()", EXACT),
    (X + "expand_dims(x, 1) + 1", EXACT),
    (X + "squeeze(expand_dims(x, 0) * 2)", EXACT),
    (X + "expand_dims(x, -1).squeeze(axis=2)", EXACT),
    (G + "broadcast_to(g[:, 3:4], (21, 25)) + g", EXACT),
    (G + "broadcast_to(g[:, 2:3], (2, 21, 3)).sum(axis=0)", EXACT),
    (X + "flip(x)", EXACT),
    (X + "flip(x, axis=1) - x", EXACT),
    (X + "roll(x, 5, axis=0)", EXACT),
    (G + "roll(g, -4, axis=1) + roll(g, 17)", EXACT),
    (X + "tile(x, 2)", EXACT),
    (X + "tile(x, (2, 1, 2))", EXACT),
    (X + "repeat(x, 3, axis=0)", EXACT),
    (X + "x.repeat(2, axis=1)", EXACT),
    (G + "repeat(g[:, 1], 4)", EXACT),
    (X + "x.take([3, 1, 1, -1, 7, 8, 9], axis=0)", EXACT),
    (G + "take(g, [0, 5, 100, 142])", EXACT),
    (X + "x[[2, 2, 10, 0]]", EXACT),
    (X + "x[1:9:2, [12, 0, 1, 2, -2]] * 2", EXACT),
    (X + "x[:, [True, False, True, True, False, False, True, False, True,"
     " False, False, True, True]]", EXACT),
    ("x = random.random((23, 5), chunks=(1, 3)); x[x > 0.5]", EXACT),
    (X + "x[x[:, 1] > 0.5]", EXACT),
    (G + "g[1:, g[3] % 5 < 2] - 1", EXACT),
    (G + "g[g % 3 == 1]", EXACT),
    (G + "g[g[:, 0] % 50 < 10, 2:9]", EXACT),
    (G + "a = g.ravel(); a[(a * 37) % 525]", EXACT),
    (G + "a = g.ravel(); a[(a > 40) & (a < 90)]", EXACT),
    ("t = random.random((22, 3, 4), chunks=(1, 2, 3)); t[t > 0.9]", EXACT),
    (T + "swapaxes(t, 0, 2) + 1", EXACT),
    (T + "moveaxis(t, 0, -1) * 2", EXACT),
    # arrays that are written down, and functions made of others
    (G + "g[:, :4] * array([1, 2.5, -3, 0])", EXACT),
    (G + "g[:3] + [[1], [2], [4]] + array([1, 2, 3, 7, 7], dtype=float32)[1]",
     EXACT),
    (G + "concatenate([g.ravel(), [5, 6, 7, 0, 0]])", EXACT),
    (G + "zeros_like(g) + ones_like(g, dtype=float64) + g", EXACT),
    (X + "full_like(x, 2.5) - x", EXACT),
    (X + "diff(x, axis=0)", EXACT),
    (G + "diff(g * g, n=2)", EXACT),
    (G + "(g > 100)[:, 1:] == diff(g > 100)", EXACT),
    (X + "ptp(x, axis=1)", EXACT),
    (G + "average(g, axis=1)", ORDER),
    (G + "average(g, axis=0, weights=g[:, 0])", ORDER),
    (G + "tril(g, 2) - triu(g, -3)", EXACT),
    (G + "diag(g, -2)", EXACT),
    (G + "diag(g[3])", EXACT),
    (G + "trace(g, 1)", EXACT),
    (X + "linalg.norm(x, axis=1)", ORDER),
    (G + "pad(g, ((1, 2), (0, 3)), constant_values=9)", EXACT),
    (G + "split(g, 3)[1] + split(g, [2, 9], axis=0)[1]", EXACT),
    (G + "split(g, [-9])[1] - split(g, [3, 12, 90])[1]", EXACT),
    (G + "g[:, :3] + logspace(0, 1, 3, dtype=int)", EXACT),
    (G + "triu(g > 100)", EXACT),
    (G + "tril(g.astype(int8), -2)", EXACT),
    (G + "diag(g.astype(int8), 2)", EXACT),
    (G + "diag(g[:, 0] > 99)", EXACT),
    ("z = random.random((23, 24), chunks=(1, 5)); 1 / diag(z * -0.0)", EXACT),
    ("1 / (ones((21, 2), chunks=(1, 2)) * array([0.0, -0.0]))", EXACT),
    (G + "meshgrid(g[0], g[:, 0])[1] - g", EXACT),
    (X + "array_equal(x, x.copy()) & allclose(x, x + 1e-12)", EXACT),
    # integers of all widths
    (G + "(g % 100).astype(int8) * 3 + 7", EXACT),
    (G + "a = (g - 200).astype(int8); (a - 5) * a", EXACT),
    (G + "a = g.astype(int8); a // 7 + a % 5", EXACT),
    (G + "(g % 90).astype(int8).sum(axis=1)", EXACT),
    (G + "a = (g % 90).astype(int8); a.max(axis=0) - a.min(axis=0)", EXACT),
    (G + "(g % 100).astype(int16) * 3 + 7", EXACT),
    (G + "a = (g - 200).astype(int16); (a - 5) * a", EXACT),
    (G + "a = g.astype(int16); a // 7 + a % 5", EXACT),
    (G + "(g % 90).astype(int16).sum(axis=1)", EXACT),
    (G + "a = (g % 90).astype(int16); a.max(axis=0) - a.min(axis=0)", EXACT),
    (G + "(g % 100).astype(int32) * 3 + 7", EXACT),
    (G + "a = (g - 200).astype(int32); (a - 5) * a", EXACT),
    (G + "a = g.astype(int32); a // 7 + a % 5", EXACT),
    (G + "(g % 90).astype(int32).sum(axis=1)", EXACT),
    (G + "a = (g % 90).astype(int32); a.max(axis=0) - a.min(axis=0)", EXACT),
    (G + "(g % 100).astype(uint8) * 3 + 7", EXACT),
    (G + "a = (g - 200).astype(uint8); (a - 5) * a", EXACT),
    (G + "a = g.astype(uint8); a // 7 + a % 5", EXACT),
    (G + "(g % 90).astype(uint8).sum(axis=1)", EXACT),
    (G + "a = (g % 90).astype(uint8); a.max(axis=0) - a.min(axis=0)", EXACT),
    (G + "(g % 100).astype(uint16) * 3 + 7", EXACT),
    (G + "a = (g - 200).astype(uint16); (a - 5) * a", EXACT),
    (G + "a = g.astype(uint16); a // 7 + a % 5", EXACT),
    (G + "(g % 90).astype(uint16).sum(axis=1)", EXACT),
    (G + "a = (g % 90).astype(uint16); a.max(axis=0) - a.min(axis=0)", EXACT),
    (G + "(g % 100).astype(uint32) * 3 + 7", EXACT),
    (G + "a = (g - 200).astype(uint32); (a - 5) * a", EXACT),
    (G + "a = g.astype(uint32); a // 7 + a % 5", EXACT),
    (G + "(g % 90).astype(uint32).sum(axis=1)", EXACT),
    (G + "a = (g % 90).astype(uint32); a.max(axis=0) - a.min(axis=0)", EXACT),
    (G + "(g % 100).astype(uint64) * 3 + 7", EXACT),
    (G + "a = (g - 200).astype(uint64); (a - 5) * a", EXACT),
    (G + "a = g.astype(uint64); a // 7 + a % 5", EXACT),
    (G + "(g % 90).astype(uint64).sum(axis=1)", EXACT),
    (G + "a = (g % 90).astype(uint64); a.max(axis=0) - a.min(axis=0)", EXACT),
    (G + "(g % 9).astype(int8) ** 2", EXACT),
    (G + "(g % 3).astype(uint8).prod(axis=0)", EXACT),
    (G + "(g % 50).astype(uint16).mean(axis=0)", ORDER),
    (G + "(g % 50).astype(int32).std()", ORDER),
    (G + "(g % 50).astype(uint8) > 20", EXACT),
    (G + "(g % 50).astype(uint8) & (g % 7).astype(uint8) | 1", EXACT),
    (G + "~(g % 50).astype(int16) ^ 5", EXACT),
    (G + "-(g % 50).astype(int8)", EXACT),
    (G + "abs((g - 250).astype(int16))", EXACT),
    (G + "(g % 50).astype(int8) + (g % 60).astype(uint8)", EXACT),
    (G + "(g % 50).astype(int32) * (g % 60).astype(uint32)", EXACT),
    (G + "(g % 50).astype(uint64) + (g % 60).astype(int64)", EXACT),
    (G + "(g % 50).astype(uint32) - (g % 60).astype(uint16)", EXACT),
    (G + "(g % 50).astype(int16) * ones(25, chunks=3, dtype=float32)", EXACT),
    (G + "(g % 50).astype(int32) * ones(25, chunks=3, dtype=float32)", EXACT),
    (G + "(g % 50).astype(int16) / (g % 7 + 1).astype(int16)", EXACT),
    (G + "sqrt((g % 50).astype(int16))", EXACT),
    (G + "sqrt((g % 50).astype(uint32))", EXACT),
    (G + "where(g % 2 == 0, g.astype(int16), g.astype(uint8))", EXACT),
    (G + "(g % 5).astype(uint16).dot((g % 3).astype(uint16).T)", EXACT),
    (G + "(g % 5).astype(int8) @ (g % 3).astype(int8).T", EXACT),
    (G + "(g / 7).astype(int16) + (g / -7).astype(int8)", EXACT),
    (G + "(g % 2).astype(int8).any(axis=0)", EXACT),
    (G + "count_nonzero((g % 3).astype(uint8), axis=1)", EXACT),
    (G + "concatenate((g[:9, :9].astype(int16), g[9:, :9].astype(uint8)))",
     EXACT),
    ("arange(5, 90, 2, chunks=2, dtype=uint8)", EXACT),
    ("arange(-40, 40, 3, chunks=1, dtype=int16) * 2", EXACT),
    ("full((21, 5), 200, chunks=(1, 2), dtype=uint8) + 100", EXACT),
    ("zeros((21, 5), chunks=(1, 2), dtype=int32) - 1", EXACT),
    # complex numbers
    (Z + "z", EXACT),
    (Z + "z.conj() - z.real + 2j * z.imag", COMPLEX),
    (Z + "z * z / (z + 1)", COMPLEX),
    (Z + "1 / z - z ** 3 + (2 - 1j) * z ** -2", COMPLEX),
    (Z + "z ** (0.5 - 1j)", COMPLEX),
    (Z + "abs(z) + angle(z)", COMPLEX),
    (Z + "exp(z) - log(z) + sqrt(z)", COMPLEX),
    (Z + "sin(z) + cos(z) * tan(z)", COMPLEX),
    (Z + "sinh(z) / (tanh(z) - cosh(z))", COMPLEX),
    (Z + "log2(z) + log10(z) + arctan(z) + arcsinh(z)", COMPLEX),
    (Z + "square(z) + reciprocal(z) - conjugate(-z)", COMPLEX),
    (Z + "where(z.real > 0, z, 1j)", EXACT),
    (Z + "(z == z.real) | (z != conj(z))", EXACT),
    (GAPS + "isnan(z) ^ isfinite(z)", EXACT),
    (Z + "isinf(where(z.imag > 0.5, inf * 1j, z))", EXACT),
    (Z + "z.astype(complex64) * 3 - 1j", COMPLEX32),
    (Z + "round(z * 3)", EXACT),
    (Z + "isclose(z, rint(z * 4) / 4, 0.1)", EXACT),
    (Z + "sinc(z) + float_power(z, 2.5)", COMPLEX),
    (Z + "expm1(z) * exp2(z) - log1p(z)", COMPLEX),
    (Z + "logical_and(z, z.real > 0)", EXACT),
    (Y + "z + z.T", EXACT),
    (Y + "abs(z * 1j - z.real)", COMPLEX32),
    (G + "g.astype(complex64) * 1j + g", EXACT),
    (G + "(g - 260) * (2 + 1j) / 4", EXACT),
    (Z + "z[::-2, 3:] - z[::2, :10]", EXACT),
    (Z + "concatenate((z, z.T.real[:11, :11]), axis=1)", EXACT),
    (Z + "reshape(z + 1j, (13, 11)).transpose() * 2", EXACT),
    (Z + "roll(rechunk(z * 2, chunks=(3, 4)), 3, axis=0)", EXACT),
    (Z + "z.sum(axis=0)", COMPLEX),
    (Z + "z.mean(axis=1, keepdims=True)", COMPLEX),
    (Z + "(z + 1).prod(axis=0)", COMPLEX),
    (Z + "z.std(axis=0, ddof=1) + z.var()", ORDER),
    (Y + "z.sum(axis=1) - z.mean()", (4e-6, "NumPy adds complex64 in float32")),
    (Y + "z.var(axis=0)", (4e-6, "NumPy adds complex64 in float32")),
    (Z + "(z.real > 0).any(axis=0) ^ (z - z.real).all(axis=0)", EXACT),
    (Z + "count_nonzero(rint(z * 2), axis=1)", EXACT),
    (GAPS + "nan_to_num(where(z.real > 0.2, z, inf * z), posinf=9)", EXACT),
    (GAPS + "nansum(z, axis=0) + nanmean(z, axis=0)", COMPLEX),
    (GAPS + "nanstd(z, axis=1)", ORDER),
    (Z + "z.cumsum(axis=0)", RUNNING),
    (Z + "cumprod(z + 1, axis=1)", RUNNING),
    (Z + "z.T @ z.conj()", COMPLEX),
    (Y + "z @ z.T", COMPLEX32),
    (Z + "tensordot(z, z[:, ::-1], axes=([0], [0]))", COMPLEX),
    (Z + "vdot(z, z * 1j)", COMPLEX),
    (Z + "z.dot(arange(13, chunks=2))", COMPLEX),
    ("full((11, 13), 1.5 - 2j, chunks=(2, 3)) * 1j"
     " + ones((11, 13), chunks=(2, 3), dtype=complex)", EXACT),
    ("zeros((21, 5), chunks=(1, 2), dtype=complex64) - 1j", EXACT),
    (f'z = open_npy("{{source}}/{SMALL}npy_complex.npy", chunks=(2, 3)); '
     "z * 1j", EXACT),
    # files
    (ROWS + "r * 2", EXACT),
    (ROWS + COLUMNS + "r - c.sum(axis=(1, 2), keepdims=True)", ORDER),
    (SWAPPED + "f", EXACT),
    (SWAPPED + SWAPPED_COLUMNS + "i[::2, ::-1] + f[::2]", EXACT),
    (SWAPPED_COLUMNS + "i.sum(axis=1)", EXACT),
    (f's = open_npy("{{source}}/{SMALL}npy_shorts.npy", chunks=(2, 3)); '
     "s // 7", EXACT),
    (f'b = open_npy("{{source}}/{SMALL}npy_flags.npy", chunks=(2, 3)); '
     "where(b, 1, -1)", EXACT),
    (PACKED + "p", EXACT),
    (PACKED + "nanmean(p, axis=0)", ORDER),
    (PACKED + "isnan(p).sum()", EXACT),
    (SERIES + "n * 2", EXACT),
    (SST + "sst[::4, ::9, ::30]", EXACT),
    (SST + "nanmean(sst, axis=0)[::9, ::20]", NARROW),
    (SST + "nanmean(nanmean(sst, axis=0, dtype=float64), axis=1)", ORDER),
    (SST + "nanmax(sst, axis=(0, 2)) - nanmin(sst, axis=(0, 2))", EXACT),
    (SST + "(sst > 25).sum(axis=(1, 2))", EXACT),
    (SST + "nansum(sst, dtype=float64)", ORDER),
]


def plain(x):
    if isinstance(x, np.complexfloating):
        return [plain(x.real), plain(x.imag)]
    if isinstance(x, np.bool_):
        return bool(x)
    if isinstance(x, np.integer):
        return int(x)
    if np.isnan(x):
        return None
    return float(x) if np.isfinite(x) else str(float(x))


def run(program):
    *statements, last = program.split("; ")
    names = namespace()
    exec("\n".join(statements), names)
    return np.asarray(eval(last, names))


def references():
    for program, (tolerance, why) in PROGRAMS:
        value = run(program)
        assert value.size <= 700, (program, value.shape)
        yield {"program": program, "shape": list(value.shape),
               "dtype": str(value.dtype), "tolerance": tolerance, "why": why,
               "values": [plain(x) for x in value.ravel()]}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    lines = [json.dumps(r) for r in references()]
    with open("references.json", "w") as out:
        out.write("[\n" + ",\n".join(lines) + "\n]\n")
    print(len(lines), "references")
