#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace tern {

/// The table of `tern top` from two answers of `cluster_status` that lie
/// `seconds` apart: nodes, then plans with the layers that are under way.

/// The later answer with rates: `messages_per_second` and `tasks_per_second` of
/// each node; 0 for a node that the earlier one does not have.
nlohmann::ordered_json with_rates(const nlohmann::ordered_json& before,
                                  nlohmann::ordered_json now, double seconds);

/// For a terminal of `width` columns and `rows` lines: no line is longer, and
/// there are not more; what is left out is said. 0: as many as there are.
std::string top_table(const nlohmann::ordered_json& status, unsigned width,
                      unsigned rows);

} // namespace tern
