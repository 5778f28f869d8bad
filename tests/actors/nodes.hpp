#pragma once

#include "actors/node.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

// What tests of several nodes in one process share. Handlers run on other
// threads: they take notes and the test checks those. What handlers touch must
// be declared before the nodes, so that it outlives them.

namespace tern::testing {

/// Ten times what anything here should take on a busy machine.
constexpr auto deadline = std::chrono::seconds(20);

/// A value that threads change and a test waits for.
template <class T>
class watched {
public:
  template <class F>
  void change(F&& f) {
    {
      std::lock_guard guard{mutex_};
      f(value_);
    }
    changed_.notify_all();
  }

  /// Waits until `f(value)`; false after the deadline.
  template <class F>
  bool wait(F&& f) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, deadline, [&] { return f(value_); });
  }

  T value() {
    std::lock_guard guard{mutex_};
    return value_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  T value_{};
};

/// Why a call failed, for the report of a test.
template <class T>
std::string why(const result<T>& r) {
  return r ? std::string{} : r.error().what;
}

inline std::unique_ptr<node> start_node(node_config config = {}) {
  auto n = node::start(std::move(config));
  BOOST_REQUIRE_MESSAGE(n.has_value(), why(n));
  return std::move(*n);
}

inline void join(node& newcomer, const node& member) {
  auto joined = newcomer.join(member.self().host, member.self().port);
  BOOST_REQUIRE_MESSAGE(joined.has_value(), why(joined));
}

/// Asks `f` until it says yes; false after the deadline. For what nobody
/// announces.
template <class F>
bool eventually(F&& f) {
  auto end = std::chrono::steady_clock::now() + deadline;
  while (!f()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::yield();
  }
  return true;
}

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text});
}

inline std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class T>
std::span<const std::byte> bytes_of_value(const T& value) {
  return std::as_bytes(std::span{&value, 1});
}

template <class T>
T value_of(std::span<const std::byte> bytes) {
  T value{};
  if (bytes.size() == sizeof value)
    std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

constexpr auto kind_a = message_kind::application;
constexpr auto kind_b =
    static_cast<message_kind>(static_cast<int>(message_kind::application) + 1);

} // namespace tern::testing
