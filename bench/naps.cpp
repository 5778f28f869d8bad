#include "bench/naps.hpp"

#include "actors/trace/clock.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>
#include <variant>

namespace tern::bench {

namespace {

constexpr std::int64_t words_of_a_note = 3;

std::int64_t now() {
  return static_cast<std::int64_t>(monotonic_ns());
}

/// `arguments`: seconds.
block nap(std::span<const block>, std::span<const std::byte> arguments) {
  double seconds = 0;
  std::memcpy(&seconds, arguments.data(),
              std::min(arguments.size(), sizeof seconds));
  block_builder note{dtype::int64, {1, words_of_a_note}};
  const auto words = note.values<std::int64_t>();
  words[0] = ::getpid();
  words[1] = now();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  words[2] = now();
  return note.finish();
}

layer naps(std::int64_t tasks, double seconds) {
  op_call call{"nap", {}};
  call.arguments.resize(sizeof seconds);
  std::memcpy(call.arguments.data(), &seconds, sizeof seconds);
  layer l;
  l.op = std::move(call);
  l.type = dtype::int64;
  l.out = {axis_chunks::ones(tasks),
           axis_chunks::regular(words_of_a_note, words_of_a_note)};
  l.expression = "nap";
  return l;
}

/// The one block of a layer of one nap, whatever reads it.
layer_input note_of(layer_id from) {
  layer_input note;
  note.from = from;
  note.axes.assign(2, {axis_map::kind::first, 0, 0, 1});
  return note;
}

} // namespace

void add_naps(kernel_registry& known) {
  known.add("nap", nap);
}

nap_note note_in(const block& made) {
  const auto words = made.values<std::int64_t>();
  return {words[0], words[1], words[2]};
}

graph equal_naps(std::int64_t tasks, double seconds) {
  graph work;
  work.layers = {naps(1, 0), naps(tasks, seconds)};
  work.layers[1].inputs.push_back(note_of(0));
  work.roots = {1};
  return work;
}

graph single_naps(const std::vector<double>& seconds) {
  graph work;
  for (const double each : seconds) {
    work.roots.push_back(static_cast<layer_id>(work.layers.size()));
    work.layers.push_back(naps(1, each));
  }
  return work;
}

graph linked_naps(const timed_graph& tasks,
                  const std::vector<std::int32_t>& priorities) {
  graph work;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    auto nap = naps(1, tasks[i].seconds);
    for (const auto input : tasks[i].reads)
      nap.inputs.push_back(note_of(input));
    std::get<op_call>(nap.op).priority = priorities[i];
    work.roots.push_back(static_cast<layer_id>(i));
    work.layers.push_back(std::move(nap));
  }
  return work;
}

} // namespace tern::bench
