#!/usr/bin/python3
"""How NumPy prints arrays: what tests/apps/print_test.cpp compares with.

    cd tests/apps/references && /usr/bin/python3 make_print_references.py

print.json: dtype, shape, the values (row-major; NaN and infinities as strings)
and the text of str(array).
"""
import json

import numpy as np

nan, inf = np.nan, np.inf
rng = np.random.default_rng(3)

ARRAYS = [
    np.arange(5),
    np.arange(-5, 120, 25),
    np.arange(12).reshape(3, 4),
    np.arange(24).reshape(2, 3, 4) * 1000,
    np.arange(16).reshape(2, 2, 2, 2),
    np.arange(40),
    np.arange(1001),
    np.arange(2000).reshape(40, 50),
    np.arange(1200).reshape(3, 20, 20),
    np.arange(1500).reshape(2, 750),
    np.arange(1200).reshape(600, 2),
    np.array(7),
    np.array(True),
    np.array([True, False]),
    np.arange(20).reshape(4, 5) % 3 == 0,
    np.array(0.1),
    np.array(1e20),
    np.array(nan),
    np.array(np.float32(0.1)),
    np.array(np.float32(16777216)),
    np.array([1.0, 2.5, 3.25]),
    np.array([1.0, 2.0]),
    np.array([0.1, 0.2, 0.30000000000000004]),
    np.array([1 / 3, 2 / 3]),
    np.array([1e-5, 1.0]),
    np.array([1e-3, 1.0]),
    np.array([0.5, 600.0]),
    np.array([1e8, 1.0]),
    np.array([1.5e10, 2.25e10]),
    np.array([1e10, 1e200]),
    np.array([-1e-300, 3.0]),
    np.array([0.0, -0.0]),
    np.array([0.0, 1e-10]),
    np.array([nan, 1.0, -2.5]),
    np.array([nan, nan]),
    np.array([inf, -inf, 1.25]),
    np.array([-inf, 1.0]),
    np.array([nan, 1e-9, inf]),
    np.array([-1.5, 22.75, -333.125]),
    np.array([123456.789, 0.5]),
    np.array([99999999.0, 1e5]),
    np.linspace(0, 1, 11),
    np.linspace(-1, 1, 30).reshape(5, 6),
    rng.random((4, 3)),
    np.round(rng.random((34, 31)), 4),
    rng.random(25) * 1e-6,
    np.sqrt(np.arange(50)),
    (np.arange(6, dtype="f4") / 7),
    np.array([0.1, 1e-4, 3.0], "f4"),
    np.array([1e-5, 1e5], "f4"),
    np.arange(1100, dtype="f4").reshape(11, 100) / 3,
    np.where(np.arange(21) % 4 == 0, nan, np.arange(21) / 3).reshape(3, 7),
    np.array(1 + 2j),
    np.array(-0.5j),
    np.array(2j),
    np.array(np.complex64(0.1 - 1e20j)),
    np.array(complex(nan, -inf)),
    np.array([1 + 2j, 3.25 - 4j]),
    np.arange(12) * (1 - 0.5j),
    np.array([1e-5 + 1j, 1 - 1e9j]),
    np.array([1e8 + 1j, 1 - 1e-6j, -2j]),
    np.array([complex(nan, 1), complex(-inf, inf), 2.5 - 1.25j]),
    np.array([complex(1, nan), 2]),
    np.array([complex(nan, nan)]),
    np.array([complex(1e-9, nan), complex(inf, 1e9)]),
    np.array([0j, complex(-0.0, -0.0)]),
    (rng.random((4, 3)) - 0.5) * (1 + 3j),
    np.sqrt(np.arange(-9, 9) + 0j),
    (np.arange(6) / 7 * (1 - 1j)).astype("c8"),
    np.array([1e-5j, 1e5], "c8"),
    np.arange(1100).reshape(11, 100) / 3 * (1 + 1e-3j),
    np.zeros((2, 0), complex),
    np.zeros((0,)),
    np.zeros((3, 0)),
    np.zeros((1, 1, 1)),
]


def plain(x):
    if isinstance(x, (bool, np.bool_)):
        return bool(x)
    if isinstance(x, (int, np.integer)):
        return int(x)
    if isinstance(x, (complex, np.complexfloating)):
        return [plain(x.real), plain(x.imag)]
    x = float(x)
    return x if np.isfinite(x) else str(x)


if __name__ == "__main__":
    np.set_printoptions()  # the defaults
    with open("print.json", "w") as out:
        out.write("[\n" + ",\n".join(
            json.dumps({"dtype": str(a.dtype), "shape": list(a.shape),
                        "values": [plain(x) for x in a.ravel()],
                        "text": str(a)}) for a in ARRAYS) + "\n]\n")
