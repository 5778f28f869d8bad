#pragma once

#include <cstddef>
#include <cstdint>

namespace tern::bench {

struct chaos_options {
  double minutes = 1;
  std::size_t nodes = 4;      ///< as many live at most times
  std::size_t submitters = 2; ///< processes that compute at the same time
  std::uint64_t seed = 1;     ///< of what is done, and when
  bool cut = false;           ///< also links; needs root
  bool json = false;
};

/// Computes one array after the other on a cluster of node processes while
/// these are killed, stopped, asked to leave and joined by others, submitters
/// are killed, and links are cut; then mends all and looks for what is left
/// over. Prints what came of it; 0 if each answer had the bits of the scheduler
/// `synchronous`, none failed without a reason, none hung and nothing is left;
/// `not_possible` (contract.hpp) if this machine does not let it cut links.
int run_chaos(const chaos_options& o);

} // namespace tern::bench
