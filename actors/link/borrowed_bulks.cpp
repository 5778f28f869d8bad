#include "actors/link/borrowed_bulks.hpp"

#include "actors/link/socket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

namespace tern {

result<void> borrowed_bulks::add(std::span<const std::byte> body) {
  const auto whole = body;
  const auto place = wire::take_lent_place(body);
  if (!place)
    return tl::make_unexpected(place.error());
  if (auto message = wire::only_message(body); !message)
    return tl::make_unexpected(message.error());
  if (!memory_)
    return fail(failure_kind::malformed,
                "a place in memory that this node cannot read");
  if (waiting_.size() == wire::most_lent)
    return fail(failure_kind::malformed,
                fmt::format("more than {} lent messages", wire::most_lent));
  if (auto fits = wire::check_bulk_total(place->total, max_bulk_); !fits)
    return fits;
  bulk_message bulk;
  bulk.begin = buffer::copy(whole);
  bulk.total = place->total;
  bulk.from = place->address;
  waiting_.push_back(std::move(bulk));
  return {};
}

void borrowed_bulks::make_room(bulk_message& bulk) {
  bulk.has_room = true;
  try {
    bulk.bytes = buffer::allocate(bulk.total);
  } catch (const std::bad_alloc&) {
    bulk.dropped = true;
  }
}

result<std::optional<borrowed_bulks::taken>> borrowed_bulks::read_on() {
  auto& bulk = waiting_.front();
  if (!bulk.has_room)
    make_room(bulk);
  if (bulk.dropped)
    return take_first();
  const auto count =
      std::min<std::uint64_t>(bulk.total - bulk.done, wire::max_chunk);
  if (!memory_->read(bulk.bytes.mutable_data() + bulk.done,
                     bulk.from + bulk.done, count))
    return fail(failure_kind::unreachable,
                "its link broke: its memory cannot be read: "
                    + error_text(errno));
  bulk.done += count;
  if (bulk.done < bulk.total)
    return std::nullopt;
  if (!memory_->is_open())
    return fail(failure_kind::unreachable,
                "its link broke: it has taken back what it lent");
  return take_first();
}

borrowed_bulks::taken borrowed_bulks::take_first() {
  auto bulk = std::move(waiting_.front());
  waiting_.pop_front();
  auto body = bulk.begin.bytes().subspan(wire::lent_place_size);
  const auto message = wire::only_message(body); // checked by `add`
  return {std::move(bulk.begin), *message, std::move(bulk.bytes), bulk.dropped};
}

} // namespace tern
