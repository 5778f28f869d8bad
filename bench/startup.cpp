#include "bench/startup.hpp"

#include "bench/child.hpp"
#include "bench/pairs.hpp"
#include "bench/started_node.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

namespace tern::bench {

namespace {

using clock = std::chrono::steady_clock;

double milliseconds_since(clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(clock::now() - begin)
      .count();
}

std::optional<double> first_answer() {
  const auto end =
      child_process(program_beside("tern"), {"eval", "1+1"}).finish();
  if (end.status != 0 || end.output != "2\n")
    return std::nullopt;
  return end.seconds * 1000;
}

struct tern_node : started_node {
  explicit tern_node(const std::string& join = {})
    : started_node(program_beside("tern"), join) {}
};

std::optional<double> idle_megabytes() {
  const tern_node node;
  if (!node.listens())
    return std::nullopt;
  std::ifstream statm(fmt::format("/proc/{}/statm", node.pid()));
  double all = 0;
  double resident = 0;
  if (!(statm >> all >> resident))
    return std::nullopt;
  return resident * 4096 / 1e6;
}

std::size_t members_at(const std::string& address) {
  const auto text = output_of(program_beside("tern"),
                              {"status", "--join", address, "--json"});
  const auto said = nlohmann::json::parse(text, nullptr, false);
  return said.is_object() ? said.value("nodes", nlohmann::json::array()).size()
                          : 0;
}

std::optional<double> three_nodes() {
  const auto begin = clock::now();
  const tern_node first;
  if (!first.listens())
    return std::nullopt;
  const tern_node second{first.address()};
  const tern_node third{first.address()};
  const auto took = milliseconds_since(begin);
  if (!third.listens() || members_at(third.address()) != 3)
    return std::nullopt;
  return took;
}

row budget(const char* what, const char* unit, double most, unsigned repeats,
           const std::function<std::optional<double>()>& figure) {
  promise p;
  p.at_most = most;
  return compare("startup", what, unit, "", interleave(repeats, figure), p);
}

} // namespace

std::vector<row> run_startup(unsigned repeats) {
  return {budget("tern eval 1+1", "ms", 50, repeats, first_answer),
          budget("an idle node", "MB", 20, repeats, idle_megabytes),
          budget("three local nodes", "ms", 300, repeats, three_nodes)};
}

} // namespace tern::bench
