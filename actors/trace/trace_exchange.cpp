#include "actors/trace/trace_exchange.hpp"

#include "actors/link/socket.hpp"
#include "actors/trace/tracer.hpp"

#include <algorithm>

namespace tern {

namespace {

std::string name_of(const member& m) {
  return m.port != 0 ? address_text(m.host, m.port) : to_string(m.id);
}

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
      node = std::move(*head);
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
  owner.on(message_kind::trace_request, [this](incoming& m) { on_request(m); });
  owner.on(message_kind::trace_reply, [this](incoming& m) { on_reply(m); });
  owner.on_down([this](const member& m, const std::string&) { on_down(m.id); });
  owner.on_joined([this](const member& m) {
    std::unique_lock lock{mutex_};
    auto on = recording_;
    lock.unlock();
    if (on)
      ask(m.id, request::switch_on, 0);
  });
}

void trace_exchange::ask(node_id to, request what, std::uint64_t number) {
  envelope head;
  head.sequence = static_cast<std::uint64_t>(what);
  head.cause = number;
  node_.send(to, message_kind::trace_request, head, {});
}

void trace_exchange::record(bool on) {
  {
    std::lock_guard guard{mutex_};
    recording_ = on;
  }
  for (auto& m : node_.members())
    ask(m.id, on ? request::switch_on : request::switch_off, 0);
  node_.flush();
}

std::vector<node_trace>
trace_exchange::collect(std::chrono::milliseconds timeout) {
  auto members = node_.members();
  std::unique_lock lock{mutex_};
  auto number = ++numbers_;
  collections_[number].awaited = members;
  lock.unlock();
  for (auto& m : members)
    ask(m.id, request::drain, number);
  node_.flush();
  lock.lock();
  auto& mine = collections_[number];
  answered_.wait_for(lock, timeout, [&] { return mine.awaited.empty(); });
  auto all = std::move(mine.arrived);
  for (auto& silent : mine.awaited)
    all.push_back({silent.id,
                   name_of(silent) + " (no answer)",
                   silent.pid,
                   0,
                   {silent.id},
                   {},
                   {}});
  collections_.erase(number);
  std::ranges::sort(all, {}, &node_trace::node);
  return all;
}

node_trace trace_exchange::own_trace() {
  auto trace = node_.trace().drain();
  trace.name = name_of(node_.self());
  trace.pid = node_.self().pid;
  return trace;
}

void trace_exchange::on_request(const incoming& m) {
  switch (static_cast<request>(m.head.sequence)) {
  case request::switch_on:
    return node_.trace().enable();
  case request::switch_off:
    return node_.trace().disable();
  case request::drain: {
    std::vector<std::byte> bytes;
    append_node(bytes, own_trace());
    node_.send_bulk(m.from, message_kind::trace_reply, m.head, {},
                    buffer::copy(bytes));
  }
  }
}

void trace_exchange::on_reply(const incoming& m) {
  auto node = read_node(m.bulk.bytes());
  std::lock_guard guard{mutex_};
  auto found = collections_.find(m.head.cause);
  if (found == collections_.end())
    return;
  auto& c = found->second;
  auto erased = std::erase_if(
      c.awaited, [&](const member& who) { return who.id == m.from; });
  if (erased != 0 && node)
    c.arrived.push_back(std::move(*node));
  answered_.notify_all();
}

void trace_exchange::on_down(node_id who) {
  std::lock_guard guard{mutex_};
  for (auto& [number, c] : collections_)
    std::erase_if(c.awaited, [&](const member& m) { return m.id == who; });
  answered_.notify_all();
}

} // namespace tern
