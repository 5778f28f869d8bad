// Products of 2-d blocks. BLAS takes float32 and float64, with one thread and
// with operands as blocks lie in memory: contiguous rows that begin at a
// multiple of 64 bytes. The first product overwrites, the others are added
// (beta = 1), in the order given. Integers go row by row: c[i] += a[i][k] *
// b[k], so that the inner loop runs along memory; booleans likewise, with and
// for the product and or for the sum.

#include "dataflow/block/blas.hpp"
#include "dataflow/block/kernels.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <type_traits>

namespace tern {

namespace {

struct sizes {
  std::int64_t rows;
  std::int64_t inner;
  std::int64_t columns;
};

sizes sizes_of(const block& a, const block& b) {
  if (a.type() != b.type() || a.shape().size() != 2 || b.shape().size() != 2
      || a.shape()[1] != b.shape()[0])
    throw std::invalid_argument(
        "no product of blocks of shapes " + to_string(a.shape()) + " and "
        + to_string(b.shape()) + ", dtypes " + std::string(name_of(a.type()))
        + " and " + std::string(name_of(b.type())));
  return {a.shape()[0], a.shape()[1], b.shape()[1]};
}

blasint leading(std::int64_t n) {
  return static_cast<blasint>(n > 0 ? n : 1);
}

void add_product(sizes n, const double* a, const double* b, double beta,
                 double* c) {
  blas().dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans,
               static_cast<blasint>(n.rows), static_cast<blasint>(n.columns),
               static_cast<blasint>(n.inner), 1.0, a, leading(n.inner), b,
               leading(n.columns), beta, c, leading(n.columns));
}

void add_product(sizes n, const float* a, const float* b, double beta,
                 float* c) {
  blas().sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans,
               static_cast<blasint>(n.rows), static_cast<blasint>(n.columns),
               static_cast<blasint>(n.inner), 1.0f, a, leading(n.inner), b,
               leading(n.columns), static_cast<float>(beta), c,
               leading(n.columns));
}

/// Rows of b in bands that stay in the second-level cache.
constexpr std::int64_t band = 64;

template <class T, class F>
void add_by_rows(sizes n, const T* a, const T* b, T* c, F add_row) {
  for (std::int64_t first = 0; first < n.inner; first += band)
    for (std::int64_t i = 0; i < n.rows; ++i)
      for (auto k = first; k < n.inner && k < first + band; ++k)
        add_row(a[i * n.inner + k], b + k * n.columns, c + i * n.columns);
}

template <class T>
void add_product(sizes n, const T* a, const T* b, double, T* c) {
  using word = std::make_unsigned_t<T>; // wraps
  using wide = std::common_type_t<word, std::uint32_t>;
  add_by_rows(n, reinterpret_cast<const word*>(a),
              reinterpret_cast<const word*>(b), reinterpret_cast<word*>(c),
              [&](word x, const word* __restrict row, word* __restrict to) {
                for (std::int64_t j = 0; j < n.columns; ++j)
                  to[j] = static_cast<word>(wide{to[j]} + wide{x} * row[j]);
              });
}

void add_product(sizes n, const bool* a, const bool* b, double, bool* c) {
  using byte = std::uint8_t;
  add_by_rows(n, reinterpret_cast<const byte*>(a),
              reinterpret_cast<const byte*>(b), reinterpret_cast<byte*>(c),
              [&](byte x, const byte* __restrict row, byte* __restrict to) {
                if (x)
                  for (std::int64_t j = 0; j < n.columns; ++j)
                    to[j] |= row[j];
              });
}

bool is_empty_sum(std::span<const block> left) {
  return std::all_of(left.begin(), left.end(),
                     [](const block& b) { return b.shape()[1] == 0; });
}

} // namespace

block dot(std::span<const block> left, std::span<const block> right) {
  if (left.empty() || left.size() != right.size())
    throw std::invalid_argument("a product of " + std::to_string(left.size())
                                + " by " + std::to_string(right.size())
                                + " blocks");
  const auto outer = sizes_of(left[0], right[0]);
  const auto type = left[0].type();
  block_builder out(type, {outer.rows, outer.columns});
  if (out.size() == 0)
    return out.finish();
  // BLAS overwrites what is there with the first product
  double beta = 0;
  if (!is_floating(type) || is_empty_sum(left))
    std::memset(out.data(), 0,
                static_cast<std::size_t>(out.size()) * size_of(type));
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto n = sizes_of(left[i], right[i]);
    if (n.rows != outer.rows || n.columns != outer.columns
        || left[i].type() != type)
      throw std::invalid_argument("products of different shapes in one sum: "
                                  + to_string(left[i].shape()) + " and "
                                  + to_string(right[i].shape()));
    if (n.inner == 0)
      continue;
    dispatch(type, [&](auto zero) {
      using T = decltype(zero);
      add_product(n, left[i].values<T>().data(), right[i].values<T>().data(),
                  beta, out.values<T>().data());
    });
    beta = 1;
  }
  return out.finish();
}

} // namespace tern
