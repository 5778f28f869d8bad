#include "actors/trace/trace_file.hpp"

#include "actors/trace/index_file.hpp"
#include "actors/trace/trace_collector.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

namespace tern {

namespace {

constexpr auto no_header = "trace: it has no header";
constexpr auto other_first = "trace: it does not begin with a header";
constexpr auto second_header = "trace: a second header";

tl::unexpected<failure> io_failure(const std::string& verb,
                                   const std::string& path) {
  auto why = std::error_code(errno, std::generic_category()).message();
  return fail(failure_kind::io, "cannot " + verb + " " + path + ": " + why);
}

} // namespace

trace_writer::trace_writer(std::string path, std::ofstream file)
  : path_(std::move(path)), file_(std::move(file)),
    index_(std::make_unique<index_log>(path_)) {}
trace_writer::~trace_writer() = default;
trace_writer::trace_writer(trace_writer&&) noexcept = default;
trace_writer& trace_writer::operator=(trace_writer&&) noexcept = default;

result<trace_writer> trace_writer::create(const std::string& path) {
  std::ofstream file{path, std::ios::binary | std::ios::trunc};
  if (!file)
    return io_failure("write", path);
  trace_writer writer{path, std::move(file)};
  writer.append(trace_header{});
  if (auto written = writer.written(); !written)
    return tl::make_unexpected(written.error());
  return writer;
}

result<void> trace_writer::add(const std::vector<node_trace>& nodes) {
  for (auto& node : nodes)
    split_node(node, [this](const trace_record& r) { append(r); });
  return written();
}

result<void> trace_writer::add(const trace_plan& plan) {
  split_plan(plan, [this](const trace_record& r) { append(r); });
  return written();
}

void trace_writer::append(const trace_record& record) {
  std::vector<std::byte> bytes;
  append_record(bytes, record);
  file_.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
  index_->note(record, bytes);
}

result<void> trace_writer::written() {
  file_.flush();
  if (!file_)
    return io_failure("write", path_);
  index_->settle();
  return {};
}

result<std::vector<std::byte>> load_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary | std::ios::ate};
  if (!file)
    return io_failure("read", path);
  std::vector<std::byte> bytes(static_cast<std::size_t>(file.tellg()));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  if (!file)
    return io_failure("read", path);
  return bytes;
}

result<trace_content> read_trace(std::span<const std::byte> bytes) {
  trace_collector collect;
  trace_reader reader{bytes};
  for (bool first = true;; first = false) {
    auto record = reader.next();
    if (!record)
      return tl::make_unexpected(record.error());
    if (!*record && first)
      return fail(failure_kind::malformed, no_header);
    if (!*record) {
      auto content = collect.take();
      content.truncated = reader.truncated();
      return content;
    }
    if (std::holds_alternative<trace_header>(**record) != first)
      return fail(failure_kind::malformed, first ? other_first : second_header);
    collect.add(std::move(**record));
  }
}

result<trace_content> load_trace(const std::string& path) {
  const auto bytes = load_file(path);
  if (!bytes)
    return tl::make_unexpected(bytes.error());
  auto trace = read_trace(*bytes);
  if (!trace)
    return fail(trace.error().kind, path + ": " + trace.error().what);
  return trace;
}

} // namespace tern
