#pragma once

#include <nlohmann/json.hpp>

#include <map>
#include <string>

namespace tern {

/// The plans of several nodes, each summed over those that have it.
class plan_sums {
public:
  /// A plan as one node tells it, in the words of `decode_status`.
  void add(const nlohmann::ordered_json& plan);

  /// By id, as `tern status --json` and the page show them.
  nlohmann::ordered_json all() const;

private:
  std::map<std::string, nlohmann::ordered_json> sums_;
};

} // namespace tern
