#pragma once

#include "dataflow/block/dtype.hpp"
#include "dataflow/block/shape.hpp"
#include "serialization/buffer.hpp"

#include <cstddef>
#include <span>

namespace tern {

/// An immutable piece of an array: dtype, shape and row-major elements that
/// are aligned to 64 bytes. A handle of one pointer: copies share the bytes.
///
/// Payloads of up to 16 bytes (every scalar) lie in the handle's own record;
/// a block of one number is one small allocation from a per-thread cache.
class block {
public:
  block() noexcept = default;

  /// Takes `bytes` (exactly `element_count(s) * size_of(type)`) as elements.
  static block wrap(dtype type, const shape& s, buffer bytes);

  /// A block of one element and no axes.
  template <class T>
  static block of(T value);

  block(const block& other) noexcept;
  block(block&& other) noexcept;
  block& operator=(block other) noexcept;
  ~block();

  dtype type() const noexcept;
  const tern::shape& shape() const noexcept;
  /// Elements.
  std::int64_t size() const noexcept;
  /// Bytes of the elements.
  std::size_t bytes() const noexcept;
  const std::byte* data() const noexcept;
  std::span<const std::byte> payload() const noexcept {
    return {data(), bytes()};
  }
  /// The buffer behind it (a pooled copy where the elements lie inline).
  buffer storage() const;

  template <class T>
  std::span<const T> values() const noexcept {
    return {reinterpret_cast<const T*>(data()),
            static_cast<std::size_t>(size())};
  }
  /// The only element of a block of size 1, as double; of a complex one the
  /// real part.
  double item() const noexcept;

  explicit operator bool() const noexcept {
    return rep_ != nullptr;
  }

  struct rep; ///< in block.cpp

private:
  friend class block_builder;
  explicit block(rep* r) noexcept : rep_(r) {}
  rep* rep_ = nullptr;
};

/// A block while it is being written.
class block_builder {
public:
  /// Uninitialised elements. Throws `std::bad_alloc`.
  block_builder(dtype type, const shape& s);
  ~block_builder();
  block_builder(const block_builder&) = delete;
  block_builder& operator=(const block_builder&) = delete;

  std::byte* data() noexcept;
  template <class T>
  std::span<T> values() noexcept {
    return {reinterpret_cast<T*>(data()), static_cast<std::size_t>(size())};
  }
  std::int64_t size() const noexcept;
  /// The block, once; the builder is empty after that.
  block finish() noexcept;

private:
  block::rep* rep_ = nullptr;
};

} // namespace tern
