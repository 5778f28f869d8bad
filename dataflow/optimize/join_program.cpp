#include "dataflow/optimize/join_program.hpp"

#include <algorithm>

namespace tern {

namespace {

/// A program that grows by steps of others, each value once.
class joiner {
public:
  /// Adds the steps of `p`; gives the place of its result. A load of
  /// `replaced` is `by` instead.
  std::uint16_t add(const program& p, std::span<const std::uint16_t> names,
                    std::optional<std::uint16_t> replaced = {},
                    std::uint16_t by = 0) {
    std::vector<std::uint16_t> places;
    for (auto s : p.steps) {
      if (s.op == opcode::load && replaced && s.a == *replaced) {
        places.push_back(by);
        continue;
      }
      auto values = arity(s.op);
      if (s.op == opcode::load)
        s.a = names[s.a];
      if (values > 0)
        s.a = places[s.a];
      if (values > 1)
        s.b = places[s.b];
      if (values > 2)
        s.c = places[s.c];
      places.push_back(place_of(s));
    }
    return places.back();
  }

  /// Steps behind the result do not matter to it.
  program finish(std::uint16_t result) {
    code_.steps.resize(std::size_t{result} + 1);
    return std::move(code_);
  }

private:
  std::uint16_t place_of(const step& s) {
    auto& steps = code_.steps;
    auto found = std::find(steps.begin(), steps.end(), s);
    auto place = static_cast<std::uint16_t>(found - steps.begin());
    if (found == steps.end())
      steps.push_back(s);
    return place;
  }

  program code_;
};

} // namespace

std::optional<program> join(const program& inner,
                            std::span<const std::uint16_t> inner_names,
                            const program& outer,
                            std::span<const std::uint16_t> outer_names,
                            std::uint16_t replaced, std::size_t most_steps) {
  if (inner.steps.size() + outer.steps.size() > 2 * most_steps)
    return {};
  joiner j;
  auto by = j.add(inner, inner_names);
  auto joined = j.finish(j.add(outer, outer_names, replaced, by));
  if (joined.steps.size() > most_steps)
    return {};
  return joined;
}

} // namespace tern
