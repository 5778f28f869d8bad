#include "actors/simulation/cluster_options.hpp"

#include <fmt/format.h>

#include <iterator>

namespace tern::simulation {

namespace {

double as_ms(std::chrono::nanoseconds t) {
  return std::chrono::duration<double, std::milli>(t).count();
}

} // namespace

std::string to_string(const options& o) {
  auto text = fmt::format("seed {}, nodes {}", o.seed, o.nodes);
  const auto add = [&](const char* name, auto value) {
    if (value != decltype(value){})
      fmt::format_to(std::back_inserter(text), ", {} {}", name, value);
  };
  add("moves", o.moves);
  if (o.rotate)
    text += ", rotate";
  if (o.names)
    text += ", names";
  add("load", o.load);
  add("loss", o.bad.loss);
  add("duplicate", o.bad.duplicate);
  add("straggle", o.bad.straggle);
  add("kills", o.bad.kills);
  add("expels", o.bad.expels);
  add("pauses", o.bad.pauses);
  add("cuts", o.bad.cuts);
  add("clogs", o.bad.clogs);
  add("skew", o.bad.skew);
  return text;
}

std::string to_string(const verdict& v) {
  auto text = v.holds() ? fmt::format("seed {}: all holds", v.seed)
                        : fmt::format("seed {}: broken: {}", v.seed, v.broken);
  if (!v.why.empty())
    text += " (" + v.why + ")";
  fmt::format_to(std::back_inserter(text), ", at {:.3f} ms, event {}",
                 as_ms(v.time), v.events);
  for (const auto& e : v.errors)
    fmt::format_to(std::back_inserter(text),
                   "\n  at {:.3f} ms a handler of {} on node {} threw: {}",
                   as_ms(e.time), e.actor, e.node, e.what);
  return text;
}

} // namespace tern::simulation
