#include "actors/link/receiver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace tern {

// The receive buffer holds whole frames, then a part of one. A frame that
// cannot fit (a large batch) and the bytes of chunks are awaited elsewhere
// ("direct"): what has arrived of them is copied there once, the rest is
// received there. While a bulk message is open little is read beyond a chunk,
// so that nearly all of the next chunk goes its straight way too.

namespace {

wire::frame_type type_of(const frame_header& h) {
  return static_cast<wire::frame_type>(h.type);
}

} // namespace

receiver::receiver(std::uint64_t max_bulk)
  : buffer_(new std::byte[buffer_size]), max_bulk_(max_bulk) {}

std::span<const iovec> receiver::room() {
  if (begin_ == end_)
    begin_ = end_ = 0;
  auto limit = buffer_size - end_;
  if (direct_left_ > 0) {
    room_[0] = {direct_, direct_left_};
    room_[1] = {buffer_.get() + end_, std::min(limit, beyond_chunk)};
    return room_;
  }
  if (bulk_.open)
    limit = std::min(limit, beyond_chunk);
  room_[0] = {buffer_.get() + end_, limit};
  return {room_.data(), 1};
}

result<void> receiver::received(std::size_t count, frame_sink& sink) {
  if (direct_left_ > 0) {
    auto direct = std::min(count, direct_left_);
    direct_ += direct;
    direct_left_ -= direct;
    count -= direct;
    end_ += count;
    if (direct_left_ > 0)
      return {};
    if (large_) {
      if (auto done = finish_large(sink); !done)
        return done;
    } else {
      finish_chunk(sink);
    }
  } else {
    end_ += count;
  }
  return take_frames(sink);
}

result<void> receiver::take_frames(frame_sink& sink) {
  for (;;) {
    auto more = take_frame(sink);
    if (!more)
      return tl::make_unexpected(more.error());
    if (!*more)
      return {};
  }
}

// One frame off the buffer; false if it is not there yet.
result<bool> receiver::take_frame(frame_sink& sink) {
  if (direct_left_ > 0)
    return false;
  // The end of an odd bulk message leaves the rest unaligned.
  if (begin_ % 8 != 0 || buffer_size - begin_ < wire::header_size)
    move_to_front();
  if (end_ - begin_ < wire::header_size)
    return false;
  auto h = wire::read_header(buffer_.get() + begin_);
  if (!h)
    return tl::make_unexpected(h.error());
  if (type_of(*h) == wire::frame_type::bulk_chunk) {
    begin_ += wire::header_size;
    if (auto begun = begin_chunk(h->length); !begun)
      return tl::make_unexpected(begun.error());
    if (direct_left_ == 0)
      finish_chunk(sink);
    return direct_left_ == 0;
  }
  auto size = wire::header_size + h->length;
  if (size > buffer_size) {
    begin_large(*h);
    return false;
  }
  if (size > buffer_size - begin_)
    move_to_front();
  if (size > end_ - begin_)
    return false;
  begin_ += size;
  auto taken =
      take_body(*h, {buffer_.get() + begin_ - h->length, h->length}, sink);
  if (!taken)
    return tl::make_unexpected(taken.error());
  return true;
}

result<void> receiver::take_body(const frame_header& h,
                                 std::span<const std::byte> body,
                                 frame_sink& sink) {
  if (auto checked = check_frame_payload(h, body); !checked)
    return checked;
  switch (type_of(h)) {
  case wire::frame_type::batch:
    return take_batch(body, sink);
  case wire::frame_type::bulk_begin:
    return begin_bulk(body, sink);
  default:
    sink.on_frame(type_of(h), body);
    return {};
  }
}

result<void> receiver::take_batch(std::span<const std::byte> body,
                                  frame_sink& sink) {
  message_reader reader{body};
  for (;;) {
    auto message = reader.next();
    if (!message)
      return tl::make_unexpected(message.error());
    if (!*message)
      return {};
    sink.on_message(**message, {});
  }
}

result<void> receiver::begin_bulk(std::span<const std::byte> body,
                                  frame_sink& sink) {
  auto whole = body;
  auto total = wire::take_bulk_total(body);
  if (!total)
    return tl::make_unexpected(total.error());
  if (auto message = wire::only_message(body); !message)
    return tl::make_unexpected(message.error());
  if (bulk_.open)
    return fail(failure_kind::malformed, "a bulk message inside another");
  if (auto fits = wire::check_bulk_total(*total, max_bulk_); !fits)
    return fits;
  bulk_ = {};
  bulk_.total = *total;
  try {
    bulk_.begin = buffer::copy(whole);
    bulk_.bytes = buffer::allocate(*total);
  } catch (const std::bad_alloc&) {
    bulk_.dropped = true;
    waste_.reset(new std::byte[wire::max_chunk]);
  }
  bulk_.open = true;
  if (*total == 0)
    end_bulk(sink);
  return {};
}

result<void> receiver::begin_chunk(std::size_t length) {
  if (!bulk_.open || length == 0 || length > bulk_.total - bulk_.done)
    return fail(failure_kind::malformed,
                fmt::format("a chunk of {} bytes where {} are awaited", length,
                            bulk_.open ? bulk_.total - bulk_.done : 0));
  chunk_size_ = length;
  direct_ =
      bulk_.dropped ? waste_.get() : bulk_.bytes.mutable_data() + bulk_.done;
  auto there = take_buffered(direct_, length);
  direct_ += there;
  direct_left_ = length - there;
  return {};
}

void receiver::begin_large(const frame_header& h) {
  large_header_ = h;
  begin_ += wire::header_size;
  large_ = buffer::allocate(h.length);
  direct_ = large_.mutable_data();
  auto there = take_buffered(direct_, h.length);
  direct_ += there;
  direct_left_ = h.length - there;
}

result<void> receiver::finish_large(frame_sink& sink) {
  auto whole = std::move(large_);
  return take_body(large_header_, whole.bytes(), sink);
}

void receiver::finish_chunk(frame_sink& sink) {
  bulk_.done += chunk_size_;
  if (bulk_.done == bulk_.total)
    end_bulk(sink);
}

void receiver::end_bulk(frame_sink& sink) {
  auto done = std::move(bulk_);
  bulk_ = {};
  waste_.reset();
  if (done.dropped) {
    ++dropped_;
    return;
  }
  auto body = done.begin.bytes().subspan(sizeof done.total);
  auto message = wire::only_message(body);
  sink.on_message(*message, std::move(done.bytes));
}

void receiver::move_to_front() {
  std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
}

std::size_t receiver::take_buffered(std::byte* to, std::size_t limit) {
  auto count = std::min(limit, end_ - begin_);
  std::memcpy(to, buffer_.get() + begin_, count);
  begin_ += count;
  return count;
}

} // namespace tern
