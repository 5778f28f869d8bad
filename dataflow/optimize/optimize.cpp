#include "dataflow/optimize/optimize.hpp"

#include "dataflow/graph/validate.hpp"

#include <array>
#include <stdexcept>

namespace tern {

std::span<const pass> passes() noexcept {
  static constexpr std::array list{
      pass{"cull", cull},
      pass{"fuse", fuse},
      pass{"rematerialise", rematerialise},
      pass{"fuse", fuse},
      pass{"share", share},
  };
  return list;
}

graph optimize(
    graph g, const std::function<void(std::string_view, const graph&)>& watch) {
  check(g, "lower");
  for (auto& p : passes()) {
    g = p.run(std::move(g));
    check(g, p.name);
    if (watch)
      watch(p.name, g);
  }
  return g;
}

void check(const graph& g, std::string_view after) {
  if (auto wrong = find_fault(g))
    throw std::logic_error("after " + std::string{after} + ": " + *wrong);
}

} // namespace tern
