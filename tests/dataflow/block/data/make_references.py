#!/usr/bin/env python3
"""Makes the reference data of tests/dataflow/block with NumPy.

Run it in this folder:  python3 make_references.py
NumPy's vector units are switched off, so that its functions are those of the
C library (errors below 1 ulp). Each file is a plain .npy array; the tests know
the order of the rows from the lists below.
"""

import os

os.environ["NPY_DISABLE_CPU_FEATURES"] = (
    "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL")

import itertools

import numpy as np

np.seterr(all="ignore")
rng = np.random.default_rng(20261101)

# In the order of the opcodes.
UNARY = ("negative absolute sign square sqrt exp expm1 log log1p log10 log2 "
         "sin cos tan arcsin arccos arctan sinh cosh tanh floor ceil rint "
         "isnan isfinite").split()
BINARY = ("add subtract multiply divide floor_divide remainder power minimum "
          "maximum arctan2 equal not_equal less less_equal greater "
          "greater_equal").split()
UNARY_MORE = ("arcsinh arccosh arctanh cbrt exp2 trunc reciprocal "
              "signbit").split()
BINARY_MORE = ("hypot logaddexp logaddexp2 copysign nextafter heaviside fmin "
               "fmax fmod").split()
BINARY_INT = ("add subtract multiply floor_divide remainder power minimum "
              "maximum equal not_equal less less_equal greater greater_equal "
              "bitwise_and bitwise_or bitwise_xor").split()
BINARY_BOOL = ("add multiply minimum maximum equal not_equal less less_equal "
               "greater greater_equal bitwise_and bitwise_or "
               "bitwise_xor").split()
INTEGERS = "int8 int16 int32 int64 uint8 uint16 uint32 uint64".split()
COMPLEX_UNARY = ("negative square reciprocal conjugate rint absolute real "
                 "imag isnan isfinite sqrt exp exp2 expm1 log log1p log10 log2 "
                 "sin cos tan sinh cosh tanh arcsin arccos arctan arcsinh "
                 "arccosh arctanh").split()
COMPLEX_BINARY = "add subtract multiply divide equal not_equal power".split()
COMPLEX_REDUCTIONS = ("sum mean prod std var any all count_nonzero nansum "
                      "nanmean nanprod nanstd nanvar").split()
REDUCTIONS = ("sum mean min max nanmean nansum std var prod any all nanmin "
              "nanmax count_nonzero nanprod nanstd nanvar").split()


def special(dtype):
    info = np.finfo(dtype)
    some = [0.0, info.smallest_subnormal, 3 * info.smallest_subnormal,
            info.tiny, 1e-30, 1e-9, 1e-4, 0.1, 0.25, 0.5, 0.75, 1 - info.eps,
            1.0, 1 + info.eps, 1.5, 2.0, 2.5, 3.0, 7.0, 10.0, 100.0, 1000.0,
            1024.0, 39000.0, 40000.0, 87.0, 88.5, 89.0, 104.0, 706.5, 709.5,
            710.2, 711.0, 745.0, 746.0, 9.9e6, 1.1e7, 1e15, 1e22, 1e30,
            float(info.max), np.inf, np.pi, np.pi / 2, np.pi / 4]
    both = [sign * x for x in some for sign in (1, -1)]
    return np.array(both + [np.nan], dtype)


def unary_inputs(dtype):
    wide = 10.0 ** rng.uniform(-12, 12, 48) * rng.choice([-1, 1], 48)
    near = rng.uniform(-4, 4, 48)
    angles = rng.uniform(-3e4, 3e4, 24)
    return np.concatenate([special(dtype), wide.astype(dtype),
                           near.astype(dtype), angles.astype(dtype)])


def binary_inputs(dtype):
    info = np.finfo(dtype)
    some = [0.0, info.smallest_subnormal, 0.1, 0.5, 1.0, 1.5, 2.0, 3.0, 7.0,
            1e3, 1e20, np.inf]
    values = [sign * x for x in some for sign in (1, -1)] + [np.nan]
    pairs = np.array(list(itertools.product(values, values)), dtype).T
    more = (10.0 ** rng.uniform(-3, 3, (2, 60))
            * rng.choice([-1, 1], (2, 60))).astype(dtype)
    return np.concatenate([pairs, more], axis=1)


def save_floats(dtype):
    name = np.dtype(dtype).name
    x = unary_inputs(dtype)
    np.save(f"unary_{name}.npy",
            np.stack([x] + [getattr(np, f)(x).astype(dtype) for f in UNARY]))
    a, b = binary_inputs(dtype)
    np.save(f"binary_{name}.npy",
            np.stack([a, b] + [getattr(np, f)(a, b).astype(dtype)
                               for f in BINARY]))


def save_more_floats(dtype):
    name = np.dtype(dtype).name
    x = np.load(f"unary_{name}.npy")[0]
    np.save(f"more_unary_{name}.npy", np.stack(
        [x] + [getattr(np, f)(x).astype(dtype) for f in UNARY_MORE]))
    a, b = np.load(f"binary_{name}.npy")[:2]
    np.save(f"more_binary_{name}.npy", np.stack(
        [a, b] + [getattr(np, f)(a, b).astype(dtype) for f in BINARY_MORE]))


def cut_rest(a, b):
    """fmod of integers; NumPy's own traps for the lowest one and -1."""
    rest = [0 if y == 0 else abs(int(x)) % abs(int(y)) * (1 if x > 0 else -1)
            for x, y in zip(a, b)]
    return np.array(rest, a.dtype)


def save_integers_of(name):
    """Rows: a, b, exponents; BINARY_INT, the functions below; then for a
    alone negative, absolute, sign, square, invert, reciprocal."""
    info = np.iinfo(name)
    some = [0, 1, 2, 3, 7, info.bits - 1, info.bits, info.max, info.max - 1,
            info.max // 3]
    if info.min < 0:
        some += [-1, -2, -3, -7, info.min, info.min + 1]
    a, b = np.array(list(itertools.product(some, some)), name).T
    exponents = b % np.array(9, name)
    rows = [a, b, exponents]
    for f in BINARY_INT:
        second = exponents if f == "power" else b
        rows.append(getattr(np, f)(a, second).astype(name))
    rows += [np.fmin(a, b), np.fmax(a, b), cut_rest(a, b),
             np.left_shift(a, b), np.right_shift(a, b)]
    # NumPy leaves open what the inverse of 0 is; here it is 0
    inverse = np.where(a == 0, a, np.reciprocal(np.where(a == 0, a + 1, a)))
    rows += [-a, np.abs(a), np.sign(a), a * a, ~a, inverse]
    np.save(f"integers_{name}.npy", np.stack(rows))


def save_integers():
    info = np.iinfo(np.int64)
    some = [0, 1, -1, 2, -2, 3, -3, 7, -7, 63, 64, 1000, -1000, 2**31, 2**53,
            -2**40 + 1, info.max, info.min, info.min + 1]
    a, b = np.array(list(itertools.product(some, some)), np.int64).T
    rows = [a, b]
    for f in BINARY_INT:
        second = np.abs(b % 70) if f == "power" else b
        rows.append(getattr(np, f)(a, second).astype(np.int64))
    np.save("binary_int64.npy", np.stack(rows))
    x = np.array(some, np.int64)
    np.save("unary_int64.npy", np.stack(
        [x, -x, np.abs(x), np.sign(x), x * x, ~x]))
    a, b = np.array(list(itertools.product([False, True], repeat=2))).T
    np.save("binary_bool.npy", np.stack(
        [a, b] + [getattr(np, f)(a, b) for f in BINARY_BOOL]))


def save_casts():
    floats = np.array([0.0, -0.0, 0.4, -0.6, 1.0, 2.5, -2.5, 1e9 + 0.25,
                       2.0**62, -(2.0**63), 2.0**63, 1e300, np.inf, -np.inf,
                       np.nan, 0.1])
    sources = {
        "float64": floats, "float32": floats.astype(np.float32),
        "int64": np.array([0, 1, -1, 2**53 + 1, 2**24 + 1, -2**63, 5],
                          np.int64),
        "bool": np.array([False, True, True])}
    for name, x in sources.items():
        np.save(f"cast_{name}.npy", x)
        for to in sources:
            np.save(f"cast_{name}_{to}.npy", x.astype(to))


def subsets():
    """All sets of the three axes: bit k says whether axis k is reduced."""
    for bits in range(8):
        yield tuple(axis for axis in range(3) if bits >> axis & 1)


def reduced(f, x, axes):
    if axes == () and f == "count_nonzero":
        y = x != 0
    elif axes == () and f == "nanmean":
        y = x
    elif axes == () and f in ("nanstd", "nanvar"):
        y = x.astype(np.float64) * 0
    else:
        y = getattr(np, f)(x, axis=axes)
    return np.asarray(y).ravel().astype(np.float64)


def save_reductions():
    shape = (4, 13, 5)
    floats = rng.normal(3, 2, shape)
    gaps = floats.copy()
    gaps[rng.random(shape) < 0.3] = np.nan
    gaps[1, :, 2] = np.nan
    zeros = rng.integers(-1, 2, shape)
    inputs = {"float64": floats, "float32": floats.astype(np.float32),
              "gaps": gaps, "int64": zeros.astype(np.int64),
              "bool": zeros == 1}
    for name, x in inputs.items():
        names = [f for f in REDUCTIONS
                 if name != "gaps" or f.startswith("nan")]
        np.save(f"reduce_{name}.npy", x)
        np.save(f"reduce_{name}_results.npy", np.stack(
            [np.concatenate([reduced(f, x, axes) for axes in subsets()])
             for f in names]))


def save_first_extremes():
    """Positions along each axis and of all elements; many values are equal."""
    own = np.random.default_rng(31)
    ties = own.integers(-2, 3, (6, 7, 5))
    gaps = ties.astype(np.float64)
    gaps[own.random(gaps.shape) < 0.15] = np.nan
    gaps[2, 3, 4] = np.inf
    for name, x in {"int64": ties, "float64": gaps}.items():
        np.save(f"extremes_{name}.npy", x)
        np.save(f"extremes_{name}_results.npy", np.stack(
            [np.concatenate([np.asarray(getattr(np, f)(x, axis=axis)).ravel()
                             for axis in (0, 1, 2, None)])
             for f in ("argmin", "argmax", "nanargmin", "nanargmax")]))


def save_running():
    own = np.random.default_rng(32)
    numbers = own.normal(0, 1, (6, 7, 5))
    numbers[own.random(numbers.shape) < 0.1] = np.nan
    inputs = {"float64": numbers, "float32": numbers.astype(np.float32),
              "int64": own.integers(-2**40, 2**40, (6, 7, 5))}
    for name, x in inputs.items():
        np.save(f"running_{name}.npy", x)
        np.save(f"running_{name}_results.npy", np.stack(
            [np.concatenate([getattr(np, f)(x, axis=axis).ravel()
                             for axis in range(3)])
             for f in ("cumsum", "cumprod", "nancumsum", "nancumprod")]))


def save_complex(name):
    """Of parts where functions go wrong; all results as complex numbers."""
    own = np.random.default_rng(33)
    part = np.float32 if name == "complex64" else np.float64
    some = [0.0, 1e-30, 0.25, 1.0, 1.5, 3.0, 40.0, np.inf]
    some = np.array([s * x for x in some for s in (1, -1)] + [np.nan], part)
    grid = np.array(list(itertools.product(some, some)), part)
    wide = (10.0 ** own.uniform(-6, 6, (90, 2))
            * own.choice([-1, 1], (90, 2))).astype(part)
    near = own.uniform(-4, 4, (90, 2)).astype(part)
    z = np.concatenate([grid, wide, near]).view(name).ravel()
    np.save(f"complex_unary_{name}.npy", np.stack(
        [z] + [getattr(np, f)(z).astype(name) for f in COMPLEX_UNARY]))
    few = some[[0, 1, 7, 8, 14, 16]]
    pairs = np.array(list(itertools.product(few, few)), part).view(name)
    a, b = np.array(list(itertools.product(pairs.ravel(), repeat=2))).T
    a = np.concatenate([a, z[-180:-1], z[-90:]])
    b = np.concatenate([b, z[-179:], np.resize([2, 3, 5, -1, -4, 0.5], 90)])
    a, b = a.astype(name), b.astype(name)
    np.save(f"complex_binary_{name}.npy", np.stack(
        [a, b] + [getattr(np, f)(a, b).astype(name) for f in COMPLEX_BINARY]))


def save_complex_reductions():
    own = np.random.default_rng(34)
    shape = (4, 13, 5)
    x = own.normal(0.5, 1, shape) + 1j * own.normal(-1, 1, shape)
    gaps = x.copy()
    gaps[own.random(shape) < 0.3] = complex(np.nan, 1)
    gaps[1, :, 2] = complex(0, np.nan)
    inputs = {"complex128": x, "complex64": x.astype(np.complex64),
              "complex_gaps": gaps}
    for name, x in inputs.items():
        names = [f for f in COMPLEX_REDUCTIONS
                 if name != "complex_gaps" or f.startswith("nan")]
        np.save(f"reduce_{name}.npy", x)
        np.save(f"reduce_{name}_results.npy", np.stack(
            [np.concatenate([np.asarray(getattr(np, f)(
                x.astype(np.complex128), axis=axes)).ravel()
                             for axes in list(subsets())[1:]])
             .astype(np.complex128) for f in names]))
        np.save(f"running_{name}_results.npy", np.stack(
            [np.concatenate([getattr(np, f)(x, axis=axis).ravel()
                             for axis in range(3)])
             for f in ("cumsum", "cumprod", "nancumsum", "nancumprod")]))


save_floats(np.float64)
save_floats(np.float32)
save_integers()
save_casts()
save_reductions()
save_more_floats(np.float64)
save_more_floats(np.float32)
for integer in INTEGERS:
    save_integers_of(integer)
save_first_extremes()
save_running()
save_complex("complex128")
save_complex("complex64")
save_complex_reductions()
