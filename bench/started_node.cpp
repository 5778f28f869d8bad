#include "bench/started_node.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tern::bench {

namespace {

std::vector<std::string> arguments(const std::string& join) {
  std::vector<std::string> words{"node", "--threads", "1", "--watch-stdin"};
  if (!join.empty()) {
    words.push_back("--join");
    words.push_back(join);
  }
  return words;
}

} // namespace

started_node::started_node(const std::string& program, const std::string& join)
  : process_(program, arguments(join)) {
  // a node prints its line once all members know it
  const auto line = process_.line();
  const auto said = nlohmann::json::parse(line.value_or(""), nullptr, false);
  if (!said.is_object())
    return;
  host_ = said.value("host", "127.0.0.1");
  port_ = said.value("port", std::uint16_t{0});
}

started_node::~started_node() {
  process_.terminate();
}

std::string started_node::address() const {
  return listens() ? fmt::format("{}:{}", host_, port_) : std::string{};
}

} // namespace tern::bench
