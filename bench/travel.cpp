#include "bench/travel.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <span>
#include <vector>

namespace tern::bench {

namespace {

using bytes = std::span<const std::byte>;

template <class T>
bytes bytes_of(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

template <class T>
T value_of(bytes b) {
  T value{};
  if (b.size() >= sizeof value)
    std::memcpy(&value, b.data(), sizeof value);
  return value;
}

class traveller final : public mobile_behavior {
public:
  explicit traveller(bytes state) {
    tally_ = value_of<tally>(state);
    auto rest = state.subspan(sizeof tally_);
    for (auto n = value_of<std::uint64_t>(rest); n > 0; --n) {
      const auto e = value_of<entry>(rest.subspan(8 + (n - 1) * sizeof(entry)));
      last_[e.from] = e.number;
    }
    rest = rest.subspan(8 + last_.size() * sizeof(entry));
    luggage_.assign(rest.begin(), rest.end());
  }

  void receive(actor_context& context, const envelope& head,
               bytes payload) override {
    if (payload.empty()) {
      context.send(head.from, bytes_of(tally_));
      return;
    }
    const auto number = value_of<std::uint64_t>(payload);
    auto& last = last_[head.from];
    tally_.wrong += number != last + 1;
    last = number;
    ++tally_.messages;
  }

  buffer save() const override {
    auto out = buffer::allocate(sizeof tally_ + 8 + last_.size() * sizeof(entry)
                                + luggage_.size());
    auto* to = out.mutable_data();
    const auto put = [&](bytes b) {
      to = std::copy(b.begin(), b.end(), to);
    };
    put(bytes_of(tally_));
    put(bytes_of(std::uint64_t{last_.size()}));
    for (const auto& [from, number] : last_)
      put(bytes_of(entry{from, number}));
    put(luggage_);
    return out;
  }

private:
  struct entry {
    actor_id from;
    std::uint64_t number = 0;
  };

  tally tally_;
  std::map<actor_id, std::uint64_t> last_;
  std::vector<std::byte> luggage_;
};

class sender final : public mobile_behavior {
public:
  explicit sender(bytes state) : to_(value_of<actor_id>(state)) {}

  void receive(actor_context& context, const envelope& head,
               bytes payload) override {
    if (payload.empty()) {
      context.send(head.from, bytes_of(tally_));
      return;
    }
    tally_.waiting += value_of<std::uint64_t>(payload);
    go_on(context);
  }
  void writable(actor_context& context, const actor_id&) override {
    go_on(context);
  }
  buffer save() const override {
    return sender_state(to_); // it never moves
  }

private:
  void go_on(actor_context& context) {
    while (tally_.waiting > 0
           && context.send(to_, bytes_of(tally_.messages + 1))) {
      ++tally_.messages;
      --tally_.waiting;
    }
  }

  actor_id to_;
  tally tally_;
};

template <class Behavior, std::size_t Smallest>
result<std::unique_ptr<mobile_behavior>> make(bytes state) {
  if (state.size() < Smallest)
    return fail(failure_kind::malformed, "too short a state");
  return std::make_unique<Behavior>(state);
}

} // namespace

void register_travel_types(actor_host& host) {
  host.register_type("traveller", make<traveller, sizeof(tally) + 8>);
  host.register_type("sender", make<sender, sizeof(actor_id)>);
}

buffer traveller_state(std::size_t bytes) {
  auto out = buffer::allocate(sizeof(tally) + 8 + bytes);
  std::fill_n(out.mutable_data(), out.size(), std::byte{0});
  return out;
}

buffer sender_state(const actor_id& to) {
  return buffer::copy(bytes_of(to));
}

} // namespace tern::bench
