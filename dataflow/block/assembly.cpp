#include "dataflow/block/assembly.hpp"

#include <cstring>
#include <utility>

namespace tern {

assembly::assembly(dtype type, const shape& s)
  : type_(type), shape_(s),
    whole_(buffer::allocate(static_cast<std::size_t>(element_count(s))
                            * size_of(type))) {}

block assembly::finish() {
  return block::wrap(type_, shape_, std::move(whole_));
}

// Row by row of the last axis: these are contiguous in both.
void assembly::put(const shape& start, const block& data) noexcept {
  const auto& part = data.shape();
  const auto axes = shape_.size();
  if (axes == 0 || data.size() == 0) {
    if (data.size() > 0)
      std::memcpy(whole_.mutable_data(), data.data(), data.bytes());
    return;
  }
  const auto item = size_of(data.type());
  const auto row = static_cast<std::size_t>(part[axes - 1]) * item;
  shape at(axes, 0);
  const auto* from = data.data();
  for (auto rows = data.size() / part[axes - 1]; rows > 0; --rows) {
    std::int64_t to = 0;
    for (std::size_t axis = 0; axis < axes; ++axis)
      to = to * shape_[axis] + start[axis] + at[axis];
    std::memcpy(whole_.mutable_data() + static_cast<std::size_t>(to) * item,
                from, row);
    from += row;
    for (auto axis = axes - 1; axis-- > 0;) {
      if (++at[axis] < part[axis])
        break;
      at[axis] = 0;
    }
  }
}

} // namespace tern
