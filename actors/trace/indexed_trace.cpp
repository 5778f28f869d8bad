#include "actors/trace/indexed_trace.hpp"

#include "actors/trace/index_file.hpp"
#include "actors/trace/trace_collector.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace tern {

namespace {

using content = frame_digest::content;

frame_rest nothing_remains() {
  return []() -> result<void> {
    return {};
  };
}

bool has_header(const trace_index& index) {
  return std::ranges::any_of(index.frames(), [](const frame_digest& frame) {
    return frame.what == content::header;
  });
}

/// The header and the last that is said of each node.
std::vector<frame_place> last_heads(const trace_index& index) {
  std::map<node_id, frame_place> nodes;
  std::vector<frame_place> all;
  for (const auto& frame : index.frames())
    if (frame.what == content::node)
      nodes[frame.node] = frame.place;
    else if (frame.what == content::header)
      all.push_back(frame.place);
  for (const auto& [node, place] : nodes)
    all.push_back(place);
  std::ranges::sort(all, {}, &frame_place::offset);
  return all;
}

std::uint64_t events_in(std::span<const frame_digest> frames) {
  std::uint64_t sum = 0;
  for (const auto& frame : frames)
    sum += frame.events;
  return sum;
}

/// Failures of the system name the path themselves.
tl::unexpected<failure> named(const std::string& path, const failure& why) {
  const bool has_path = why.kind == failure_kind::io;
  return fail(why.kind, has_path ? why.what : path + ": " + why.what);
}

} // namespace

result<void> indexed_trace::read_rest() {
  bool first = !has_header(index_);
  const auto work = [&](scanned_frame frame) -> frame_rest {
    auto digest =
        digest_of(frame.place, frame.record ? &*frame.record : nullptr);
    return [&, digest = std::move(digest),
            record = std::move(frame.record)]() mutable -> result<void> {
      const bool is_header = digest.what == content::header;
      if (record && is_header != first)
        return fail(failure_kind::malformed,
                    first ? "trace: it does not begin with a header"
                          : "trace: a second header");
      first = first && !record;
      index_.add(std::move(digest), record ? &*record : nullptr);
      return {};
    };
  };
  const auto end = scan_frames(*bytes_, index_.end(), work);
  if (!end)
    return tl::make_unexpected(end.error());
  truncated_ = end->truncated;
  if (first)
    return fail(failure_kind::malformed, "trace: it has no header");
  return {};
}

result<indexed_trace> indexed_trace::of(std::unique_ptr<trace_bytes> bytes,
                                        trace_index known) {
  indexed_trace out{std::move(bytes), std::move(known)};
  if (auto ok = out.read_rest(); !ok)
    return tl::make_unexpected(ok.error());
  return out;
}

result<indexed_trace> indexed_trace::open(const std::string& path) {
  auto bytes = open_trace_bytes(path);
  if (!bytes)
    return tl::make_unexpected(bytes.error());
  auto known = load_index(path, **bytes);
  const auto frames_known = known.frames().size();
  auto out = of(std::move(*bytes), std::move(known));
  if (!out)
    return named(path, out.error());
  const auto fresh = std::span{out->index_.frames()}.subspan(frames_known);
  if (events_in(fresh) >= events_a_chunk || fresh.size() >= frames_a_chunk)
    static_cast<void>(store_index(path, *out->bytes_, out->index_));
  return out;
}

result<indexed_trace> make_index(const std::string& path) {
  auto bytes = open_trace_bytes(path);
  if (!bytes)
    return tl::make_unexpected(bytes.error());
  auto out = indexed_trace::of(std::move(*bytes), {});
  if (!out)
    return named(path, out.error());
  if (auto ok = store_index(path, out->bytes(), out->index()); !ok)
    return tl::make_unexpected(ok.error());
  return out;
}

result<trace_header> indexed_trace::header() const {
  const auto only_heads = excerpt([](const frame_digest&) { return false; },
                                  [](const trace_event&) { return false; });
  if (!only_heads)
    return tl::make_unexpected(only_heads.error());
  return only_heads->header;
}

trace_summary indexed_trace::summary() const {
  auto out = index_.sums().summary();
  out.truncated = truncated_;
  return out;
}

result<trace_content> indexed_trace::excerpt(
    const std::function<bool(const frame_digest&)>& of_frame,
    const std::function<bool(const trace_event&)>& of_event) const {
  trace_collector collect;
  for (const auto& frame : index_.frames())
    if (frame.what == content::node || frame.what == content::events)
      collect.node_of(frame.node);
  auto places = last_heads(index_);
  for (const auto& frame : index_.frames())
    if (frame.what == content::events && of_frame(frame))
      places.push_back(frame.place);
  const auto work = [&](scanned_frame frame) -> frame_rest {
    if (!frame.record)
      return nothing_remains();
    if (auto* run = std::get_if<trace_events>(&*frame.record)) {
      std::erase_if(run->thread.events,
                    [&](const trace_event& e) { return !of_event(e); });
      if (run->thread.events.empty())
        return nothing_remains();
    }
    return [&collect,
            record = std::move(*frame.record)]() mutable -> result<void> {
      collect.add(std::move(record));
      return {};
    };
  };
  if (auto ok = scan_frames(*bytes_, places, work); !ok)
    return tl::make_unexpected(ok.error());
  auto out = collect.take();
  out.truncated = truncated_;
  return out;
}

} // namespace tern
