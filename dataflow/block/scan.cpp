// Running sums and products along an axis of a block. Each element is the one
// before it and one step more, from the carry on: the order of a loop.

#include "dataflow/block/kernels.hpp"

#include <stdexcept>
#include <string>
#include <type_traits>

namespace tern {

namespace {

template <class T, bool Product>
T step(T a, T x) {
  if constexpr (std::is_integral_v<T>) {
    const auto u = static_cast<std::uint64_t>(a);
    const auto v = static_cast<std::uint64_t>(x);
    return static_cast<T>(Product ? u * v : u + v); // wraps
  } else if constexpr (is_complex_type<T> && Product) {
    return {a.real() * x.real() - a.imag() * x.imag(),
            a.real() * x.imag() + a.imag() * x.real()};
  } else {
    return Product ? a * x : a + x;
  }
}

/// The first step of a block. A product of complex numbers with 1 would make
/// NaN of infinity, so nothing is multiplied by the 1 that stands for nothing.
template <class T, bool Product>
T first_step(T carry, T x) {
  if constexpr (is_complex_type<T> && Product)
    return carry == T(1) ? x : step<T, Product>(carry, x);
  else
    return step<T, Product>(carry, x);
}

/// What goes in for a value: NaN may be left out.
template <class T, bool Product, bool LeaveOut>
T taken(T x) {
  if constexpr (LeaveOut && is_inexact(dtype_of<T>))
    return x != x ? T(Product) : x;
  else
    return x;
}

/// A slab of `rows` rows of `width` elements; `before` is a row, or null.
template <class T, bool Product, bool LeaveOut>
void scan_slab(const T* x, const T* before, std::int64_t rows,
               std::int64_t width, T* out) {
  for (std::int64_t row = 0; row < rows; ++row, x += width, out += width)
    for (std::int64_t i = 0; i < width; ++i) {
      const auto value = taken<T, Product, LeaveOut>(x[i]);
      if (row > 0)
        out[i] = step<T, Product>(out[i - width], value);
      else
        out[i] = before ? first_step<T, Product>(before[i], value) : value;
    }
}

/// One column: the running value stays in a register.
template <class T, bool Product, bool LeaveOut>
void scan_column(const T* x, const T* before, std::int64_t rows, T* out) {
  if (rows == 0)
    return;
  auto running = taken<T, Product, LeaveOut>(x[0]);
  if (before)
    running = first_step<T, Product>(*before, running);
  out[0] = running;
  for (std::int64_t i = 1; i < rows; ++i)
    out[i] = running =
        step<T, Product>(running, taken<T, Product, LeaveOut>(x[i]));
}

struct extents_around {
  std::int64_t outer = 1;
  std::int64_t rows = 1;
  std::int64_t inner = 1;
};

template <class T, bool Product, bool LeaveOut>
void scan_block(const T* x, const T* carry, const extents_around& e, T* out) {
  for (std::int64_t o = 0; o < e.outer; ++o) {
    const auto at = o * e.rows * e.inner;
    const auto* before = carry ? carry + o * e.inner : nullptr;
    if (e.inner == 1)
      scan_column<T, Product, LeaveOut>(x + at, before, e.rows, out + at);
    else
      scan_slab<T, Product, LeaveOut>(x + at, before, e.rows, e.inner,
                                      out + at);
  }
}

template <class T>
auto find_scan(reduction how) {
  switch (how) {
  case reduction::sum:
    return scan_block<T, false, false>;
  case reduction::nansum:
    return scan_block<T, false, true>;
  case reduction::prod:
    return scan_block<T, true, false>;
  default:
    return scan_block<T, true, true>;
  }
}

template <class T>
block scanned(reduction how, const block& x, const block& carry,
              const extents_around& e) {
  block_builder out(x.type(), x.shape());
  find_scan<T>(how)(x.values<T>().data(),
                    carry ? carry.values<T>().data() : nullptr, e,
                    out.values<T>().data());
  return out.finish();
}

} // namespace

bool can_scan(reduction how) noexcept {
  return how == reduction::sum || how == reduction::nansum
         || how == reduction::prod || how == reduction::nanprod;
}

block scan(reduction how, const block& x, const block& carry,
           std::size_t axis) {
  if (!can_scan(how) || axis >= x.shape().size())
    throw std::invalid_argument("a running result along axis "
                                + std::to_string(axis) + " of a block of shape "
                                + to_string(x.shape()));
  auto expected = x.shape();
  expected[axis] = 1;
  if (carry && (carry.shape() != expected || carry.type() != x.type()))
    throw std::invalid_argument("a carry of shape " + to_string(carry.shape())
                                + " for a block of shape "
                                + to_string(x.shape()));
  extents_around e;
  e.rows = x.shape()[axis];
  for (std::size_t i = 0; i < expected.size(); ++i)
    (i < axis ? e.outer : e.inner) *= expected[i];
  switch (x.type()) {
  case dtype::int64:
    return scanned<std::int64_t>(how, x, carry, e);
  case dtype::uint64:
    return scanned<std::uint64_t>(how, x, carry, e);
  case dtype::float32:
    return scanned<float>(how, x, carry, e);
  case dtype::float64:
    return scanned<double>(how, x, carry, e);
  case dtype::complex64:
    return scanned<std::complex<float>>(how, x, carry, e);
  case dtype::complex128:
    return scanned<std::complex<double>>(how, x, carry, e);
  default:
    throw std::invalid_argument("a running result of dtype "
                                + std::string(name_of(x.type())));
  }
}

} // namespace tern
