#pragma once

#include "serialization/small_pool.hpp"

#include <cstddef>
#include <functional>
#include <new>
#include <unordered_map>
#include <utility>

namespace tern {

/// Base of classes whose objects one thread makes and another one ends: that
/// costs a pool no lock, but malloc does take one for memory of other threads.
/// A class with heirs needs a virtual destructor.
struct pooled {
  static void* operator new(std::size_t size) {
    return small_allocate(size);
  }
  static void operator delete(void* memory, std::size_t size) noexcept {
    small_free(memory, size);
  }
  // What has to be aligned to more than any number is not the pool's.
  static void* operator new(std::size_t size, std::align_val_t to) {
    return ::operator new(size, to);
  }
  static void operator delete(void* memory, std::size_t,
                              std::align_val_t to) noexcept {
    ::operator delete(memory, to);
  }
  static void* operator new(std::size_t, void* where) noexcept {
    return where;
  }
};

/// The same for what containers hold.
template <class T>
struct pool_allocator {
  using value_type = T;

  pool_allocator() = default;
  template <class U>
  pool_allocator(const pool_allocator<U>&) noexcept {}

  T* allocate(std::size_t n) {
    static_assert(alignof(T) <= alignof(std::max_align_t));
    return static_cast<T*>(small_allocate(n * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t n) noexcept {
    small_free(memory, n * sizeof(T));
  }
  template <class U>
  bool operator==(const pool_allocator<U>&) const noexcept {
    return true;
  }
};

template <class Key, class T, class Hash = std::hash<Key>>
using pooled_map = std::unordered_map<Key, T, Hash, std::equal_to<Key>,
                                      pool_allocator<std::pair<const Key, T>>>;

} // namespace tern
