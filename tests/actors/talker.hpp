#pragma once

#include "actors/host.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace tern::testing {

/// An actor for tests of the contract. Told to, it sends numbered messages to
/// others; it counts what it gets and whether that is the next of its sender.
/// All it knows is in its state, so that a lost or doubled state shows too.
class talker final : public mobile_behavior {
public:
  enum class word : std::uint64_t { number, say, report, fail };

  /// What goes on the wire: {word, number or count, receiver}.
  struct speech {
    word what = word::number;
    std::uint64_t number = 0;
    actor_id to;
  };

  /// What it answers to `report`.
  struct report {
    std::uint64_t received = 0;
    std::uint64_t wrong = 0; ///< came out of turn
    std::uint64_t unsent = 0;
  };

  static constexpr auto type = "talker";

  static result<std::unique_ptr<mobile_behavior>>
  restore(std::span<const std::byte> state) {
    auto t = std::make_unique<talker>();
    if (state.size() % sizeof(std::uint64_t) != 0)
      return fail(failure_kind::malformed, "not a talker's state");
    std::vector<std::uint64_t> words(state.size() / sizeof(std::uint64_t));
    if (!state.empty())
      std::memcpy(words.data(), state.data(), state.size());
    t->read(words);
    return t;
  }

  static std::span<const std::byte> bytes(const speech& s) {
    return std::as_bytes(std::span(&s, 1));
  }

  void receive(actor_context& context, const envelope& head,
               std::span<const std::byte> payload) override {
    speech s;
    std::memcpy(&s, payload.data(), std::min(sizeof s, payload.size()));
    switch (s.what) {
    case word::number: {
      auto& last = received_[head.from];
      wrong_ += s.number != last + 1;
      last = s.number;
      ++count_;
      break;
    }
    case word::say:
      left_[s.to] += s.number;
      talk(context, s.to);
      break;
    case word::report: {
      report r{count_, wrong_, 0};
      for (auto& [to, n] : left_)
        r.unsent += n;
      context.send(head.from, std::as_bytes(std::span(&r, 1)));
      break;
    }
    case word::fail:
      throw std::runtime_error("as told");
    }
  }

  void writable(actor_context& context, const actor_id& to) override {
    talk(context, to);
  }

  buffer save() const override {
    std::vector<std::uint64_t> words{count_, wrong_};
    for (auto* counts : {&left_, &sent_, &received_}) {
      words.push_back(counts->size());
      for (auto& [actor, n] : *counts)
        words.insert(words.end(), {actor.high, actor.low, n});
    }
    return buffer::copy(std::as_bytes(std::span(words)));
  }

private:
  using number_map = std::map<actor_id, std::uint64_t>;

  void talk(actor_context& context, const actor_id& to) {
    for (auto& left = left_[to]; left > 0; --left) {
      const speech s{word::number, sent_[to] + 1, {}};
      if (!context.send(to, bytes(s)))
        return;
      ++sent_[to];
    }
  }

  void read(const std::vector<std::uint64_t>& words) {
    std::size_t at = 0;
    const auto next = [&] {
      return at < words.size() ? words[at++] : 0;
    };
    count_ = next();
    wrong_ = next();
    for (auto* into : {&left_, &sent_, &received_})
      for (auto n = next(); n > 0 && at < words.size(); --n) {
        const auto high = next();
        const auto low = next();
        (*into)[{high, low}] = next();
      }
  }

  std::uint64_t count_ = 0;
  std::uint64_t wrong_ = 0;
  number_map left_;     // to be said, to whom
  number_map sent_;     // the last number, to whom
  number_map received_; // the last number, from whom
};

} // namespace tern::testing
