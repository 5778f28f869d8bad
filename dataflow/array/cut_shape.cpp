// How an array is cut where its maker asked for nothing else: into blocks of
// about 8 MiB that are as near to cubes as its shape allows. Axes of equal
// extent get equal blocks, so that `x + x.T` lines up; and an array worth
// dividing gets at least 16 blocks. The rule looks at shape and dtype only.

#include "dataflow/array/node.hpp"
#include "dataflow/array/words.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tern {

namespace {

constexpr std::int64_t small_bytes = 1 << 20;
constexpr std::int64_t large_bytes = 8 << 20;
constexpr std::int64_t least_bytes = 256 << 10;

void check_extents(const shape& s) {
  if (s.size() > max_axes)
    throw expression_error("an array of " + std::to_string(s.size())
                           + " axes: at most " + std::to_string(max_axes)
                           + " are possible");
  std::int64_t elements = 1;
  for (auto n : s) {
    if (n < 0)
      throw expression_error("shape " + to_string(s)
                             + " has a negative extent");
    if (__builtin_mul_overflow(elements, std::max<std::int64_t>(n, 1),
                               &elements)
        || elements > std::int64_t{1} << 50)
      throw expression_error("an array of shape " + to_string(s)
                             + " is too large");
  }
}

std::vector<std::int64_t> automatic(const shape& s, dtype type) {
  std::vector<std::int64_t> sizes(s.begin(), s.end());
  auto bytes = element_count(s) * static_cast<std::int64_t>(size_of(type));
  if (bytes <= small_bytes)
    return sizes;
  auto target = std::clamp(bytes / 16, least_bytes, large_bytes);
  auto room = static_cast<double>(target) / static_cast<double>(size_of(type));
  std::vector<std::size_t> order(s.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return s[a] != s[b] ? s[a] < s[b] : a < b; });
  // short axes stay whole; what is left is shared evenly by the longer ones
  for (std::size_t i = 0; i < order.size(); ++i) {
    auto left = static_cast<double>(order.size() - i);
    auto side = static_cast<std::int64_t>(std::pow(room, 1 / left) + 1e-6);
    auto extent = s[order[i]];
    if (extent <= side) {
      room /= static_cast<double>(extent);
      continue;
    }
    for (; i < order.size(); ++i) {
      auto n = s[order[i]];
      auto blocks = (n - 1) / std::max<std::int64_t>(side, 1) + 1;
      sizes[order[i]] = (n - 1) / blocks + 1;
    }
  }
  return sizes;
}

std::vector<std::int64_t> asked(const shape& s, const chunk_spec& spec) {
  auto& sizes = spec.sizes;
  if (sizes.size() != 1 && sizes.size() != s.size())
    throw expression_error("chunks=" + words_of(sizes)
                           + " does not fit an "
                             "array of shape "
                           + to_string(s));
  for (auto n : sizes)
    if (n == 0 || n < -1)
      throw expression_error("chunks=" + words_of(sizes)
                             + ": a block has at least one element (-1: the "
                               "whole axis)");
  std::vector<std::int64_t> result;
  for (std::size_t i = 0; i < s.size(); ++i) {
    auto n = sizes[sizes.size() == 1 ? 0 : i];
    result.push_back(n == -1 ? s[i] : n);
  }
  return result;
}

} // namespace

chunks cut_shape(const shape& s, dtype type, const chunk_spec& spec) {
  check_extents(s);
  auto sizes = spec.sizes.empty() ? automatic(s, type) : asked(s, spec);
  chunks cut;
  for (std::size_t i = 0; i < s.size(); ++i)
    cut.push_back(
        axis_chunks::regular(s[i], std::max<std::int64_t>(sizes[i], 1)));
  check_cut("chunks", cut);
  return cut;
}

} // namespace tern
