#include "apps/tern/cluster_status.hpp"

#include "actors/node.hpp"
#include "apps/tern/node_status.hpp"
#include "apps/tern/plan_sums.hpp"

#include <fmt/format.h>

#include <chrono>
#include <future>
#include <string>
#include <utility>
#include <vector>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

result<json> ask(const std::string& host, std::uint16_t port,
                 std::chrono::milliseconds limit) {
  const auto bytes = node::query_status(host, port, limit);
  if (!bytes)
    return tl::make_unexpected(bytes.error());
  return decode_status(*bytes, fmt::format("{}:{}", host, port));
}

} // namespace

result<json> cluster_status(const address& where,
                            std::chrono::milliseconds limit) {
  auto first = ask(where.host, where.port, limit);
  if (!first)
    return first;
  json out;
  out["nodes"] = json::array();
  plan_sums plans;
  const auto add = [&](const json& said) {
    out["nodes"].push_back(said["node"]);
    for (const auto& p : said["plans"])
      plans.add(p);
  };
  const auto own = (*first)["node"]["id"];
  add(*first);
  std::vector<std::pair<json, std::future<result<json>>>> others;
  for (const auto& m : (*first)["members"])
    if (m["id"] != own && m["threads"] != 0) // sessions have no status
      others.emplace_back(m, std::async(std::launch::async, ask,
                                        m["host"].get<std::string>(),
                                        m["port"].get<std::uint16_t>(), limit));
  auto silent = json::array();
  for (auto& [m, answer] : others) {
    if (const auto said = answer.get())
      add(*said);
    else
      silent.push_back(m);
  }
  out["plans"] = plans.all();
  out["silent"] = std::move(silent);
  return out;
}

} // namespace tern
