// Philox4x32-10, as many counters at a time as the vectors have 64-bit lanes.
// Each lane holds one 32-bit word of the state in its low half; the high half
// is whatever the last product left there, since multiplications and shifts
// look at the half that counts.

#include "dataflow/block/random.hpp"

#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dataflow/block/random_kernels.cpp"
// clang-format off
#include <hwy/foreach_target.h> // before the headers of each target
#include <hwy/highway.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tern {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

using D64 = hn::ScalableTag<std::uint64_t>;
using V64 = hn::Vec<D64>;

/// The product of the low halves, 64 bits.
HWY_INLINE V64 wide_product(D64 d, V64 a, V64 b) {
#if HWY_TARGET == HWY_SCALAR
  const V64 low = hn::Set(d, 0xffffffffu);
  return hn::Set(d,
                 hn::GetLane(hn::And(a, low)) * hn::GetLane(hn::And(b, low)));
#else
  const hn::Repartition<std::uint32_t, D64> half;
  (void)d;
  return hn::MulEven(hn::BitCast(half, a), hn::BitCast(half, b));
#endif
}

struct state {
  V64 w0, w1, w2, w3;
};

HWY_INLINE state philox(D64 d, V64 counters, std::uint64_t seed,
                        std::uint64_t stream) {
  const V64 m0 = hn::Set(d, 0xD2511F53u);
  const V64 m1 = hn::Set(d, 0xCD9E8D57u);
  state s{counters, hn::ShiftRight<32>(counters), hn::Set(d, stream),
          hn::Set(d, stream >> 32)};
  auto k0 = static_cast<std::uint32_t>(seed);
  auto k1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const V64 p0 = wide_product(d, m0, s.w0);
    const V64 p1 = wide_product(d, m1, s.w2);
    const V64 key0 = hn::Set(d, k0);
    const V64 key1 = hn::Set(d, k1);
    s.w0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(p1), s.w1), key0);
    s.w1 = p1;
    s.w2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(p0), s.w3), key1);
    s.w3 = p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return s;
}

/// high * 2^32 + low, of the low halves.
HWY_INLINE V64 joined(D64 d, V64 high, V64 low) {
  return hn::Or(hn::ShiftLeft<32>(high), hn::And(low, hn::Set(d, 0xffffffffu)));
}

HWY_INLINE hn::Vec<hn::ScalableTag<double>> fraction(V64 bits) {
  const hn::ScalableTag<double> real;
  const hn::ScalableTag<std::int64_t> whole;
  return hn::Mul(
      hn::ConvertTo(real, hn::BitCast(whole, hn::ShiftRight<11>(bits))),
      hn::Set(real, 0x1p-53));
}

#if HWY_TARGET == HWY_SCALAR
HWY_INLINE void store_floats(D64, const state& s, float* out) {
  for (const V64 word : {s.w0, s.w1, s.w2, s.w3})
    *out++ =
        static_cast<float>(static_cast<std::uint32_t>(hn::GetLane(word)) >> 8)
        * 0x1p-24f;
}
#else
/// Two words of each counter as floats, in the places of a double.
HWY_INLINE hn::Vec<hn::ScalableTag<double>> two_floats(V64 words) {
  const hn::ScalableTag<double> pair;
  const hn::ScalableTag<float> real;
  const hn::ScalableTag<std::int32_t> whole;
  const hn::ScalableTag<std::uint32_t> bits;
  const auto shifted = hn::ShiftRight<8>(hn::BitCast(bits, words));
  return hn::BitCast(pair,
                     hn::Mul(hn::ConvertTo(real, hn::BitCast(whole, shifted)),
                             hn::Set(real, 0x1p-24f)));
}

HWY_INLINE void store_floats(D64 d, const state& s, float* out) {
  const hn::ScalableTag<double> pair;
  hn::StoreInterleaved2(two_floats(joined(d, s.w1, s.w0)),
                        two_floats(joined(d, s.w3, s.w2)), pair,
                        reinterpret_cast<double*>(out));
}
#endif

} // namespace

void make_doubles(std::uint64_t seed, std::uint64_t stream,
                  std::uint64_t counter, std::size_t counters, double* out) {
  const D64 d;
  const hn::ScalableTag<double> real;
  const std::size_t lanes = hn::Lanes(d);
  V64 index = hn::Add(hn::Set(d, counter), hn::Iota(d, 0));
  const V64 step = hn::Set(d, lanes);
  for (std::size_t i = 0; i < counters; i += lanes) {
    const state s = philox(d, index, seed, stream);
    hn::StoreInterleaved2(fraction(joined(d, s.w1, s.w0)),
                          fraction(joined(d, s.w3, s.w2)), real, out + 2 * i);
    index = hn::Add(index, step);
  }
}

void make_floats(std::uint64_t seed, std::uint64_t stream,
                 std::uint64_t counter, std::size_t counters, float* out) {
  const D64 d;
  const std::size_t lanes = hn::Lanes(d);
  V64 index = hn::Add(hn::Set(d, counter), hn::Iota(d, 0));
  const V64 step = hn::Set(d, lanes);
  for (std::size_t i = 0; i < counters; i += lanes) {
    store_floats(d, philox(d, index, seed, stream), out + 4 * i);
    index = hn::Add(index, step);
  }
}

} // namespace HWY_NAMESPACE
} // namespace tern
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tern {

HWY_EXPORT(make_doubles);
HWY_EXPORT(make_floats);

void philox_doubles(std::uint64_t seed, std::uint64_t counter,
                    std::size_t counters, double* out,
                    std::uint64_t stream) noexcept {
  HWY_DYNAMIC_DISPATCH(make_doubles)(seed, stream, counter, counters, out);
}

void philox_floats(std::uint64_t seed, std::uint64_t counter,
                   std::size_t counters, float* out,
                   std::uint64_t stream) noexcept {
  HWY_DYNAMIC_DISPATCH(make_floats)(seed, stream, counter, counters, out);
}

} // namespace tern
#endif
