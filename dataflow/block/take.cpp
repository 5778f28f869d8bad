#include "dataflow/block/kernels.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace tern {

namespace {

/// Where the elements of several blocks along an axis are.
class joined_axis {
public:
  joined_axis(std::span<const block> parts, std::size_t axis) {
    std::int64_t end = 0;
    for (auto& p : parts)
      ends_.push_back(end += p.shape()[axis]);
  }

  std::int64_t extent() const noexcept {
    return ends_.back();
  }
  std::size_t part_of(std::int64_t at) const noexcept {
    return static_cast<std::size_t>(
        std::upper_bound(ends_.begin(), ends_.end(), at) - ends_.begin());
  }
  std::int64_t begin(std::size_t part) const noexcept {
    return part == 0 ? 0 : ends_[part - 1];
  }
  std::int64_t end(std::size_t part) const noexcept {
    return ends_[part];
  }

private:
  std::vector<std::int64_t> ends_;
};

shape with_extent(shape s, std::size_t axis, std::int64_t extent) {
  s[axis] = extent;
  return s;
}

void check(std::span<const block> parts, std::size_t axis) {
  const auto wrong = [&](const block& p) {
    return axis >= p.shape().size() || p.type() != parts[0].type()
           || with_extent(p.shape(), axis, 0)
                  != with_extent(parts[0].shape(), axis, 0);
  };
  if (parts.empty() || std::any_of(parts.begin(), parts.end(), wrong))
    throw std::invalid_argument("takes elements of blocks that do not fit");
}

} // namespace

block take(std::span<const block> parts, std::size_t axis,
           std::span<const std::uint32_t> at) {
  check(parts, axis);
  const joined_axis along{parts, axis};
  for (auto i : at)
    if (i >= along.extent())
      throw std::invalid_argument("takes element " + std::to_string(i) + " of "
                                  + std::to_string(along.extent()));
  const auto& first = parts[0].shape();
  block_builder out(
      parts[0].type(),
      with_extent(first, axis, static_cast<std::int64_t>(at.size())));
  std::int64_t rows = 1;
  for (std::size_t i = 0; i < axis; ++i)
    rows *= first[i];
  std::size_t item = size_of(parts[0].type());
  for (auto i = axis + 1; i < first.size(); ++i)
    item *= static_cast<std::size_t>(first[i]);
  auto* to = out.data();
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::size_t i = 0; i < at.size();) {
      const auto part = along.part_of(at[i]);
      auto run = i + 1; // neighbours go together
      while (run < at.size() && at[run] == at[run - 1] + 1
             && at[run] < along.end(part))
        ++run;
      const auto extent = along.end(part) - along.begin(part);
      const auto start = row * extent + at[i] - along.begin(part);
      const auto bytes = (run - i) * item;
      std::memcpy(to,
                  parts[part].data() + static_cast<std::size_t>(start) * item,
                  bytes);
      to += bytes;
      i = run;
    }
  return out.finish();
}

} // namespace tern
