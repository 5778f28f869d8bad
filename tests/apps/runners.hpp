#pragma once

#include "dataflow/array/array.hpp"
#include "dataflow/block/block.hpp"
#include "serialization/failure.hpp"

#include <span>
#include <string>

namespace tern::testing {

/// A way to compute an array.
struct runner {
  std::string name;
  result<block> (*run)(const array& a);
};

/// All of them. The first is the oracle: the others give its bits.
std::span<const runner> runners();

/// The graph as the runners run it, passes done.
graph planned(const array& a);

} // namespace tern::testing
