#pragma once

#include "dataflow/graph/graph.hpp"
#include "dataflow/runtime/placement.hpp"
#include "dataflow/runtime/task_record.hpp"

#include <cstdint>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace tern {

/// The tasks of a plan that a node knows: those it owns, in tables by rank
/// (filled once, read without a lock), and those lent to it.
class region {
public:
  using maker = std::function<task_record&(
      const block_key&, std::uint32_t slots, std::uint32_t consumers,
      std::uint32_t priority)>;

  /// Makes a record for every task that `me` owns, as far as it is part of
  /// `rest` (null: of the whole plan); sources are kept in the order of their
  /// priority. Not synchronised: before any other call.
  void expand(const edge_index& edges, const placement& where, node_index me,
              const remaining_work* rest, const maker& make);

  /// The record of a task that is owned by this node or lent to it, or null.
  task_record* find(const edge_index& edges, std::uint64_t low) const;
  /// Remembers a lent task, instead of an earlier visit of the same.
  void lend(task_record& r);

  const std::vector<task_record*>& sources() const noexcept {
    return sources_;
  }
  /// Tasks to run here, unless they move.
  std::int64_t owned() const noexcept {
    return owned_;
  }
  /// f(record) for every task known here.
  void each(const std::function<void(task_record&)>& f) const;

private:
  struct table {
    std::int64_t first = 0; ///< rank of records[0]
    std::vector<task_record*> records;
    bool whole = false; ///< ranks are indices
  };
  std::vector<table> tables_; ///< by layer
  std::vector<task_record*> sources_;
  std::int64_t owned_ = 0;
  mutable std::mutex mutex_; ///< guards lent_
  std::unordered_map<std::uint64_t, task_record*> lent_;
};

} // namespace tern
