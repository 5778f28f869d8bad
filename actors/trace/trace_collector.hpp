#pragma once

#include "actors/trace/trace_file.hpp"

#include <cstddef>
#include <cstdint>
#include <map>

namespace tern {

/// Puts the records of a trace together, in order of the file.
class trace_collector {
public:
  void add(trace_record record);
  /// Gives the node its place, which is that of its first record.
  node_trace& node_of(node_id id);

  /// What came. Plans of which pieces are missing are not there.
  trace_content take();

private:
  /// A plan whose first piece has come.
  struct announced_plan {
    std::size_t position = 0; ///< in the content
    std::uint64_t size = 0;   ///< of all its pieces
  };

  void take_in(trace_header& header);
  void take_in(node_trace& node);
  void take_in(trace_events& run);
  void take_in(trace_steps& run);
  void take_in(trace_plan_piece& piece);

  trace_content content_;
  std::map<std::uint64_t, announced_plan> announced_; ///< by id
};

} // namespace tern
