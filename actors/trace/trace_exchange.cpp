// What a node has may be megabytes, which take time to write down: a thread of
// its own does that, not the one that serves the links.
#include "actors/trace/trace_exchange.hpp"

#include "actors/link/socket.hpp"
#include "actors/trace/tracer.hpp"
#include "serialization/little_endian.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace tern {

namespace {

std::string name_of(const member& m) {
  return m.port != 0 ? address_text(m.host, m.port) : to_string(m.id);
}

// A hundred years; more would not fit into nanoseconds.
constexpr std::uint64_t longest_flight = 100ull * 365 * 24 * 3600 * 1000;
constexpr std::size_t most_answers = 64; // somebody asks in vain after these
constexpr std::size_t most_late = 256;

// What a peer sent as its trace: its own record, then its events.
result<node_trace> read_node(std::span<const std::byte> bytes) {
  node_trace node;
  trace_reader reader{bytes};
  for (;;) {
    auto record = reader.next();
    if (!record)
      return tl::make_unexpected(record.error());
    if (!*record)
      return node;
    if (auto head = std::get_if<node_trace>(&**record)) {
      head->threads = std::move(node.threads);
      head->steps = std::move(node.steps);
      head->lost_steps = std::move(node.lost_steps);
      node = std::move(*head);
    } else if (auto did = std::get_if<trace_steps>(&**record)) {
      std::ranges::move(did->steps, std::back_inserter(node.steps));
      std::ranges::copy(did->lost, std::back_inserter(node.lost_steps));
    } else if (auto run = std::get_if<trace_events>(&**record)) {
      auto& threads = node.threads;
      auto& events = run->thread.events;
      if (!threads.empty() && threads.back().thread == run->thread.thread)
        threads.back().events.insert(threads.back().events.end(),
                                     events.begin(), events.end());
      else
        threads.push_back(std::move(run->thread));
    }
  }
}

} // namespace

trace_exchange::trace_exchange(node& owner) : node_(owner) {
  owner.trace().exchange = this;
  owner.on(message_kind::trace_request, [this](incoming& m) { on_request(m); });
  owner.on(message_kind::trace_reply, [this](incoming& m) { on_reply(m); });
  owner.on_down([this](const member& m, const std::string&) { on_down(m.id); });
  owner.on_joined([this](const member& m) {
    std::unique_lock lock{mutex_};
    auto level = recording_;
    lock.unlock();
    if (level != trace_level::off)
      ask_to_record(m.id, level);
  });
}

trace_exchange::~trace_exchange() {
  stop();
}

trace_exchange& trace_exchange::of(node& owner) {
  return *owner.trace().exchange;
}

std::string trace_exchange::name() const {
  return name_of(node_.self());
}

void trace_exchange::stop() {
  {
    std::lock_guard guard{mutex_};
    stopped_ = true;
    answers_.clear();
  }
  worker_ = {};
}

void trace_exchange::ask(node_id to, request what, std::uint64_t number,
                         std::uint64_t detail) {
  envelope head;
  head.sequence = static_cast<std::uint64_t>(what);
  head.cause = number;
  std::array<std::byte, sizeof(std::uint64_t)> body;
  store_little_endian(body.data(), detail);
  node_.send(to, message_kind::trace_request, head, body);
}

void trace_exchange::ask_to_record(node_id who, trace_level level) {
  ask(who, level == trace_level::off ? request::switch_off : request::switch_on,
      0, static_cast<std::uint64_t>(level));
}

void trace_exchange::record(trace_level level) {
  {
    std::lock_guard guard{mutex_};
    recording_ = level;
  }
  for (auto& m : node_.members())
    ask_to_record(m.id, level);
  node_.flush();
}

std::vector<node_trace>
trace_exchange::collect(std::chrono::milliseconds timeout) {
  return fetch(request::drain, {}, timeout);
}

std::vector<node_trace>
trace_exchange::flight(std::chrono::milliseconds last,
                       std::chrono::milliseconds timeout) {
  return fetch(request::flight, last, timeout);
}

std::vector<node_trace>
trace_exchange::fetch(request what, std::chrono::milliseconds last,
                      std::chrono::milliseconds timeout) {
  auto members = node_.members();
  std::unique_lock lock{mutex_};
  auto number = ++numbers_;
  collections_[number].awaited = members;
  lock.unlock();
  for (auto& m : members)
    ask(m.id, what, number, static_cast<std::uint64_t>(last.count()));
  node_.flush();
  lock.lock();
  auto& mine = collections_[number];
  answered_.wait_for(lock, timeout, [&] { return mine.awaited.empty(); });
  std::vector<node_trace> all; // what is older first
  if (what == request::drain)
    all = std::exchange(late_, {});
  std::ranges::move(mine.arrived, std::back_inserter(all));
  for (auto& silent : mine.awaited)
    all.push_back({silent.id,
                   name_of(silent) + " (no answer)",
                   silent.pid,
                   0,
                   {silent.id},
                   {},
                   {}});
  collections_.erase(number);
  std::ranges::stable_sort(all, {}, &node_trace::node);
  return all;
}

// Nodes of versions without levels send none, and mean `messages`.
trace_level trace_exchange::level_in(const incoming& m) {
  if (m.payload.size() != sizeof(std::uint64_t))
    return trace_level::messages;
  const auto asked = load_little_endian<std::uint64_t>(m.payload.data());
  constexpr auto least = static_cast<std::uint64_t>(trace_level::messages);
  constexpr auto most = static_cast<std::uint64_t>(trace_level::payloads);
  return static_cast<trace_level>(std::clamp(asked, least, most));
}

void trace_exchange::on_request(const incoming& m) {
  switch (static_cast<request>(m.head.sequence)) {
  case request::switch_on:
    return switch_on(m.from, level_in(m));
  case request::switch_off:
    return switch_off(m.from);
  case request::drain:
    return answer_later(m.from, m.head,
                        [this] { return node_.trace().drain(); });
  case request::flight: {
    if (m.payload.size() != sizeof(std::uint64_t))
      return;
    const auto asked = load_little_endian<std::uint64_t>(m.payload.data());
    const std::chrono::milliseconds last{std::min(asked, longest_flight)};
    return answer_later(m.from, m.head,
                        [=, this] { return node_.trace().snapshot(last); });
  }
  }
}

void trace_exchange::switch_on(node_id by, trace_level level) {
  std::lock_guard guard{switch_mutex_};
  wanted_by_[by] = level;
  node_.trace().enable(most_wanted());
}

// One of several that record may go, or die.
void trace_exchange::switch_off(node_id by) {
  std::lock_guard guard{switch_mutex_};
  if (wanted_by_.erase(by) == 0)
    return;
  if (wanted_by_.empty())
    node_.trace().disable();
  else
    node_.trace().enable(most_wanted());
}

trace_level trace_exchange::most_wanted() const {
  auto most = trace_level::messages;
  for (const auto& [who, level] : wanted_by_)
    most = std::max(most, level);
  return most;
}

void trace_exchange::answer_later(node_id to, const envelope& head,
                                  std::function<node_trace()> of) {
  std::lock_guard guard{mutex_};
  if (stopped_ || answers_.size() == most_answers)
    return;
  answers_.push_back([this, to, head, of = std::move(of)] {
    auto trace = of();
    trace.name = name();
    trace.pid = node_.self().pid;
    std::vector<std::byte> bytes;
    append_node(bytes, trace);
    node_.send_bulk(to, message_kind::trace_reply, head, {},
                    buffer::copy(bytes));
  });
  if (!worker_.joinable())
    worker_ = std::jthread{[this](std::stop_token stop) {
      work(stop);
    }};
  asked_.notify_one();
}

void trace_exchange::work(std::stop_token stop) {
  std::unique_lock lock{mutex_};
  while (asked_.wait(lock, stop, [this] { return !answers_.empty(); })) {
    const auto next = std::move(answers_.front());
    answers_.pop_front();
    lock.unlock();
    next();
    lock.lock();
  }
}

void trace_exchange::on_reply(const incoming& m) {
  auto node = read_node(m.bulk.bytes());
  std::lock_guard guard{mutex_};
  auto found = collections_.find(m.head.cause);
  if (found == collections_.end()) {
    const bool drained =
        m.head.sequence == static_cast<std::uint64_t>(request::drain);
    if (drained && node && late_.size() < most_late)
      late_.push_back(std::move(*node));
    return;
  }
  auto& c = found->second;
  auto erased = std::erase_if(
      c.awaited, [&](const member& who) { return who.id == m.from; });
  if (erased != 0 && node)
    c.arrived.push_back(std::move(*node));
  answered_.notify_all();
}

void trace_exchange::on_down(node_id who) {
  switch_off(who);
  std::lock_guard guard{mutex_};
  for (auto& [number, c] : collections_)
    std::erase_if(c.awaited, [&](const member& m) { return m.id == who; });
  answered_.notify_all();
}

} // namespace tern
