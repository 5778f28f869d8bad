// Products of matrices, one or a batch of them a block. BLAS takes floats,
// real and complex, with one thread and with operands as blocks lie in memory:
// contiguous rows, of which the first of a block begins at a multiple of 64
// bytes. The first product overwrites, the others are added (beta = 1), in the
// order given. Integers go row by row: c[i] += a[i][k] * b[k], so that the
// inner loop runs along memory; booleans likewise, with and for the product and
// or for the sum.

#include "dataflow/block/blas.hpp"
#include "dataflow/block/chunks.hpp"
#include "dataflow/block/kernels.hpp"

#include <algorithm>
#include <complex>
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

/// The axes before the last two: equal, or 1 where a matrix is repeated.
bool batches_fit(const block& a, const block& b) {
  for (std::size_t i = 0; i + 2 < a.shape().size(); ++i)
    if (a.shape()[i] != b.shape()[i] && a.shape()[i] != 1 && b.shape()[i] != 1)
      return false;
  return true;
}

sizes sizes_of(const block& a, const block& b) {
  const auto n = a.shape().size();
  if (a.type() != b.type() || n < 2 || b.shape().size() != n
      || a.shape()[n - 1] != b.shape()[n - 2] || !batches_fit(a, b))
    throw std::invalid_argument(
        "no product of blocks of shapes " + to_string(a.shape()) + " and "
        + to_string(b.shape()) + ", dtypes " + std::string(name_of(a.type()))
        + " and " + std::string(name_of(b.type())));
  return {a.shape()[n - 2], a.shape()[n - 1], b.shape()[n - 1]};
}

shape batch_of(const block& a, const block& b) {
  shape batch;
  for (std::size_t i = 0; i + 2 < a.shape().size(); ++i)
    batch.push_back(a.shape()[i] == 1 ? b.shape()[i] : a.shape()[i]);
  return batch;
}

/// Which matrix of `b` takes part in the product at `index` of the batch.
std::int64_t matrix_at(const block& b, const shape& index) {
  std::int64_t linear = 0;
  for (std::size_t i = 0; i < index.size(); ++i)
    linear = linear * b.shape()[i] + (b.shape()[i] == 1 ? 0 : index[i]);
  return linear;
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

template <class T, class F>
void add_complex(F* gemm, sizes n, const std::complex<T>* a,
                 const std::complex<T>* b, double beta, std::complex<T>* c) {
  const std::complex<T> one(1);
  const std::complex<T> before(static_cast<T>(beta));
  gemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<blasint>(n.rows),
       static_cast<blasint>(n.columns), static_cast<blasint>(n.inner), &one, a,
       leading(n.inner), b, leading(n.columns), &before, c, leading(n.columns));
}

void add_product(sizes n, const std::complex<float>* a,
                 const std::complex<float>* b, double beta,
                 std::complex<float>* c) {
  add_complex(blas().cgemm, n, a, b, beta, c);
}

void add_product(sizes n, const std::complex<double>* a,
                 const std::complex<double>* b, double beta,
                 std::complex<double>* c) {
  add_complex(blas().zgemm, n, a, b, beta, c);
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
                     [](const block& b) { return b.shape().back() == 0; });
}

/// Adds a[i] @ b[i] to each matrix i of `out` (beta 0: in place of it).
template <class T>
void add_products(sizes n, const shape& batch, const block& a, const block& b,
                  double beta, T* out) {
  const auto products = element_count(batch);
  for (std::int64_t i = 0; i < products; ++i) {
    const auto index = index_of(batch, i);
    add_product(
        n, a.values<T>().data() + matrix_at(a, index) * n.rows * n.inner,
        b.values<T>().data() + matrix_at(b, index) * n.inner * n.columns, beta,
        out + i * n.rows * n.columns);
  }
}

} // namespace

block dot(std::span<const block> left, std::span<const block> right) {
  if (left.empty() || left.size() != right.size())
    throw std::invalid_argument("a product of " + std::to_string(left.size())
                                + " by " + std::to_string(right.size())
                                + " blocks");
  const auto outer = sizes_of(left[0], right[0]);
  const auto type = left[0].type();
  const auto batch = batch_of(left[0], right[0]);
  auto s = batch;
  s.push_back(outer.rows);
  s.push_back(outer.columns);
  block_builder out(type, s);
  if (out.size() == 0)
    return out.finish();
  // BLAS overwrites what is there with the first product
  double beta = 0;
  if (!is_inexact(type) || is_empty_sum(left))
    std::memset(out.data(), 0,
                static_cast<std::size_t>(out.size()) * size_of(type));
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto n = sizes_of(left[i], right[i]);
    if (n.rows != outer.rows || n.columns != outer.columns
        || left[i].type() != type || batch_of(left[i], right[i]) != batch)
      throw std::invalid_argument("products of different shapes in one sum: "
                                  + to_string(left[i].shape()) + " and "
                                  + to_string(right[i].shape()));
    if (n.inner == 0)
      continue;
    dispatch(type, [&](auto zero) {
      using T = decltype(zero);
      add_products<T>(n, batch, left[i], right[i], beta,
                      out.values<T>().data());
    });
    beta = 1;
  }
  return out.finish();
}

} // namespace tern
