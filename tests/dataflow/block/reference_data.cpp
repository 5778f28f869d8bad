#include "tests/dataflow/block/reference_data.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace tern::test {

namespace {

dtype dtype_of_header(const std::string& header) {
  for (auto [text, type] : {std::pair{"'<f8'", dtype::float64},
                            {"'<f4'", dtype::float32},
                            {"'|i1'", dtype::int8},
                            {"'<i2'", dtype::int16},
                            {"'<i4'", dtype::int32},
                            {"'<i8'", dtype::int64},
                            {"'|u1'", dtype::uint8},
                            {"'<u2'", dtype::uint16},
                            {"'<u4'", dtype::uint32},
                            {"'<u8'", dtype::uint64},
                            {"'|b1'", dtype::boolean},
                            {"'<c8'", dtype::complex64},
                            {"'<c16'", dtype::complex128}})
    if (header.find(text) != std::string::npos)
      return type;
  throw std::runtime_error("dtype in " + header);
}

shape shape_of_header(const std::string& header) {
  const auto open = header.find('(');
  std::istringstream text(header.substr(open + 1, header.find(')') - open - 1));
  shape s;
  for (std::string extent; std::getline(text, extent, ',');)
    if (extent.find_first_not_of(' ') != std::string::npos)
      s.insert(s.end(), std::stoll(extent));
  return s;
}

template <class T, class I>
double ulp_distance(T got, T want) {
  if (std::isnan(got) || std::isnan(want))
    return std::isnan(got) && std::isnan(want) ? 0 : 1e300;
  if (std::isinf(got) || std::isinf(want) || got == want)
    return got == want ? 0 : 1e300;
  // on a line where neighbours are one apart
  auto place = [](T x) {
    const auto bits = std::bit_cast<I>(x);
    return bits < 0 ? std::numeric_limits<I>::min() - bits : bits;
  };
  const auto above = std::max(place(got), place(want));
  const auto below = std::min(place(got), place(want));
  // unsigned: the distance of numbers of both signs needs all bits
  return static_cast<double>(static_cast<std::uint64_t>(above)
                             - static_cast<std::uint64_t>(below));
}

} // namespace

block load(const std::string& name) {
  std::ifstream file(TERN_TEST_DATA "/" + name + ".npy", std::ios::binary);
  char head[10];
  if (!file.read(head, sizeof(head)))
    throw std::runtime_error("no reference data " + name);
  std::string header(static_cast<unsigned char>(head[8])
                         + 256u * static_cast<unsigned char>(head[9]),
                     ' ');
  file.read(header.data(), static_cast<std::streamsize>(header.size()));
  block_builder out(dtype_of_header(header), shape_of_header(header));
  const auto bytes =
      static_cast<std::streamsize>(out.size())
      * static_cast<std::streamsize>(size_of(dtype_of_header(header)));
  if (!file.read(reinterpret_cast<char*>(out.data()), bytes))
    throw std::runtime_error("short reference data " + name);
  return out.finish();
}

block row(const block& b, std::int64_t i) {
  const auto n = b.shape()[1];
  return slice(b, {i, 0}, {1, 1}, {1, n}, {n});
}

block noise(const shape& s, std::uint64_t seed, dtype type) {
  const source made{.kind = source_kind::random_uniform,
                    .type = type,
                    .value = 0,
                    .delta = 0,
                    .seed = seed,
                    .extents = s};
  return make_source(made, shape(s.size(), 0), s);
}

program single(opcode op, dtype in, dtype out) {
  program p;
  const auto n = static_cast<std::uint16_t>(arity(op));
  for (std::uint16_t i = 0; i < n; ++i)
    p.steps.push_back({.op = opcode::load, .type = in, .a = i});
  p.steps.push_back({.op = op, .type = out, .a = 0, .b = 1, .c = 2});
  return p;
}

std::uint64_t bits_of(double value) {
  return std::bit_cast<std::uint64_t>(value);
}

double ulps(double got, double want) {
  return ulp_distance<double, std::int64_t>(got, want);
}

double ulps(float got, float want) {
  return ulp_distance<float, std::int32_t>(got, want);
}

namespace {

template <class T>
bool same_number(T x, T y) {
  return std::memcmp(&x, &y, sizeof(T)) == 0 || (x != x && y != y);
}

} // namespace

bool identical(const block& a, const block& b) {
  if (a.type() != b.type() || a.shape() != b.shape())
    return false;
  return dispatch(a.type(), [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t i = 0; i < a.size(); ++i) {
      const T x = a.values<T>()[i];
      const T y = b.values<T>()[i];
      if constexpr (is_complex_type<T>) {
        if (!same_number(x.real(), y.real())
            || !same_number(x.imag(), y.imag()))
          return false;
      } else if (!same_number(x, y)) {
        return false;
      }
    }
    return true;
  });
}

} // namespace tern::test
