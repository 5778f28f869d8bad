#include "actors/trace/trace_file.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <system_error>

namespace tern {

namespace {

tl::unexpected<failure> io_failure(const std::string& verb,
                                   const std::string& path) {
  auto why = std::error_code(errno, std::generic_category()).message();
  return fail(failure_kind::io, "cannot " + verb + " " + path + ": " + why);
}

node_trace& node_of(trace_content& content, node_id id) {
  auto found = std::ranges::find(content.nodes, id, &node_trace::node);
  if (found != content.nodes.end())
    return *found;
  auto& added = content.nodes.emplace_back();
  added.node = id;
  return added;
}

thread_trace& thread_of(node_trace& node, std::uint32_t number) {
  auto found =
      std::ranges::lower_bound(node.threads, number, {}, &thread_trace::thread);
  if (found != node.threads.end() && found->thread == number)
    return *found;
  return *node.threads.insert(found, {number, {}, {}});
}

/// A plan whose first piece has come.
struct announced_plan {
  std::size_t position = 0; ///< in the content
  std::uint64_t size = 0;   ///< of all its pieces
};

struct collector {
  trace_content& to;
  std::map<std::uint64_t, announced_plan>& announced; ///< by id

  void operator()(trace_header& header) const {
    to.header = std::move(header);
  }
  void operator()(node_trace& node) const {
    auto& known = node_of(to, node.node);
    node.threads = std::move(known.threads);
    known = std::move(node);
  }
  void operator()(trace_events& run) const {
    auto& thread = thread_of(node_of(to, run.node), run.thread.thread);
    thread.name = std::move(run.thread.name);
    thread.events.insert(thread.events.end(), run.thread.events.begin(),
                         run.thread.events.end());
  }
  void operator()(trace_plan_piece& piece) const {
    const auto [known, fresh] = announced.try_emplace(
        piece.plan.id, announced_plan{to.plans.size(), piece.size});
    if (fresh) {
      to.plans.push_back(std::move(piece.plan));
      return;
    }
    auto& bytes = to.plans[known->second.position].bytes;
    if (bytes.size() < known->second.size) // else the plan came again
      bytes.insert(bytes.end(), piece.plan.bytes.begin(),
                   piece.plan.bytes.end());
  }

  /// Plans of which pieces are missing are not there.
  void finish() const {
    std::erase_if(to.plans, [&](const trace_plan& p) {
      return p.bytes.size() != announced.at(p.id).size;
    });
  }
};

} // namespace

result<trace_writer> trace_writer::create(const std::string& path) {
  std::ofstream file{path, std::ios::binary | std::ios::trunc};
  if (!file)
    return io_failure("write", path);
  trace_writer writer{path, std::move(file)};
  std::vector<std::byte> bytes;
  append_record(bytes, trace_header{});
  if (auto written = writer.write(bytes); !written)
    return tl::make_unexpected(written.error());
  return writer;
}

result<void> trace_writer::add(const std::vector<node_trace>& nodes) {
  for (auto& node : nodes) {
    std::vector<std::byte> bytes;
    append_node(bytes, node);
    if (auto written = write(bytes); !written)
      return written;
  }
  return {};
}

result<void> trace_writer::add(const trace_plan& plan) {
  std::vector<std::byte> bytes;
  append_plan(bytes, plan);
  return write(bytes);
}

result<void> trace_writer::write(const std::vector<std::byte>& bytes) {
  file_.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
  file_.flush();
  if (!file_)
    return io_failure("write", path_);
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
  trace_content content;
  std::map<std::uint64_t, announced_plan> announced;
  const collector collect{content, announced};
  trace_reader reader{bytes};
  for (bool first = true;; first = false) {
    auto record = reader.next();
    if (!record)
      return tl::make_unexpected(record.error());
    if (!*record && first)
      return fail(failure_kind::malformed, "trace: it has no header");
    if (!*record) {
      collect.finish();
      content.truncated = reader.truncated();
      return content;
    }
    if (std::holds_alternative<trace_header>(**record) != first)
      return fail(failure_kind::malformed,
                  first ? "trace: it does not begin with a header"
                        : "trace: a second header");
    std::visit(collect, **record);
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
