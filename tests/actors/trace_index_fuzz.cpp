#include "actors/trace/indexed_story.hpp"
#include "actors/trace/indexed_trace.hpp"
#include "actors/trace/story.hpp"
#include "tests/fuzz_check.hpp"

#include <algorithm>
#include <utility>

using namespace tern;
using fuzz::check;

namespace {

/// Any bytes as an index of any bytes: it may say wrong things, for it bears
/// checksums only, but nothing that cannot be.
void any_index(std::span<const std::byte> file,
               std::span<const std::byte> index) {
  auto source = bytes_in_memory(file);
  auto known = read_index(index, *source);
  std::uint64_t end = 0;
  for (const auto& frame : known.frames()) {
    check(frame.place.offset == end, "frames follow each other");
    end += frame.place.stored;
  }
  check(end <= file.size(), "an index tells of its trace only");
  const auto trace = indexed_trace::of(std::move(source), std::move(known));
  if (!trace)
    return;
  static_cast<void>(trace->summary());
  static_cast<void>(events_of_called(*trace, "task 0/1"));
}

/// Any bytes as a trace.
void any_trace(std::span<const std::byte> file) {
  const auto content = read_trace(file);
  const auto trace = indexed_trace::of(bytes_in_memory(file), {});
  check(content.has_value() == trace.has_value(),
        "a trace can be read in pieces or not at all");
  if (!content)
    return;
  std::uint64_t events = 0;
  for (const auto& n : content->nodes)
    for (const auto& thread : n.threads)
      events += thread.events.size();
  const auto summary = trace->summary();
  check(summary.events == events, "no event is left out");
  check(summary.truncated == content->truncated, "the end is the same");
}

} // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto bytes = fuzz::as_bytes(data, size);
  any_trace(bytes);
  fuzz::choices choose{bytes};
  const auto wanted = static_cast<std::size_t>(choose.number(3));
  const auto file = choose.rest().first(std::min(wanted, choose.rest().size()));
  any_index(file, choose.rest().subspan(file.size()));
  return 0;
}
