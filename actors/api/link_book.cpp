#include "actors/api/link_book.hpp"

#include <utility>

namespace tern {

void link_book::add(const actor_id& other) {
  links_[other].made = ++last_;
}

bool link_book::heard_link(const actor_id& other, std::uint64_t number) {
  const auto [place, is_new] = links_.try_emplace(other);
  place->second.heard = number;
  return is_new;
}

std::optional<std::uint64_t> link_book::seen(const actor_id& other) const {
  const auto found = links_.find(other);
  return found == links_.end() ? std::nullopt
                               : std::optional{found->second.heard};
}

void link_book::heard_unlink(const actor_id& other, std::uint64_t seen) {
  const auto found = links_.find(other);
  if (found != links_.end() && found->second.made <= seen)
    links_.erase(found);
}

std::vector<actor_id> link_book::take_all() {
  std::vector<actor_id> out;
  for (const auto& [other, link] : std::exchange(links_, {}))
    out.push_back(other);
  return out;
}

void link_book::save(archive_writer& to) const {
  to(last_, static_cast<std::uint64_t>(links_.size()));
  for (const auto& [other, link] : links_)
    to(other.high, other.low, link.made, link.heard);
}

void link_book::load(archive_reader& from) {
  std::uint64_t n = 0;
  from(last_, n);
  for (; n > 0 && from.failed().empty(); --n) {
    actor_id other;
    one link;
    from(other.high, other.low, link.made, link.heard);
    links_[other] = link;
  }
}

} // namespace tern
