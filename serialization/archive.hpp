#pragma once

#include "serialization/failure.hpp"
#include "serialization/type_name.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

// Values of a program to bytes and back: messages and states of its actors.
//
// A type says what it is made of, once for both directions:
//
//     struct account {
//       static constexpr std::uint32_t version = 2; // optional
//       std::int64_t balance = 0;
//       std::string owner; // since version 2
//       template <class Archive>
//       void fields(Archive& a) {
//         a(balance);
//         if (a.version() >= 2)
//           a(owner);
//       }
//     };
//
// Numbers are little endian, lengths 64 bits; nothing names a field, so fields
// keep their order and new ones come last, under a new version. A type with a
// version writes it, so give it one before bytes of it are kept; one that was
// written by a later version is refused. Items
// of lists take at least one byte each.

namespace tern {

static_assert(std::endian::native == std::endian::little);

class archive_writer;
class archive_reader;

/// Has `fields`.
template <class T>
concept archived = requires(T& value, archive_writer& to) {
  value.fields(to);
};

/// Its version, if it has one, else 0.
template <class T>
constexpr std::uint32_t version_of() noexcept {
  if constexpr (requires {
                  requires !std::is_member_pointer_v<decltype(&T::version)>;
                }) // else it is data of the value
    return T::version;
  else
    return 0;
}

template <class T>
concept plain_number = std::is_arithmetic_v<T> || std::is_enum_v<T>;

/// Appends to a vector of bytes.
class archive_writer {
public:
  explicit archive_writer(std::vector<std::byte>& to) : to_(to) {}

  static constexpr bool reads = false;
  std::uint32_t version() const noexcept {
    return version_;
  }

  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }

private:
  template <plain_number T>
  void put(const T& x) {
    const auto at = to_.size();
    to_.resize(at + sizeof(T));
    store(x, to_.data() + at);
  }
  template <class T>
  static void store(const T& x, std::byte* to) {
    std::memcpy(to, &x, sizeof x); // little endian, as all this runs on
  }

  void put(const std::string& text) {
    put_bytes({reinterpret_cast<const std::byte*>(text.data()), text.size()});
  }
  void put(const std::vector<std::byte>& bytes) {
    put_bytes(bytes);
  }
  void put_bytes(std::span<const std::byte> bytes) {
    put(static_cast<std::uint64_t>(bytes.size()));
    to_.insert(to_.end(), bytes.begin(), bytes.end());
  }

  template <class R, class P>
  void put(const std::chrono::duration<R, P>& d) {
    put(d.count());
  }
  template <class T>
  void put(const std::vector<T>& items) {
    put_all(items);
  }
  template <class K, class V>
  void put(const std::map<K, V>& items) {
    put_all(items);
  }
  template <class K, class V>
  void put(const std::unordered_map<K, V>& items) {
    put_all(items);
  }
  template <class T>
  void put(const std::set<T>& items) {
    put_all(items);
  }
  template <class List>
  void put_all(const List& items) {
    put(static_cast<std::uint64_t>(items.size()));
    for (const auto& item : items)
      put(item);
  }
  template <class T, std::size_t N>
  void put(const std::array<T, N>& items) {
    for (const auto& item : items)
      put(item);
  }
  template <class T>
  void put(const std::optional<T>& x) {
    put(x.has_value());
    if (x)
      put(*x);
  }
  template <class A, class B>
  void put(const std::pair<A, B>& x) {
    put(x.first);
    put(x.second);
  }
  template <class... T>
  void put(const std::tuple<T...>& x) {
    std::apply([this](const T&... each) { (put(each), ...); }, x);
  }
  template <archived T>
  void put(const T& x) {
    const auto outer = std::exchange(version_, version_of<T>());
    if constexpr (version_of<T>() > 0)
      put(version_);
    const_cast<T&>(x).fields(*this); // reads it only
    version_ = outer;
  }

  std::vector<std::byte>& to_;
  std::uint32_t version_ = 0;
};

/// Reads what an `archive_writer` wrote. Total: after bytes that do not fit all
/// further values stay as they are and `failed()` says why; no length is
/// believed that the bytes left cannot hold.
class archive_reader {
public:
  explicit archive_reader(std::span<const std::byte> from) : left_(from) {}

  static constexpr bool reads = true;
  /// Of the value that is being read, as it was written.
  std::uint32_t version() const noexcept {
    return version_;
  }

  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }

  /// Empty: all went well.
  const std::string& failed() const noexcept {
    return failed_;
  }
  std::span<const std::byte> left() const noexcept {
    return left_;
  }
  void fail(std::string why) {
    if (failed_.empty())
      failed_ = std::move(why);
    left_ = {};
  }

private:
  bool take(void* to, std::size_t n) {
    if (n > left_.size()) {
      fail("it is shorter than it says");
      return false;
    }
    if (n > 0)
      std::memcpy(to, left_.data(), n);
    left_ = left_.subspan(n);
    return true;
  }
  /// A length of items of at least so many bytes each.
  std::size_t length(std::size_t least) {
    std::uint64_t n = 0;
    get(n);
    if (n > left_.size() / std::max<std::size_t>(least, 1)) {
      fail("it is shorter than it says");
      return 0;
    }
    return static_cast<std::size_t>(n);
  }

  template <plain_number T>
  void get(T& x) {
    T found{};
    if (take(&found, sizeof found))
      x = found;
  }
  void get(bool& x) {
    std::uint8_t found = 0;
    if (!take(&found, 1))
      return;
    if (found > 1)
      return fail("a truth value of " + std::to_string(found));
    x = found == 1;
  }
  void get(std::string& text) {
    text.resize(length(1));
    take(text.data(), text.size());
  }
  void get(std::vector<std::byte>& bytes) {
    bytes.resize(length(1));
    take(bytes.data(), bytes.size());
  }
  template <class R, class P>
  void get(std::chrono::duration<R, P>& d) {
    R count{};
    get(count);
    d = std::chrono::duration<R, P>(count);
  }
  template <class T>
  void get(std::vector<T>& items) {
    items.clear();
    for (auto n = length(1); n > 0 && failed_.empty(); --n)
      get(items.emplace_back());
  }
  template <class K, class V>
  void get(std::map<K, V>& items) {
    get_pairs<K, V>(items);
  }
  template <class K, class V>
  void get(std::unordered_map<K, V>& items) {
    get_pairs<K, V>(items);
  }
  template <class K, class V, class Map>
  void get_pairs(Map& items) {
    items.clear();
    for (auto n = length(1); n > 0 && failed_.empty(); --n) {
      std::pair<K, V> item{};
      get(item);
      items.insert(std::move(item));
    }
  }
  template <class T>
  void get(std::set<T>& items) {
    items.clear();
    for (auto n = length(1); n > 0 && failed_.empty(); --n) {
      T item{};
      get(item);
      items.insert(std::move(item));
    }
  }
  template <class T, std::size_t N>
  void get(std::array<T, N>& items) {
    for (auto& item : items)
      get(item);
  }
  template <class T>
  void get(std::optional<T>& x) {
    bool there = false;
    get(there);
    x.reset();
    if (there)
      get(x.emplace());
  }
  template <class A, class B>
  void get(std::pair<A, B>& x) {
    get(x.first);
    get(x.second);
  }
  template <class... T>
  void get(std::tuple<T...>& x) {
    std::apply([this](T&... each) { (get(each), ...); }, x);
  }
  template <archived T>
  void get(T& x) {
    std::uint32_t written = 0;
    if constexpr (version_of<T>() > 0) {
      get(written);
      if (written > version_of<T>())
        return fail("version " + std::to_string(written) + " of "
                    + std::string{wire_name<T>()} + " is later than version "
                    + std::to_string(version_of<T>()) + ", the one known here");
    }
    const auto outer = std::exchange(version_, written);
    x.fields(*this);
    version_ = outer;
  }

  std::span<const std::byte> left_;
  std::string failed_;
  std::uint32_t version_ = 0;
};

template <class T>
std::vector<std::byte> to_bytes(const T& value) {
  std::vector<std::byte> out;
  archive_writer to{out};
  to(value);
  return out;
}

/// `malformed` unless exactly these bytes are a T.
template <class T>
result<T> from_bytes(std::span<const std::byte> bytes) {
  T value{};
  archive_reader from{bytes};
  from(value);
  if (from.failed().empty() && !from.left().empty())
    from.fail("it is longer than it says");
  if (!from.failed().empty())
    return fail(failure_kind::malformed, from.failed());
  return value;
}

} // namespace tern
