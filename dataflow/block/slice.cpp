#include "dataflow/block/kernels.hpp"
#include "dataflow/block/strided_copy.hpp"

#include <stdexcept>

namespace tern {

namespace {

struct axis_walk {
  std::int64_t extent;
  std::int64_t stride; ///< in elements of the input
};

/// The axes of the result as walks through the input, neighbours joined where
/// one step over is as good as going on; always at least two.
std::vector<axis_walk> walks_of(const shape& extents, const shape& strides) {
  std::vector<axis_walk> walks;
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    const axis_walk next{extents[axis], strides[axis]};
    if (next.extent == 1)
      continue;
    if (!walks.empty() && walks.back().stride == next.stride * next.extent)
      walks.back() = {walks.back().extent * next.extent, next.stride};
    else
      walks.push_back(next);
  }
  while (walks.size() < 2)
    walks.insert(walks.begin(), {1, 0});
  return walks;
}

[[noreturn]] void outside(const block& input, std::size_t axis) {
  throw std::invalid_argument("a slice leaves axis " + std::to_string(axis)
                              + " of a block of shape "
                              + to_string(input.shape()));
}

void check(const block& input, const shape& start, const shape& step,
           const shape& s, const shape& result) {
  const auto& has = input.shape();
  if (start.size() != has.size() || step.size() != has.size()
      || s.size() != has.size() || element_count(s) != element_count(result))
    throw std::invalid_argument(
        "a slice of shape " + to_string(s) + " does not fit a block of shape "
        + to_string(has) + " and a result of shape " + to_string(result));
  if (element_count(s) == 0)
    return;
  for (std::size_t axis = 0; axis < has.size(); ++axis) {
    const auto last = start[axis] + (s[axis] - 1) * step[axis];
    if (start[axis] < 0 || start[axis] >= has[axis] || last < 0
        || last >= has[axis])
      outside(input, axis);
  }
}

} // namespace

block slice(const block& input, const shape& start, const shape& step,
            const shape& s, const shape& result) {
  check(input, start, step, s, result);
  const auto width = size_of(input.type());
  block_builder out(input.type(), result);
  if (out.size() == 0)
    return out.finish();
  shape strides(s.size());
  std::int64_t first = 0;
  std::int64_t stride = 1;
  for (auto axis = s.size(); axis-- > 0;) {
    strides[axis] = step[axis] * stride;
    first += start[axis] * stride;
    stride *= input.shape()[axis];
  }
  const auto walks = walks_of(s, strides);
  const auto rows = walks[walks.size() - 2];
  const auto columns = walks.back();
  const auto piece = rows.extent * columns.extent;
  std::vector<std::int64_t> index(walks.size() - 2, 0);
  auto* to = out.data();
  for (auto left = out.size(); left > 0; left -= piece) {
    copy_matrix(width,
                {input.data() + first * static_cast<std::int64_t>(width),
                 rows.stride, columns.stride,
                 static_cast<std::size_t>(rows.extent),
                 static_cast<std::size_t>(columns.extent)},
                to, static_cast<std::size_t>(columns.extent));
    to += static_cast<std::size_t>(piece) * width;
    for (auto axis = index.size(); axis-- > 0;) {
      first += walks[axis].stride;
      if (++index[axis] < walks[axis].extent)
        break;
      first -= walks[axis].extent * walks[axis].stride;
      index[axis] = 0;
    }
  }
  return out.finish();
}

} // namespace tern
