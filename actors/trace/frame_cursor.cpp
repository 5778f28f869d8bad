#include "actors/trace/frame_cursor.hpp"

#include "actors/trace/lz4_frame.hpp"
#include "actors/trace/trace_record.hpp"

#include <iterator>

namespace tern {

namespace {

constexpr std::size_t read_at_once = std::size_t{1} << 20;

} // namespace

/// Whether there was more.
result<bool> frame_cursor::see_more() {
  const auto more =
      bytes_.read(offset_ + (window_.size() - begin_), read_at_once);
  if (!more)
    return tl::make_unexpected(more.error());
  window_.erase(
      window_.begin(),
      std::next(window_.begin(), static_cast<std::ptrdiff_t>(begin_)));
  begin_ = 0;
  window_.insert(window_.end(), more->begin(), more->end());
  return !more->empty();
}

result<std::optional<stored_frame>> frame_cursor::next() {
  while (!truncated_) {
    const auto size = lz4_frame_size(seen(), max_stored_record);
    if (!size)
      return bad_frame(offset_, size.error());
    if (*size) {
      const auto frame = seen().first(**size);
      stored_frame out{offset_, {frame.begin(), frame.end()}};
      offset_ += frame.size();
      begin_ += frame.size();
      return out;
    }
    const auto more = see_more();
    if (!more)
      return tl::make_unexpected(more.error());
    if (*more)
      continue;
    if (seen().empty())
      break;
    // A damaged length also looks like this.
    const auto record = read_framed_record(seen(), offset_);
    if (!record)
      return tl::make_unexpected(record.error());
    truncated_ = true;
  }
  return std::nullopt;
}

} // namespace tern
