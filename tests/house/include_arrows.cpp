#include "tests/house/include_arrows.hpp"

#include <algorithm>

namespace tern::house {

namespace {

struct arrow {
  std::string_view from;
  std::string_view to;
};

// Single steps; `may_include` follows them. There is no way round in circles.
constexpr arrow arrows[] = {
    {"actors", "serialization"},
    {"dataflow/block", "actors"},
    {"dataflow/graph", "dataflow/block"},
    {"dataflow/array", "dataflow/graph"},
    {"dataflow/frame", "dataflow/graph"},
    {"dataflow/optimize", "dataflow/array"},
    {"dataflow/optimize", "dataflow/frame"},
    {"dataflow/io", "dataflow/optimize"},
    {"dataflow/runtime", "dataflow/io"},
    {"dataflow", "dataflow/runtime"}, // files right in dataflow/: the facade
    {"tern", "dataflow"},             // the header that names the library
    {"apps", "tern"},
    {"apps", "dataflow"},
    {"bench", "dataflow"},
    {"tests", "apps"},
    {"tests", "bench"},
};

constexpr std::string_view components[] = {
    "serialization",
    "actors",
    "dataflow/block",
    "dataflow/graph",
    "dataflow/array",
    "dataflow/frame",
    "dataflow/optimize",
    "dataflow/io",
    "dataflow/runtime",
    "dataflow",
    "tern",
    "apps",
    "bench",
    "tests",
};

bool lies_in(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder)
         && path[folder.size()] == '/';
}

} // namespace

std::string_view component_of(std::string_view path) {
  // The folders of dataflow stand before dataflow itself.
  auto found = std::ranges::find_if(
      components, [path](auto folder) { return lies_in(path, folder); });
  return found == std::end(components) ? std::string_view() : *found;
}

bool may_include(std::string_view from, std::string_view to) {
  return from == to || std::ranges::any_of(arrows, [=](const arrow& step) {
           return step.from == from && may_include(step.to, to);
         });
}

} // namespace tern::house
