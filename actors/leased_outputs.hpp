#pragma once

#include "actors/mobility_event.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace tern {

/// Instructions, in memory that the thread keeps: most events have few.
class leased_outputs {
public:
  leased_outputs() {
    if (auto& all = spare(); !all.empty()) {
      out = std::move(all.back());
      all.pop_back();
    }
  }
  ~leased_outputs() {
    out.clear();
    if (out.capacity() <= most_kept)
      spare().push_back(std::move(out));
  }
  leased_outputs(const leased_outputs&) = delete;
  leased_outputs& operator=(const leased_outputs&) = delete;

  mobility_outputs out;

private:
  static constexpr std::size_t most_kept = 1024;

  // Several, for carrying one out may be an event.
  static std::vector<mobility_outputs>& spare() {
    thread_local std::vector<mobility_outputs> all;
    return all;
  }
};

} // namespace tern
