#pragma once

#include "bench/naps.hpp"
#include "dataflow/runtime/executor.hpp"

#include <cstddef>
#include <vector>

namespace tern::bench {

/// The notes of a plan of naps, as they come.
struct nap_notes {
  std::vector<nap_note> all;

  /// Hooks that collect them; of one plan.
  compute_hooks hooks();

  double slept() const; ///< seconds, all together
  std::size_t processes() const;
};

} // namespace tern::bench
