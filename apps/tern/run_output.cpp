#include "apps/tern/run_output.hpp"

#include "apps/tern/print.hpp"
#include "dataflow/runtime/analysis/layer_words.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iostream>
#include <variant>

namespace tern {

namespace {

nlohmann::ordered_json counted(const run_report& r) {
  nlohmann::ordered_json out;
  out["seconds"] = r.seconds;
  out["tasks"] = r.tasks;
  out["messages"] = r.messages;
  out["migrations"] = r.migrations;
  out["steals"] = r.steals;
  out["bytes_moved"] = r.bytes_moved;
  out["bytes_spilled"] = r.bytes_spilled;
  out["peak_bytes"] = r.peak_bytes;
  out["nodes"] = r.nodes;
  out["deaths"] = r.deaths;
  out["recomputed"] = r.recomputed;
  out["submission_bytes"] = r.submission_bytes;
  out["messages_by_node"] = r.messages_by_node;
  out["tasks_by_node"] = r.tasks_by_node;
  return out;
}

std::vector<progress_part> parts_of(const edge_index& plan,
                                    std::span<const std::uint64_t> done) {
  std::vector<progress_part> parts;
  for (layer_id id = 0; id < done.size(); ++id)
    parts.push_back(
        {fmt::format("{}: {}", kernel_of(plan.at(id)), plan.at(id).expression),
         done[id], static_cast<std::uint64_t>(plan.needed(id).size())});
  return parts;
}

void print_json(const run_output& how, const program_value& shown,
                std::span<const block> results, const run_report& report) {
  nlohmann::ordered_json head;
  if (const auto* one = std::get_if<array>(&shown)) {
    const auto& s = one->shape();
    head["shape"] = std::vector<std::int64_t>(s.begin(), s.end());
    head["dtype"] = std::string{name_of(one->type())};
  } else {
    head["shape"] = nlohmann::ordered_json::array();
    head["dtype"] = nullptr;
  }
  // the value is put in as text: its digits are the shortest, its NaN Python's
  const auto text = how.in_file ? std::string{"null"} : to_json(shown, results);
  auto line = head.dump();
  line.pop_back();
  auto rest = counted(report).dump();
  rest.erase(0, 1);
  std::cout << line << ",\"value\":" << text << ',' << rest << '\n';
}

} // namespace

result<std::vector<result_sink>> make_sinks(const std::vector<array>& arrays,
                                            const std::string& file) {
  std::vector<result_sink> sinks;
  for (const auto& a : arrays) {
    auto sink = file.empty() ? result_sink::in_memory(a, shown_limit)
                             : result_sink::to_file(a, file);
    if (!sink)
      return tl::make_unexpected(sink.error());
    sinks.push_back(std::move(*sink));
  }
  return sinks;
}

compute_hooks hooks_into(std::vector<result_sink>& sinks, progress_bar& bar,
                         const char* command) {
  compute_hooks hooks;
  hooks.sink = [&sinks](std::size_t number, const shape&, const shape& start,
                        const block& data) {
    return sinks[number].write(start, data);
  };
  hooks.progress = [&bar](std::uint64_t done, std::uint64_t total) {
    bar.show(done, total);
  };
  if (bar.is_on())
    hooks.layer_progress = [&bar](const edge_index& plan,
                                  std::span<const std::uint64_t> done) {
      bar.set_parts(parts_of(plan, done));
    };
  hooks.died = [&bar, command](const std::string& what) {
    bar.finish();
    std::cerr << command << ": " << what
              << "; what only it had is computed again\n";
  };
  hooks.stalled = [&bar, command](const std::string& what) {
    bar.finish();
    std::cerr << command << ": " << what << '\n';
  };
  return hooks;
}

result<std::vector<block>> finish(std::vector<result_sink>& sinks) {
  std::vector<block> out;
  for (auto& sink : sinks) {
    auto whole = sink.finish();
    if (!whole)
      return tl::make_unexpected(whole.error());
    out.push_back(std::move(*whole));
  }
  return out;
}

void print_run(const run_output& how, const program_value& shown,
               std::span<const block> results, const run_report& report) {
  if (how.json)
    print_json(how, shown, results, report);
  else if (!how.in_file)
    std::cout << to_text(shown, results) << '\n';
}

} // namespace tern
