// Transposition of squares of 4 x 4 elements in registers: pairs of rows are
// interleaved, then halves put together. Elements of one byte, and processors
// without vectors, go one by one.

#include "dataflow/block/transpose.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dataflow/block/transpose_kernels.cpp"
// clang-format off
#include <hwy/foreach_target.h> // before the headers of each target
#include <hwy/highway.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tern {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR
template <class T>
HWY_INLINE void square(const T* from, std::int64_t stride, T* to,
                       std::size_t to_stride) {
  for (std::size_t row = 0; row < 4; ++row)
    for (std::size_t column = 0; column < 4; ++column)
      to[row * to_stride + column] =
          from[static_cast<std::int64_t>(column) * stride
               + static_cast<std::int64_t>(row)];
}
#else
HWY_INLINE void square(const std::uint64_t* from, std::int64_t stride,
                       std::uint64_t* to, std::size_t to_stride) {
  const hn::FixedTag<std::uint64_t, 4> d;
  const auto a = hn::LoadU(d, from);
  const auto b = hn::LoadU(d, from + stride);
  const auto c = hn::LoadU(d, from + 2 * stride);
  const auto e = hn::LoadU(d, from + 3 * stride);
  const auto ab02 = hn::InterleaveLower(d, a, b);
  const auto ab13 = hn::InterleaveUpper(d, a, b);
  const auto ce02 = hn::InterleaveLower(d, c, e);
  const auto ce13 = hn::InterleaveUpper(d, c, e);
  hn::StoreU(hn::ConcatLowerLower(d, ce02, ab02), d, to);
  hn::StoreU(hn::ConcatLowerLower(d, ce13, ab13), d, to + to_stride);
  hn::StoreU(hn::ConcatUpperUpper(d, ce02, ab02), d, to + 2 * to_stride);
  hn::StoreU(hn::ConcatUpperUpper(d, ce13, ab13), d, to + 3 * to_stride);
}

HWY_INLINE void square(const std::uint32_t* from, std::int64_t stride,
                       std::uint32_t* to, std::size_t to_stride) {
  const hn::FixedTag<std::uint32_t, 4> d;
  const auto a = hn::LoadU(d, from);
  const auto b = hn::LoadU(d, from + stride);
  const auto c = hn::LoadU(d, from + 2 * stride);
  const auto e = hn::LoadU(d, from + 3 * stride);
  const auto ab01 = hn::InterleaveLower(d, a, b);
  const auto ab23 = hn::InterleaveUpper(d, a, b);
  const auto ce01 = hn::InterleaveLower(d, c, e);
  const auto ce23 = hn::InterleaveUpper(d, c, e);
  hn::StoreU(hn::ConcatLowerLower(d, ce01, ab01), d, to);
  hn::StoreU(hn::ConcatUpperUpper(d, ce01, ab01), d, to + to_stride);
  hn::StoreU(hn::ConcatLowerLower(d, ce23, ab23), d, to + 2 * to_stride);
  hn::StoreU(hn::ConcatUpperUpper(d, ce23, ab23), d, to + 3 * to_stride);
}
#endif

template <class T>
void squares(const void* from, std::int64_t stride, std::size_t rows,
             std::size_t columns, void* to, std::size_t to_stride) {
  const auto* in = static_cast<const T*>(from);
  auto* out = static_cast<T*>(to);
  for (std::size_t column = 0; column < columns; column += 4)
    for (std::size_t row = 0; row < rows; row += 4)
      square(in + static_cast<std::int64_t>(column) * stride + row, stride,
             out + row * to_stride + column, to_stride);
}

} // namespace

void transpose_4(const void* from, std::int64_t stride, std::size_t rows,
                 std::size_t columns, void* to, std::size_t to_stride) {
  squares<std::uint32_t>(from, stride, rows, columns, to, to_stride);
}

void transpose_8(const void* from, std::int64_t stride, std::size_t rows,
                 std::size_t columns, void* to, std::size_t to_stride) {
  squares<std::uint64_t>(from, stride, rows, columns, to, to_stride);
}

} // namespace HWY_NAMESPACE
} // namespace tern
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tern {

HWY_EXPORT(transpose_4);
HWY_EXPORT(transpose_8);

void transpose_squares(std::size_t width, const void* from, std::int64_t stride,
                       std::size_t rows, std::size_t columns, void* to,
                       std::size_t to_stride) noexcept {
  if (width == 4)
    HWY_DYNAMIC_DISPATCH(transpose_4)
  (from, stride, rows, columns, to, to_stride);
  else HWY_DYNAMIC_DISPATCH(transpose_8)(from, stride, rows, columns, to,
                                         to_stride);
}

} // namespace tern
#endif
