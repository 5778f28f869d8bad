#pragma once

#include "dataflow/array/array.hpp"

#include <memory>
#include <string>
#include <vector>

namespace tern {

/// What an array is: a layer and the nodes that its inputs come from. A node
/// may also be a step between two arrays (a partial result). Immutable once
/// it is shared.
struct array::node {
  layer work; ///< `from` of its inputs is unused: `lower` gives the numbers
  std::vector<std::shared_ptr<const node>> inputs; ///< one an input of `work`
  tern::shape extents;
  std::vector<std::string> dimensions;
  /// What has to live as long as the array does: a lease of held blocks.
  std::shared_ptr<const void> lease;

  node() = default;
  node(const node&) = default;
  node& operator=(const node&) = default;
  /// Takes a chain of nodes apart in a loop: it may be a million long.
  ~node();
};

/// A node that computes `op` for blocks of `cut`.
std::shared_ptr<array::node>
make_node(operation op, dtype type, tern::chunks cut, std::string expression);

/// Adds an input seen through `maps`; gives its number.
std::size_t add_input(array::node& to, std::shared_ptr<const array::node> from,
                      boost::container::small_vector<axis_map, 4> maps);

/// One map an axis: block i of the task's axis k + `shift`.
boost::container::small_vector<axis_map, 4> same_maps(std::size_t axes);

/// True if the node is made from nothing but its own layer, element by
/// element, so that other blocks can be cut from it for free.
bool is_pure_source(const array::node& n) noexcept;
/// The same source in blocks of `cut` (of the same extents).
array recut(const array& source, tern::chunks cut);

/// The same array in blocks of `cut`: a source is cut anew, anything else is
/// put together from parts of its blocks.
array rechunk(const array& a, tern::chunks cut);

/// `axis` of `axes`, negative from the end; throws naming `name`.
std::size_t checked_axis(std::string_view name, std::int64_t axis,
                         std::size_t axes);

/// Throws unless an array of this cut can exist: axes, elements, blocks.
void check_cut(std::string_view name, const tern::chunks& cut);

} // namespace tern
