#include "actors/simulation/wanderer.hpp"

namespace tern::simulation {

namespace {

using words = std::vector<std::uint64_t>;

void put(words& out, const std::map<actor_id, std::uint64_t>& counts) {
  out.push_back(counts.size());
  for (auto& [actor, n] : counts)
    out.insert(out.end(), {actor.high, actor.low, n});
}

std::map<actor_id, std::uint64_t> get(const words& in, std::size_t& at) {
  std::map<actor_id, std::uint64_t> counts;
  for (auto n = in [at++]; n > 0; --n, at += 3)
    counts[{in[at], in[at + 1]}] = in[at + 2];
  return counts;
}

} // namespace

buffer wanderer::save() const {
  words out{wants_waking};
  put(out, sent);
  put(out, received);
  for (auto& w : waiting)
    out.insert(out.end(), {w.to.high, w.to.low, w.left});
  return buffer::copy(std::as_bytes(std::span(out)));
}

wanderer wanderer::restore(const buffer& bytes) {
  words in(bytes.size() / sizeof(std::uint64_t));
  if (!in.empty())
    std::memcpy(in.data(), bytes.data(), in.size() * sizeof(std::uint64_t));
  wanderer out;
  std::size_t at = 0;
  out.wants_waking = in[at++] != 0;
  out.sent = get(in, at);
  out.received = get(in, at);
  for (; at + 3 <= in.size(); at += 3)
    out.waiting.push_back({{in[at], in[at + 1]}, in[at + 2]});
  return out;
}

} // namespace tern::simulation
