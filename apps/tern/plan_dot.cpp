#include "apps/tern/plan_dot.hpp"

#include "dataflow/graph/memory_need.hpp"
#include "dataflow/runtime/analysis/layer_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tern {

namespace {

constexpr std::size_t most_words = 60; ///< of an expression, in a box

// Blocks of one layer are summed one by one up to this, and estimated beyond.
constexpr std::int64_t most_summed = 100'000;

std::string shortened(const std::string& text) {
  if (text.size() <= most_words)
    return text;
  auto end = most_words;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
    --end; // not in the middle of a character
  return text.substr(0, end) + " ...";
}

/// The largest block of each axis.
shape largest_block(const layer& l) {
  shape out;
  for (const auto& axis : l.out)
    out.push_back(axis.largest());
  return out;
}

std::string text_of_layer(const edge_index& plan, layer_id id) {
  const auto& l = plan.at(id);
  auto text = fmt::format("{}  {}\n", id, kernel_of(l));
  if (!l.expression.empty())
    text += shortened(l.expression) + '\n';
  if (is_opaque(l))
    text += "any value\n";
  else
    text += fmt::format("{} {} in blocks of {}\n", name_of(l.type),
                        to_string(extents(l.out)), to_string(largest_block(l)));
  const auto tasks = plan.needed(id).size();
  text += fmt::format("{} task{}", tasks, tasks == 1 ? "" : "s");
  if (!is_opaque(l))
    text += ", " + size_text(bytes_of_layer(plan, id));
  return text;
}

std::string begin_of(std::string_view title) {
  return fmt::format("digraph plan {{\n  label={};\n  labelloc=t;\n"
                     "  node [shape=box, fontname=\"sans-serif\", "
                     "fontsize=10];\n",
                     dot_string(title));
}

std::string style_of(const edge_index& plan, layer_id id) {
  return plan.is_root(id) ? ", peripheries=2" : "";
}

std::string name_of_task(const block_key& task) {
  return fmt::format("t{}_{}", task.layer, task.index);
}

template <class F>
void each_task(const edge_index& plan, layer_id id, F&& f) {
  const auto n = plan.needed(id).size();
  for (std::int64_t rank = 0; rank < n; ++rank)
    f(plan.at_rank(id, rank));
}

std::int64_t edges_of(const edge_index& plan) {
  std::int64_t n = 0;
  for (layer_id id = 0; id < plan.layers(); ++id)
    each_task(plan, id, [&](const block_key& task) { n += plan.slots(task); });
  return n;
}

} // namespace

std::string dot_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return out + '"';
}

std::uint64_t bytes_of_layer(const edge_index& plan, layer_id id) {
  const auto tasks = plan.needed(id).size();
  const auto summed = std::min(tasks, most_summed);
  std::uint64_t sum = 0;
  for (std::int64_t rank = 0; rank < summed; ++rank)
    sum += plan.block_bytes(plan.at_rank(id, rank));
  if (summed == tasks)
    return sum;
  return static_cast<std::uint64_t>(static_cast<double>(sum)
                                    * static_cast<double>(tasks)
                                    / static_cast<double>(summed));
}

result<std::string> layers_dot(const edge_index& plan, std::string_view title) {
  if (plan.layers() > most_drawn_layers)
    return fail(failure_kind::refused,
                fmt::format("{} layers: up to {} are drawn", plan.layers(),
                            most_drawn_layers));
  auto out = begin_of(title);
  for (layer_id id = 0; id < plan.layers(); ++id) {
    out += fmt::format("  l{} [label={}{}];\n", id,
                       dot_string(text_of_layer(plan, id)), style_of(plan, id));
    for (const auto& in : plan.at(id).inputs)
      out += fmt::format("  l{} -> l{};\n", in.from, id);
    if (plan.at(id).edges) // of a graph that is not regular
      out += fmt::format("  l{} -> l{};\n", id, id);
  }
  return out + "}\n";
}

result<std::string> tasks_dot(const edge_index& plan, std::string_view title) {
  if (plan.tasks() > most_drawn_tasks)
    return fail(failure_kind::refused,
                fmt::format("{} tasks: up to {} are drawn one by one",
                            plan.tasks(), most_drawn_tasks));
  if (const auto edges = edges_of(plan); edges > most_drawn_edges)
    return fail(failure_kind::refused,
                fmt::format("{} edges between tasks: up to {} are drawn", edges,
                            most_drawn_edges));
  auto out = begin_of(title);
  for (layer_id id = 0; id < plan.layers(); ++id) {
    out += fmt::format("  subgraph cluster_{} {{\n    label={};\n"
                       "    fontname=\"sans-serif\";\n    fontsize=10;\n",
                       id, dot_string(text_of_layer(plan, id)));
    each_task(plan, id, [&](const block_key& task) {
      out +=
          fmt::format("    {} [label={}{}];\n", name_of_task(task),
                      dot_string(fmt::format("{}/{}", task.layer, task.index)),
                      style_of(plan, id));
    });
    out += "  }\n";
  }
  for (layer_id id = 0; id < plan.layers(); ++id)
    each_task(plan, id, [&](const block_key& task) {
      plan.each_input(task, [&](std::uint32_t, const block_key& from) {
        out += fmt::format("  {} -> {};\n", name_of_task(from),
                           name_of_task(task));
      });
    });
  return out + "}\n";
}

} // namespace tern
