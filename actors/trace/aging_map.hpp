#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <utility>

namespace tern {

/// Remembers at least the `most` youngest entries, and at most twice as many:
/// those that nobody took long since are forgotten. What it does depends on the
/// order of calls only.
template <class Key, class Value>
class aging_map {
public:
  explicit aging_map(std::size_t most) : most_(most) {}

  /// In place of what had this key.
  void put(const Key& key, Value value) {
    if (young_.size() >= most_)
      old_ = std::exchange(young_, {});
    young_.insert_or_assign(key, std::move(value));
  }

  std::optional<Value> take(const Key& key) {
    auto found = take_from(young_, key);
    return found ? found : take_from(old_, key);
  }

  bool empty() const noexcept {
    return young_.empty() && old_.empty();
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& [key, value] : old_)
      if (!young_.contains(key))
        visit(key, value);
    for (const auto& [key, value] : young_)
      visit(key, value);
  }

  template <class Archive>
  void fields(Archive& a) {
    a(young_, old_);
  }

private:
  using entries = std::unordered_map<Key, Value>;

  static std::optional<Value> take_from(entries& from, const Key& key) {
    const auto found = from.find(key);
    if (found == from.end())
      return std::nullopt;
    std::optional<Value> value{std::move(found->second)};
    from.erase(found);
    return value;
  }

  std::size_t most_;
  entries young_;
  entries old_;
};

} // namespace tern
