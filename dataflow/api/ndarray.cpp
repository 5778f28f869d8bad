#include "dataflow/api/ndarray.hpp"

#include <string>

namespace tern {

tern::shape ndarray::strides() const {
  tern::shape steps(ndim(), 1);
  for (auto axis = ndim(); axis-- > 1;)
    steps[axis - 1] = steps[axis] * shape()[axis];
  return steps;
}

void ndarray::check_type(dtype asked) const {
  if (!data_)
    throw expression_error("values: an ndarray that nothing computed");
  if (asked != type())
    throw expression_error("values: asked for " + std::string{name_of(asked)}
                           + " from an array of " + std::string{name_of(type())}
                           + " and shape " + to_string(shape()));
}

void ndarray::check_single() const {
  if (data_ && size() != 1)
    throw expression_error("item: an array of shape " + to_string(shape())
                           + " has " + std::to_string(size()) + " elements");
}

std::size_t ndarray::offset_of(const tern::shape& index) const {
  bool inside = index.size() == ndim();
  std::int64_t linear = 0;
  for (std::size_t axis = 0; inside && axis < ndim(); ++axis) {
    const auto extent = shape()[axis];
    inside = index[axis] >= -extent && index[axis] < extent;
    linear = linear * extent + index[axis] + (index[axis] < 0 ? extent : 0);
  }
  if (!inside)
    throw expression_error("at: no element " + to_string(index)
                           + " in an array of shape " + to_string(shape()));
  return static_cast<std::size_t>(linear);
}

} // namespace tern
