#include "dataflow/block/block.hpp"

#include "serialization/small_pool.hpp"

#include <atomic>
#include <cassert>
#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

// A handle points to a record from the small-object pool; the record holds the
// count of handles, what the elements are, and either the elements themselves
// (up to 16 bytes) or the buffer with them.

namespace tern {

namespace {

constexpr std::size_t inline_bytes = 16;

} // namespace

struct block::rep {
  std::atomic<std::uint32_t> references{1};
  dtype type;
  std::int64_t size;
  std::byte* elements = nullptr;
  tern::shape extents;
  buffer storage;
  alignas(16) std::byte small[inline_bytes];

  rep(dtype t, const tern::shape& s)
    : type(t), size(element_count(s)), extents(s) {}
  std::size_t bytes() const noexcept {
    return static_cast<std::size_t>(size) * size_of(type);
  }

  static rep* make(dtype type, const tern::shape& s) {
    auto* memory = small_allocate(sizeof(rep));
    try {
      return new (memory) rep(type, s);
    } catch (...) {
      small_free(memory, sizeof(rep));
      throw;
    }
  }
  static void drop(rep* r) noexcept {
    // the last handle needs no locked instruction to see that it is alone
    if (r->references.load(std::memory_order_acquire) != 1
        && r->references.fetch_sub(1, std::memory_order_acq_rel) != 1)
      return;
    r->~rep();
    small_free(r, sizeof(rep));
  }
};

block block::wrap(dtype type, const tern::shape& s, buffer bytes) {
  auto* r = rep::make(type, s);
  block result(r);
  if (bytes.size() != r->bytes())
    throw std::invalid_argument(
        "a block of shape " + to_string(s) + " and dtype "
        + std::string(name_of(type)) + " has " + std::to_string(r->bytes())
        + " bytes, not " + std::to_string(bytes.size()));
  if (r->bytes() <= inline_bytes) {
    if (r->bytes())
      std::memcpy(r->small, bytes.data(), r->bytes());
    r->elements = r->small;
  } else {
    r->storage = std::move(bytes);
    r->elements = r->storage.mutable_data();
  }
  return result;
}

template <class T>
block block::of(T value) {
  auto* r = rep::make(dtype_of<T>, {});
  std::memcpy(r->small, &value, sizeof(T));
  r->elements = r->small;
  return block(r);
}

template block block::of(bool);
template block block::of(std::int64_t);
template block block::of(float);
template block block::of(double);
template block block::of(std::complex<float>);
template block block::of(std::complex<double>);

block::block(const block& other) noexcept : rep_(other.rep_) {
  if (rep_)
    rep_->references.fetch_add(1, std::memory_order_relaxed);
}

block::block(block&& other) noexcept
  : rep_(std::exchange(other.rep_, nullptr)) {}

block& block::operator=(block other) noexcept {
  std::swap(rep_, other.rep_);
  return *this;
}

block::~block() {
  if (rep_)
    rep::drop(rep_);
}

dtype block::type() const noexcept {
  assert(rep_);
  return rep_->type;
}

const tern::shape& block::shape() const noexcept {
  assert(rep_);
  return rep_->extents;
}

std::int64_t block::size() const noexcept {
  return rep_ ? rep_->size : 0;
}

std::size_t block::bytes() const noexcept {
  return rep_ ? rep_->bytes() : 0;
}

const std::byte* block::data() const noexcept {
  return rep_ ? rep_->elements : nullptr;
}

buffer block::storage() const {
  if (!rep_ || rep_->storage)
    return rep_ ? rep_->storage : buffer();
  return buffer::copy(payload());
}

double block::item() const noexcept {
  assert(size() == 1);
  return dispatch(rep_->type, [&](auto zero) {
    std::memcpy(&zero, rep_->elements, sizeof(zero));
    if constexpr (is_complex_type<decltype(zero)>)
      return static_cast<double>(zero.real());
    else
      return static_cast<double>(zero);
  });
}

block_builder::block_builder(dtype type, const shape& s)
  : rep_(block::rep::make(type, s)) {
  if (rep_->bytes() <= inline_bytes) {
    rep_->elements = rep_->small;
    return;
  }
  try {
    rep_->storage = buffer::allocate(rep_->bytes());
  } catch (...) {
    block::rep::drop(rep_);
    throw;
  }
  rep_->elements = rep_->storage.mutable_data();
}

block_builder::~block_builder() {
  if (rep_)
    block::rep::drop(rep_);
}

std::byte* block_builder::data() noexcept {
  return rep_->elements;
}

std::int64_t block_builder::size() const noexcept {
  return rep_->size;
}

block block_builder::finish() noexcept {
  return block(std::exchange(rep_, nullptr));
}

} // namespace tern
