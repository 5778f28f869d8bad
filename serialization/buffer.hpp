#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace tern {

class buffer_pool;

/// A shared handle to a run of pooled bytes, aligned to 64 but for those of
/// `copy_compact`.
///
/// Copies share the bytes; the last handle gives them back to the pool. Bytes
/// are written between `allocate` and the first copy, and constant after that.
/// Any thread may copy, read and drop its own handle.
class buffer {
public:
  /// The empty buffer: no bytes, no memory.
  buffer() noexcept = default;

  /// `size` uninitialised bytes from the process's pool.
  /// Throws `std::bad_alloc` if the system has none.
  static buffer allocate(std::size_t size);

  /// A pooled copy of `bytes`.
  static buffer copy(std::span<const std::byte> bytes);

  /// The same, for messages: a short one shares one cache line with what the
  /// pool keeps of it, so that little goes from one processor to another.
  static buffer copy_compact(std::span<const std::byte> bytes);

  buffer(const buffer& other) noexcept : rep_(other.rep_) {
    if (rep_)
      rep_->references.fetch_add(1, std::memory_order_relaxed);
  }
  buffer(buffer&& other) noexcept : rep_(std::exchange(other.rep_, nullptr)) {}
  buffer& operator=(buffer other) noexcept {
    std::swap(rep_, other.rep_);
    return *this;
  }
  ~buffer() {
    if (rep_ && rep_->references.fetch_sub(1, std::memory_order_acq_rel) == 1)
      release(rep_);
  }

  std::size_t size() const noexcept {
    return rep_ ? rep_->size : 0;
  }
  const std::byte* data() const noexcept {
    return rep_ ? rep_->data : nullptr;
  }
  /// For the one who allocated it, before it is shared.
  std::byte* mutable_data() noexcept {
    return rep_ ? rep_->data : nullptr;
  }
  std::span<const std::byte> bytes() const noexcept {
    return {data(), size()};
  }
  std::span<std::byte> mutable_bytes() noexcept {
    return {mutable_data(), size()};
  }
  explicit operator bool() const noexcept {
    return rep_ != nullptr;
  }
  /// For the one who allocated it, before it is shared: keeps the first
  /// `size` bytes, `size <= this->size()`. Its memory stays as large.
  void shrink(std::size_t size) noexcept {
    if (rep_)
      rep_->size = size;
  }

private:
  friend class buffer_pool;

  struct rep {
    std::atomic<std::uint32_t> references;
    std::uint32_t size_class;
    std::size_t size;
    std::byte* data;
  };

  explicit buffer(rep* r) noexcept : rep_(r) {}
  static void release(rep* r) noexcept;

  rep* rep_ = nullptr;
};

} // namespace tern
