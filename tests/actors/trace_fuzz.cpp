#include "actors/trace/chrome_export.hpp"
#include "actors/trace/lz4_frame.hpp"
#include "actors/trace/trace_file.hpp"
#include "tests/fuzz_check.hpp"

#include <algorithm>
#include <sstream>

using namespace tern;
using fuzz::check;

namespace {

/// Any bytes as a file.
void any_file(std::span<const std::byte> bytes) {
  auto content = read_trace(bytes);
  std::ostringstream json;
  auto counts = export_chrome(bytes, json);
  if (!content)
    return;
  check(counts.has_value(), "what is read can be exported");
  std::vector<std::byte> again;
  append_record(again, content->header);
  for (auto& plan : content->plans)
    append_plan(again, plan);
  for (auto& node : content->nodes)
    append_node(again, node);
  auto back = read_trace(again);
  check(back.has_value() && back->header == content->header
            && back->plans.size() == content->plans.size(),
        "what is read can be written");
}

/// Any bytes as the records within good frames.
std::vector<std::byte> frames_of(std::span<const std::byte> bytes) {
  std::vector<std::byte> file;
  append_record(file, trace_header{});
  while (!bytes.empty()) {
    fuzz::choices choose{bytes};
    auto wanted = static_cast<std::size_t>(choose.number(2));
    auto record = choose.rest().first(std::min(wanted, choose.rest().size()));
    if (!record.empty())
      append_lz4_frame(file, record);
    bytes = choose.rest().subspan(record.size());
  }
  return file;
}

} // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto bytes = fuzz::as_bytes(data, size);
  any_file(bytes);
  any_file(frames_of(bytes));
  return 0;
}
