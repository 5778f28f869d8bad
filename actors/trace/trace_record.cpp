#include "actors/trace/trace_record.hpp"

#include "actors/trace/lz4_frame.hpp"
#include "serialization/capnp_message.hpp"
#include "serialization/schema/trace.capnp.h"

#include <algorithm>
#include <utility>

namespace tern {

namespace {

constexpr auto magic = "tern-trace";
// Far above any record that is written.
constexpr std::size_t max_record = std::size_t{4} << 20;
// Of a plan.
constexpr std::size_t max_piece = std::size_t{1} << 20;

using names = capnp::List<schema::Name>;

// Other conversions end at the first zero.
capnp::Text::Reader reader_of(const std::string& s) {
  return {s.data(), s.size()};
}

capnp::Data::Reader reader_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const capnp::byte*>(bytes.data()), bytes.size()};
}

std::vector<std::byte> bytes_of(capnp::Data::Reader from) {
  const auto* bytes = reinterpret_cast<const std::byte*>(from.begin());
  return {bytes, bytes + from.size()};
}

void write(names::Builder to, const name_table& table) {
  unsigned i = 0;
  for (auto& [number, text] : table) {
    to[i].setNumber(number);
    to[i++].setText(reader_of(text));
  }
}

name_table read(names::Reader from) {
  name_table table;
  for (auto name : from) {
    auto text = name.getText();
    table[name.getNumber()] = std::string{text.begin(), text.size()};
  }
  return table;
}

template <class List, class Events, class Field>
void write_column(List to, const Events& events, Field field) {
  unsigned i = 0;
  for (auto& e : events)
    to.set(i++, static_cast<decltype(to[0])>(e.*field));
}

void write(schema::TraceStep::Builder s, const recorded_step& step) {
  s.setActorHigh(step.actor.high);
  s.setActorLow(step.actor.low);
  s.setEpoch(step.epoch);
  s.setIndex(step.index);
  s.setKind(static_cast<std::uint16_t>(step.kind));
  s.setPeerHigh(step.peer.high);
  s.setPeerLow(step.peer.low);
  s.setNumber(step.number);
  s.setTime(step.time);
  s.setSize(step.size);
  s.setSum(step.sum);
  s.setPayload(reader_of(step.payload));
  s.setCalls(reader_of(step.calls));
  s.setState(step.state);
  s.setThrew(reader_of(step.threw));
}

struct writer {
  schema::TraceRecord::Builder to;

  void operator()(const trace_header& header) {
    auto h = to.initHeader();
    h.setMagic(magic);
    h.setVersion(header.version);
    h.setTern(reader_of(header.tern));
    write(h.initKinds(static_cast<unsigned>(header.kinds.size())),
          header.kinds);
    write(h.initMessages(static_cast<unsigned>(header.messages.size())),
          header.messages);
  }

  void operator()(const node_trace& node) {
    auto n = to.initNode();
    n.setId(node.node.value);
    n.setName(reader_of(node.name));
    n.setPid(node.pid);
    n.setLost(node.lost);
    auto peers = n.initPeers(static_cast<unsigned>(node.peers.size()));
    for (unsigned i = 0; i < node.peers.size(); ++i)
      peers.set(i, node.peers[i].value);
    auto scopes = n.initScopes(static_cast<unsigned>(node.scopes.size()));
    for (unsigned i = 0; i < node.scopes.size(); ++i)
      scopes.set(i, node.scopes[i]);
  }

  void operator()(const trace_events& run) {
    auto e = to.initEvents();
    auto& events = run.thread.events;
    auto count = static_cast<unsigned>(events.size());
    e.setNode(run.node.value);
    e.setThread(run.thread.thread);
    e.setThreadName(reader_of(run.thread.name));
    write_column(e.initTimes(count), events, &trace_event::time);
    write_column(e.initActors(count), events, &trace_event::actor);
    write_column(e.initArguments(count), events, &trace_event::argument);
    auto kinds = e.initKinds(count);
    for (unsigned i = 0; i < count; ++i)
      kinds.set(i, static_cast<std::uint16_t>(events[i].kind));
    write_column(e.initPeers(count), events, &trace_event::peer);
    write_column(e.initExtras(count), events, &trace_event::extra);
    write_column(e.initScopes(count), events, &trace_event::scope);
  }

  void operator()(const trace_plan_piece& piece) {
    auto p = to.initPlan();
    p.setId(piece.plan.id);
    p.setText(reader_of(piece.plan.text));
    p.setSize(piece.size);
    p.setPiece(reader_of(piece.plan.bytes));
  }

  void operator()(const trace_steps& run) {
    auto s = to.initSteps();
    s.setNode(run.node.value);
    auto steps = s.initSteps(static_cast<unsigned>(run.steps.size()));
    for (unsigned i = 0; i < steps.size(); ++i)
      write(steps[i], run.steps[i]);
    auto lost = s.initLost(static_cast<unsigned>(run.lost.size()));
    for (unsigned i = 0; i < lost.size(); ++i) {
      lost[i].setActorHigh(run.lost[i].actor.high);
      lost[i].setActorLow(run.lost[i].actor.low);
      lost[i].setEpoch(run.lost[i].epoch);
      lost[i].setFirst(run.lost[i].first);
      lost[i].setCount(run.lost[i].count);
    }
  }
};

result<trace_record> malformed(const char* what) {
  return fail(failure_kind::malformed, what);
}

result<trace_record> read(schema::TraceHeader::Reader from) {
  if (from.getMagic() != magic)
    return malformed("not a trace of tern");
  if (from.getVersion() != 1)
    return fail(failure_kind::malformed, "a trace of version "
                                             + std::to_string(from.getVersion())
                                             + " instead of 1");
  trace_header header;
  header.kinds = read(from.getKinds());
  header.messages = read(from.getMessages());
  auto tern = from.getTern();
  header.tern = std::string{tern.begin(), tern.size()};
  return header;
}

result<trace_record> read(schema::TraceNode::Reader from) {
  node_trace node;
  node.node = {from.getId()};
  auto name = from.getName();
  node.name = std::string{name.begin(), name.size()};
  node.pid = from.getPid();
  node.lost = from.getLost();
  for (auto peer : from.getPeers())
    node.peers.push_back({peer});
  for (auto scope : from.getScopes())
    node.scopes.push_back(scope);
  return node;
}

result<trace_record> read(schema::TraceEvents::Reader from) {
  auto times = from.getTimes();
  auto actors = from.getActors();
  auto arguments = from.getArguments();
  auto kinds = from.getKinds();
  auto peers = from.getPeers();
  auto extras = from.getExtras();
  auto scopes = from.getScopes();
  const bool has_scopes = scopes.size() > 0;
  for (auto size : {actors.size(), arguments.size(), kinds.size(), peers.size(),
                    extras.size(), has_scopes ? scopes.size() : times.size()})
    if (size != times.size())
      return malformed("columns of different lengths");
  trace_events run;
  run.node = {from.getNode()};
  run.thread.thread = from.getThread();
  auto name = from.getThreadName();
  run.thread.name = std::string{name.begin(), name.size()};
  run.thread.events.reserve(times.size());
  for (unsigned i = 0; i < times.size(); ++i)
    run.thread.events.push_back({times[i], actors[i], arguments[i],
                                 static_cast<trace_kind>(kinds[i]), peers[i],
                                 static_cast<std::uint16_t>(extras[i]),
                                 has_scopes ? scopes[i] : std::uint16_t{0}});
  return run;
}

result<trace_record> read(schema::TracePlan::Reader from) {
  trace_plan_piece out;
  out.plan.id = from.getId();
  auto text = from.getText();
  out.plan.text = std::string{text.begin(), text.size()};
  out.size = from.getSize();
  out.plan.bytes = bytes_of(from.getPiece());
  return out;
}

recorded_step read(schema::TraceStep::Reader from) {
  recorded_step step;
  step.actor = {from.getActorHigh(), from.getActorLow()};
  step.epoch = from.getEpoch();
  step.index = from.getIndex();
  step.peer = {from.getPeerHigh(), from.getPeerLow()};
  step.number = from.getNumber();
  step.time = from.getTime();
  step.size = from.getSize();
  step.sum = from.getSum();
  step.payload = bytes_of(from.getPayload());
  step.calls = bytes_of(from.getCalls());
  step.state = from.getState();
  auto threw = from.getThrew();
  step.threw = std::string{threw.begin(), threw.size()};
  return step;
}

result<trace_record> read(schema::TraceSteps::Reader from) {
  trace_steps run;
  run.node = {from.getNode()};
  for (auto each : from.getSteps()) {
    constexpr auto last = static_cast<std::uint16_t>(step_kind::saved);
    if (each.getKind() > last)
      return fail(failure_kind::malformed,
                  "a step of kind " + std::to_string(each.getKind()));
    run.steps.push_back(read(each));
    run.steps.back().kind = static_cast<step_kind>(each.getKind());
  }
  for (auto each : from.getLost())
    run.lost.push_back({{each.getActorHigh(), each.getActorLow()},
                        each.getEpoch(),
                        each.getFirst(),
                        each.getCount()});
  return run;
}

/// Nothing for a kind that a later version has added.
result<std::optional<trace_record>> read(schema::TraceRecord::Reader from) {
  switch (from.which()) {
  case schema::TraceRecord::HEADER:
    return read(from.getHeader());
  case schema::TraceRecord::NODE:
    return read(from.getNode());
  case schema::TraceRecord::EVENTS:
    return read(from.getEvents());
  case schema::TraceRecord::PLAN:
    return read(from.getPlan());
  case schema::TraceRecord::STEPS:
    return read(from.getSteps());
  }
  return std::nullopt;
}

} // namespace

void append_record(std::vector<std::byte>& out, const trace_record& record) {
  capnp::MallocMessageBuilder message;
  std::visit(writer{message.initRoot<schema::TraceRecord>()}, record);
  append_lz4_frame(out, encode_capnp(message));
}

namespace {

void split_steps(const node_trace& node,
                 const std::function<void(const trace_record&)>& take) {
  constexpr std::size_t losses_a_record = 4096;
  std::span<const step_loss> lost{node.lost_steps};
  while (!lost.empty()) {
    const auto some = lost.first(std::min(lost.size(), losses_a_record));
    take(trace_steps{node.node, {}, {some.begin(), some.end()}});
    lost = lost.subspan(some.size());
  }
  trace_steps run{node.node, {}, {}};
  std::size_t bytes = 0;
  for (const auto& step : node.steps) {
    const auto more = sizeof step + step.payload.size() + step.calls.size()
                      + step.threw.size();
    if (bytes > 0 && bytes + more > max_step_bytes_a_record) {
      take(run);
      run = {node.node, {}, {}};
      bytes = 0;
    }
    run.steps.push_back(step);
    bytes += more;
  }
  if (!run.steps.empty())
    take(run);
}

} // namespace

void split_node(const node_trace& node,
                const std::function<void(const trace_record&)>& take) {
  take(node_trace{
      node.node, node.name, node.pid, node.lost, node.peers, node.scopes, {}});
  for (auto& thread : node.threads) {
    std::span<const trace_event> rest{thread.events};
    while (!rest.empty()) {
      auto run = rest.first(std::min(rest.size(), max_events_a_record));
      rest = rest.subspan(run.size());
      take(trace_events{
          node.node, {thread.thread, thread.name, {run.begin(), run.end()}}});
    }
  }
  split_steps(node, take);
}

void append_node(std::vector<std::byte>& out, const node_trace& node) {
  split_node(node, [&](const trace_record& r) { append_record(out, r); });
}

void split_plan(const trace_plan& plan,
                const std::function<void(const trace_record&)>& take) {
  std::span<const std::byte> rest{plan.bytes};
  auto text = plan.text.substr(0, max_plan_text);
  do {
    const auto piece = rest.first(std::min(rest.size(), max_piece));
    rest = rest.subspan(piece.size());
    take(trace_plan_piece{
        {plan.id, std::exchange(text, {}), {piece.begin(), piece.end()}},
        plan.bytes.size()});
  } while (!rest.empty());
}

void append_plan(std::vector<std::byte>& out, const trace_plan& plan) {
  split_plan(plan, [&](const trace_record& r) { append_record(out, r); });
}

tl::unexpected<failure> bad_frame(std::uint64_t offset, const failure& why) {
  return fail(failure_kind::malformed,
              "trace, at byte " + std::to_string(offset) + ": " + why.what);
}

result<std::optional<framed_record>>
read_framed_record(std::span<const std::byte> from, std::uint64_t offset) {
  auto frame = read_lz4_frame(from, max_record);
  if (!frame)
    return bad_frame(offset, frame.error());
  if (!*frame)
    return std::nullopt;
  auto record = decode_capnp<schema::TraceRecord>(
      (*frame)->bytes, "trace record",
      [](schema::TraceRecord::Reader root) { return read(root); });
  if (!record)
    return bad_frame(offset, record.error());
  return framed_record{std::move(*record), (*frame)->stored};
}

result<std::optional<trace_record>> trace_reader::next() {
  while (!rest_.empty() && !truncated_) {
    auto framed = read_framed_record(rest_, offset_);
    if (!framed)
      return tl::make_unexpected(framed.error());
    if (!*framed) {
      truncated_ = true;
      break;
    }
    rest_ = rest_.subspan((*framed)->stored);
    offset_ += (*framed)->stored;
    if ((*framed)->record)
      return std::move((*framed)->record);
  }
  return std::nullopt;
}

} // namespace tern
