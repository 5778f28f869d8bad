#include "apps/tern/cluster_status.hpp"

#include "actors/node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

bool has_all(const json& of, std::initializer_list<const char*> names) {
  return of.is_object() && std::ranges::all_of(names, [&](const char* name) {
           return of.contains(name);
         });
}

// Of another version, or of no node of tern, it may be anything.
bool is_status(const json& said) {
  return has_all(said, {"node", "members", "plans"})
         && has_all(said["node"], {"id", "host", "port"})
         && std::ranges::all_of(
             said["members"],
             [](const json& m) {
               return has_all(m, {"id", "host", "port", "threads"});
             })
         && std::ranges::all_of(said["plans"], [](const json& p) {
              return has_all(p, {"id", "tasks_total", "tasks_done"});
            });
}

result<json> ask(const std::string& host, std::uint16_t port,
                 std::chrono::milliseconds limit) {
  const auto bytes = node::query_status(host, port, limit);
  if (!bytes)
    return tl::make_unexpected(bytes.error());
  const auto* text = reinterpret_cast<const char*>(bytes->data());
  auto said = json::parse(text, text + bytes->size(), nullptr, false);
  if (!is_status(said))
    return fail(failure_kind::malformed,
                fmt::format("{}:{} gave no status", host, port));
  return said;
}

// Each node tells what it has done itself, of layers that all know.
json sum_of_layers(const json& before, const json& said) {
  auto out = said;
  for (std::size_t i = 0; i < std::min(before.size(), out.size()); ++i)
    out[i]["tasks_done"] = out[i]["tasks_done"].get<std::uint64_t>()
                           + before[i]["tasks_done"].get<std::uint64_t>();
  return before.size() > out.size() ? before : out;
}

/// The plans of several nodes, by id.
class plan_sums {
public:
  void add(const json& p) {
    const auto id = fmt::format("{:016x}", p["id"].get<std::uint64_t>());
    auto& sum = sums_.try_emplace(id, json::object()).first->second;
    const auto total =
        sum.value("tasks_total", 0ull) + p["tasks_total"].get<std::uint64_t>();
    const auto done =
        sum.value("tasks_done", 0ull) + p["tasks_done"].get<std::uint64_t>();
    const bool orphaned =
        p.value("orphaned", false) && sum.value("orphaned", true);
    const auto layers = sum_of_layers(sum.value("layers", json::array()),
                                      p.value("layers", json::array()));
    sum = {{"id", id},
           {"state", done < total ? "running" : "done"},
           {"tasks_total", total},
           {"tasks_done", done},
           {"orphaned", orphaned}, // its submitter, as all nodes see it
           {"layers", layers}};
  }
  json all() const {
    auto out = json::array();
    for (const auto& [id, plan] : sums_)
      out.push_back(plan);
    return out;
  }

private:
  std::map<std::string, json> sums_;
};

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
