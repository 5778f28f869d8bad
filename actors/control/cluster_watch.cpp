#include "actors/control/cluster.hpp"

// The part of `cluster` that watches its members: heartbeats of links, and what
// others say of who is silent (suspicion.hpp).

namespace tern {

namespace {

constexpr auto beat_interval = std::chrono::milliseconds(250);

} // namespace

void cluster::start_beat() {
  last_beat_ = loop_.now();
  loop_.after(beat_interval, [this] { beat(); });
}

void cluster::beat() {
  // Whoever was stopped has heard nobody, and cannot blame them for it.
  auto late = loop_.now() - last_beat_ > 4 * beat_interval;
  for (auto& l : links_.all()) {
    if (late)
      l->forgive_silence();
    l->beat();
  }
  note_signs();
  perform(suspicion_.on_time(now()));
  start_beat();
}

suspicion::time cluster::now() const {
  return loop_.now().time_since_epoch();
}

void cluster::note_signs() {
  for (auto& l : links_.all())
    suspicion_.on_heard(l->peer(), l->heard().time_since_epoch());
}

void cluster::on_suspicion(node_id from, std::span<const std::byte> payload) {
  const auto m = decode_suspicion_message(payload);
  if (!m) // what is malformed is as good as lost
    return;
  note_signs();
  perform(suspicion_.on_message(from, *m, now()));
}

void cluster::perform(const suspicion::instructions& list) {
  for (auto& i : list)
    std::visit([this](auto& one) { carry_out(one); }, i);
}

void cluster::carry_out(const suspicion::transmit& i) {
  if (auto l = links_.find(i.to)) {
    l->send(message_kind::suspicion, {}, encode(i.message));
    l->flush();
  }
}

void cluster::carry_out(const suspicion::probe& i) {
  if (auto l = links_.find(i.who))
    l->probe();
}

void cluster::carry_out(const suspicion::dead& i) {
  if (auto l = links_.find(i.who))
    l->close(i.why);
}

} // namespace tern
