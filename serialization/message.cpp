#include "serialization/message.hpp"

#include "serialization/little_endian.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace tern {

namespace {

/// Writes fields one after the other.
class writer {
public:
  explicit writer(std::byte* to) noexcept : to_(to) {}
  template <class T>
  writer& put(T value) noexcept {
    store_little_endian(to_, value);
    to_ += sizeof(T);
    return *this;
  }

private:
  std::byte* to_;
};

/// Reads them back in the same order.
class field_reader {
public:
  explicit field_reader(const std::byte* from) noexcept : from_(from) {}
  template <class T>
  field_reader& get(T& value) noexcept {
    value = load_little_endian<T>(from_);
    from_ += sizeof(T);
    return *this;
  }

private:
  const std::byte* from_;
};

void write_header(std::byte* to, const message_header& h,
                  std::uint32_t length) noexcept {
  writer(to)
      .put(h.kind)
      .put(std::uint16_t{0})
      .put(length)
      .put(h.to_high)
      .put(h.to_low)
      .put(h.from_high)
      .put(h.from_low)
      .put(h.sequence)
      .put(h.epoch)
      .put(h.hops)
      .put(h.cause)
      .put(h.number);
}

/// The length; the other fields go to `h`.
std::uint32_t read_header(const std::byte* from, message_header& h,
                          std::uint16_t& reserved) noexcept {
  std::uint32_t length = 0;
  field_reader(from)
      .get(h.kind)
      .get(reserved)
      .get(length)
      .get(h.to_high)
      .get(h.to_low)
      .get(h.from_high)
      .get(h.from_low)
      .get(h.sequence)
      .get(h.epoch)
      .get(h.hops)
      .get(h.cause)
      .get(h.number);
  return length;
}

bool all_zero(std::span<const std::byte> bytes) noexcept {
  return std::ranges::all_of(bytes,
                             [](std::byte b) { return b == std::byte{}; });
}

tl::unexpected<failure> malformed(const char* what) {
  return fail(failure_kind::malformed, std::string("message batch: ") + what);
}

} // namespace

void append_message(std::vector<std::byte>& batch, const message_header& head,
                    std::span<const std::byte> payload) {
  const auto start = batch.size();
  batch.resize(start + message_size(payload.size())); // the padding is zero
  auto* to = batch.data() + start;
  write_header(to, head, static_cast<std::uint32_t>(payload.size()));
  if (!payload.empty())
    std::memcpy(to + message_header_size, payload.data(), payload.size());
}

result<std::optional<message_view>> message_reader::next() {
  if (rest_.empty())
    return std::nullopt;
  if (rest_.size() < message_header_size)
    return malformed("an envelope is cut off");
  message_view m;
  std::uint16_t reserved = 0;
  const std::size_t length = read_header(rest_.data(), m.head, reserved);
  if (reserved != 0)
    return malformed("a reserved field is in use");
  const auto whole = message_size(length);
  if (rest_.size() < whole)
    return malformed("a payload is cut off");
  m.payload = rest_.subspan(message_header_size, length);
  const auto padding = whole - message_header_size - length;
  if (!all_zero(rest_.subspan(whole - padding, padding)))
    return malformed("padding that is not zero");
  rest_ = rest_.subspan(whole);
  return m;
}

} // namespace tern
