#include "actors/api/link_book.hpp"

#include <utility>

namespace tern {

link_book::one& link_book::at(const actor_id& other) {
  const auto found = std::ranges::find(links_, other, &one::other);
  return found == links_.end() ? links_.emplace_back(one{other, 0, 0}) : *found;
}

void link_book::add(const actor_id& other) {
  at(other).made = ++last_;
}

bool link_book::heard_link(const actor_id& other, std::uint64_t number) {
  const bool is_new = !has(other);
  at(other).heard = number;
  return is_new;
}

std::optional<std::uint64_t> link_book::seen(const actor_id& other) const {
  const auto found = find(other);
  return found == links_.end() ? std::nullopt : std::optional{found->heard};
}

void link_book::heard_unlink(const actor_id& other, std::uint64_t seen) {
  const auto found = find(other);
  if (found != links_.end() && found->made <= seen)
    links_.erase(found);
}

std::vector<actor_id> link_book::take_all() {
  std::vector<actor_id> out;
  for (const auto& link : std::exchange(links_, {}))
    out.push_back(link.other);
  return out;
}

void link_book::save(archive_writer& to) const {
  to(last_, static_cast<std::uint64_t>(links_.size()));
  for (const auto& link : links_)
    to(link.other.high, link.other.low, link.made, link.heard);
}

void link_book::load(archive_reader& from) {
  std::uint64_t n = 0;
  from(last_, n);
  for (; n > 0 && from.failed().empty(); --n) {
    one link;
    from(link.other.high, link.other.low, link.made, link.heard);
    at(link.other) = link;
  }
}

} // namespace tern
