#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tern {

/// Tells which of many sets may hold a key: each that does, and about one of
/// two hundred others. Takes 12 bits a key.
///
/// A Bloom filter in blocks of eight words, of which a key sets one bit each
/// (Putze, Sanders, Singler: Cache-, Hash- and Space-Efficient Bloom Filters,
/// 2007; blocks as those of Apache Parquet).
class key_filter {
public:
  key_filter() = default;
  /// Of these keys; what is there twice costs room only.
  explicit key_filter(std::span<const std::uint64_t> keys);

  bool may_hold(std::uint64_t key) const noexcept;

  template <class Archive>
  void fields(Archive& a) {
    a(bits_);
  }

private:
  std::vector<std::byte> bits_; ///< whole blocks; beyond them: nothing is there
};

} // namespace tern
