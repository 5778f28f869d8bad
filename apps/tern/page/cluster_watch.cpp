#include "apps/tern/page/cluster_watch.hpp"

#include "actors/control/status_kinds.hpp"
#include "apps/tern/node_status.hpp"

#include <algorithm>
#include <utility>

namespace tern {

namespace {

using namespace std::chrono_literals;

constexpr auto period = 1s;
constexpr auto time_for_answers = 150ms;
constexpr auto age_of_answer = 200ms; ///< however many ask meanwhile
constexpr int share_of_counting = 100;
constexpr std::size_t largest_status = 4u << 20;
constexpr std::size_t remembered_events = 200;

std::uint64_t wall_ms() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(
          std::chrono::system_clock::now().time_since_epoch())
          .count());
}

// What is told of tasks rests on the last time that all were looked at.
void add_counted(const dataflow_service::status& counted,
                 dataflow_service::status& to) {
  to.actors = counted.actors;
  for (auto& plan : to.plans) {
    const auto found = std::ranges::find(counted.plans, plan.id,
                                         &dataflow_service::plan_status::id);
    if (found != counted.plans.end())
      plan.actors_by_layer = found->actors_by_layer;
  }
}

} // namespace

cluster_watch::cluster_watch(node& self, dataflow_service& service,
                             listeners to)
  : self_(self), service_(service), to_(std::move(to)), book_(self.id()),
    events_(remembered_events) {
  listen();
}

cluster_watch::~cluster_watch() {
  gate_.close();
  thread_.stop();
}

void cluster_watch::listen() {
  self_.on(status_ask, gate_.guard([this](incoming& in) {
    thread_.post([this, from = in.from] { answer(from); });
  }));
  self_.on(status_told, gate_.guard([this](incoming& in) {
    if (in.payload.size() > largest_status)
      return;
    thread_.post(
        [this, from = in.from,
         bytes = std::vector<std::byte>(in.payload.begin(), in.payload.end())] {
          if (readers_ > 0)
            book_.told(from, bytes, clock::now());
        });
  }));
  if (!to_.on_events)
    return;
  self_.on_joined(gate_.guard([this](const member& who) {
    if (!is_guest(who, self_.members()))
      happened([this, who, time = wall_ms()] { events_.joined(time, who); });
  }));
  self_.on_down(
      gate_.guard([this](const member& who, const std::string& reason) {
        if (!is_guest(who, self_.members()))
          happened([this, who, reason, time = wall_ms()] {
            events_.gone(time, who, reason);
          });
      }));
}

void cluster_watch::happened(std::function<void()> f) {
  thread_.post([this, f = std::move(f)] {
    f();
    to_.on_events(events_.json());
  });
}

void cluster_watch::set_readers(std::size_t count) {
  thread_.post([this, count] {
    readers_ = count;
    if (readers_ > 0 && !std::exchange(ticks_, true))
      tick();
  });
}

void cluster_watch::tick() {
  ticks_ = readers_ > 0;
  if (!ticks_)
    return;
  for (const auto& m : self_.members())
    if (m.threads > 0 && m.id != self_.id())
      self_.send(m.id, status_ask, {}, {});
  self_.flush();
  thread_.post_after(time_for_answers, [this] { publish(); });
  thread_.post_after(period, [this] { tick(); });
}

void cluster_watch::publish() {
  const auto now = clock::now();
  book_.told(self_.id(), own_status(), now);
  to_.on_snapshot(book_.snapshot(self_.members(), now, wall_ms()));
}

void cluster_watch::answer(node_id asker) {
  self_.send(asker, status_told, {}, own_status());
  self_.flush();
}

const std::vector<std::byte>& cluster_watch::own_status() {
  const auto begin = clock::now();
  if (begin < own_until_)
    return own_;
  if (begin >= count_again_) {
    counted_ = service_.report();
    const auto end = clock::now();
    count_again_ = end + share_of_counting * (end - begin);
  }
  auto now = service_.count();
  add_counted(counted_, now);
  own_ = encode_status(self_, now);
  own_until_ = clock::now() + age_of_answer;
  return own_;
}

} // namespace tern
