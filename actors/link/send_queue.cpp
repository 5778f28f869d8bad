#include "actors/link/send_queue.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tern {

namespace {

std::size_t chunks_of(std::size_t size) {
  return (size + wire::max_chunk - 1) / wire::max_chunk;
}

void check_length(std::size_t size) {
  // 1 KiB for the heads around it.
  if (size > wire::max_body - 1024)
    throw std::length_error("a small message above 64 MiB: use send_bulk");
}

} // namespace

void send_queue::add(message_kind kind, const envelope& head,
                     std::span<const std::byte> payload) {
  check_length(payload.size());
  // A batch's frame stays below the limit of the wire.
  if (open_.bytes.size() + payload.size() >= wire::max_body - 1024)
    close_batch();
  auto before = open_.bytes.size();
  if (frame_at_ == no_frame) {
    frame_at_ = before;
    open_.bytes.resize(before + wire::header_size);
  }
  wire::add_message(open_.bytes, kind, head, payload);
  bytes_ += open_.bytes.size() - before;
  ++open_.messages;
  ++messages_;
  if (open_.bytes.size() >= batch_size)
    close_batch();
}

void send_queue::add_frame(wire::frame_type type,
                           std::span<const std::byte> body) {
  close_frame();
  auto at = open_.bytes.size();
  open_.bytes.resize(at + wire::header_size);
  open_.bytes.insert(open_.bytes.end(), body.begin(), body.end());
  wire::write_header(open_.bytes.data() + at, type, body);
  bytes_ += wire::header_size + body.size();
}

void send_queue::add_bulk(message_kind kind, const envelope& head,
                          std::span<const std::byte> payload, buffer bulk) {
  check_length(payload.size());
  close_batch();
  bulk_message m;
  m.after = batches_closed_;
  m.bytes = std::move(bulk);
  m.lent = may_lend(payload.size(), m.bytes.size());
  begin_frame(m, kind, head, payload);
  bytes_ += m.begin.size();
  if (m.lent)
    lent_bytes_ += m.bytes.size();
  else
    bytes_ += m.bytes.size() + chunks_of(m.bytes.size()) * wire::header_size;
  ++messages_;
  bulks_.push_back(std::move(m));
}

bool send_queue::may_lend(std::size_t payload, std::size_t size) const {
  if (!lends_ || payload > wire::max_lent_payload)
    return false;
  const bool behind_lent = bulks_.empty() ? !lent_.empty() : bulks_.back().lent;
  return size >= wire::least_lent || behind_lent;
}

void send_queue::add_last(wire::frame_type type) {
  close_batch();
  last_.resize(wire::header_size);
  wire::write_header(last_.data(), type, {});
  bytes_ += last_.size();
}

void send_queue::begin_frame(bulk_message& m, message_kind kind,
                             const envelope& head,
                             std::span<const std::byte> payload) {
  const auto size = m.lent ? wire::lent_place_size : sizeof(std::uint64_t);
  m.begin.resize(wire::header_size + size);
  auto* at = m.begin.data() + wire::header_size;
  if (m.lent)
    wire::write_lent_place(
        at, {m.bytes.size(), reinterpret_cast<std::uintptr_t>(m.bytes.data())});
  else
    wire::write_bulk_total(at, m.bytes.size());
  wire::add_message(m.begin, kind, head, payload);
  wire::write_header(m.begin.data(),
                     m.lent ? wire::frame_type::bulk_lent
                            : wire::frame_type::bulk_begin,
                     std::span{m.begin}.subspan(wire::header_size));
}

// The header of a batch frame is written last: it holds length and checksum.
void send_queue::close_frame() {
  if (frame_at_ == no_frame)
    return;
  auto header = open_.bytes.data() + frame_at_;
  wire::write_header(
      header, wire::frame_type::batch,
      std::span{open_.bytes}.subspan(frame_at_ + wire::header_size));
  frame_at_ = no_frame;
}

void send_queue::close_batch() {
  close_frame();
  if (open_.bytes.empty())
    return;
  ++batches_closed_;
  full_.push_back(std::exchange(open_, {std::move(spare_), 0}));
  spare_ = {};
  open_.bytes.clear();
}

send_queue::pieces send_queue::next() {
  if (head_.bytes.empty()) {
    // Turns: after a chunk a batch, after a batch a chunk.
    auto was_batch = !std::exchange(in_bulk_, false);
    if (was_batch && may_go_on())
      next_chunk();
    else if (!next_batch()) {
      if (may_go_on())
        next_chunk();
      else if (bulks_.empty() && lent_.empty())
        head_.bytes.swap(last_);
    }
  }
  std::size_t count = 0;
  if (head_written_ < head_.bytes.size())
    pieces_[count++] = {head_.bytes.data() + head_written_,
                        head_.bytes.size() - head_written_};
  if (body_written_ < body_) {
    auto& bulk = bulks_.front();
    auto at = bulk.bytes.data() + bulk.sent + body_written_;
    pieces_[count++] = {const_cast<std::byte*>(at), body_ - body_written_};
  }
  return {pieces_.data(), count};
}

// What is sent would be there before what is lent and not yet read.
bool send_queue::may_go_on() const {
  if (bulks_.empty() || bulks_.front().after > batches_taken_)
    return false;
  return bulks_.front().lent
             ? lent_.size() < wire::most_lent && out_ < wire::most_lent_bytes
             : lent_.empty();
}

bool send_queue::next_batch() {
  if (full_.empty())
    close_batch();
  if (full_.empty())
    return false;
  ++batches_taken_;
  head_ = std::move(full_.front());
  full_.pop_front();
  return true;
}

void send_queue::next_chunk() {
  auto& bulk = bulks_.front();
  in_bulk_ = true;
  head_.bytes.swap(bulk.begin);
  if (bulk.lent) { // from now on the peer may answer
    out_ += bulk.bytes.size();
    lent_.push_back(std::move(bulk.bytes));
    return;
  }
  body_ = std::min(bulk.bytes.size() - bulk.sent, wire::max_chunk);
  if (body_ == 0)
    return;
  auto at = head_.bytes.size();
  head_.bytes.resize(at + wire::header_size);
  wire::write_chunk_header(head_.bytes.data() + at,
                           bulk.bytes.bytes().subspan(bulk.sent, body_));
}

// What was written makes room.
void send_queue::finish_current() {
  messages_ -= head_.messages;
  if (in_bulk_) {
    auto& bulk = bulks_.front();
    bulk.sent += body_;
    if (bulk.lent) {
      bulks_.pop_front();
    } else if (bulk.sent == bulk.bytes.size()) {
      bulks_.pop_front();
      --messages_;
    }
  }
  head_.bytes.clear();
  if (head_.bytes.capacity() > spare_.capacity()
      && head_.bytes.capacity() <= 2 * batch_size)
    spare_.swap(head_.bytes);
  head_ = {};
  head_written_ = body_ = body_written_ = 0;
}

std::optional<std::uint64_t> send_queue::taken() {
  if (lent_.empty())
    return std::nullopt;
  const auto size = lent_.front().size();
  lent_.pop_front();
  out_ -= size;
  lent_bytes_ -= size;
  --messages_;
  return size;
}

void send_queue::written(std::size_t count) {
  bytes_ -= count;
  auto of_head = std::min(count, head_.bytes.size() - head_written_);
  head_written_ += of_head;
  body_written_ += count - of_head;
  if (head_written_ == head_.bytes.size() && body_written_ == body_)
    finish_current();
}

} // namespace tern
