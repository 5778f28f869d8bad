#include "dataflow/io/written_blocks.hpp"

#include "dataflow/block/chunks.hpp"

#include <fmt/format.h>

namespace tern {

result<void> written_blocks::check(const shape& start,
                                   const block& data) const {
  bool fits = data && data.type() == type_ && start.size() == extents_.size()
              && data.shape().size() == extents_.size();
  for (std::size_t axis = 0; fits && axis < extents_.size(); ++axis)
    fits = start[axis] >= 0 && start[axis] <= extents_[axis]
           && data.shape()[axis] <= extents_[axis] - start[axis];
  if (fits)
    return {};
  return fail(failure_kind::malformed,
              fmt::format("a block that is not part of an array of {} {}: {} "
                          "at {}",
                          name_of(type_), to_string(extents_),
                          data ? to_string(data.shape()) : "none",
                          to_string(start)));
}

bool written_blocks::add(const shape& start, const block& data) {
  if (data.size() == 0 || !starts_.insert(linear_of(extents_, start)).second)
    return false;
  elements_ += data.size();
  return true;
}

result<void>
written_blocks::complete(const std::filesystem::path& target) const {
  const auto wanted = element_count(extents_);
  if (elements_ == wanted)
    return {};
  return fail(failure_kind::io,
              fmt::format("{} is not whole: {} of {} elements were written",
                          target.string(), elements_, wanted));
}

} // namespace tern
