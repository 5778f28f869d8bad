#pragma once

// Loops over tiles for functions without a vector form, one element at a time.

#include <cstddef>

namespace tern {

template <class T, T F(T)>
void each(const void* a, const void*, const void*, void* out, std::size_t n) {
  const auto* x = static_cast<const T*>(a);
  auto* y = static_cast<T*>(out);
  for (std::size_t i = 0; i < n; ++i)
    y[i] = F(x[i]);
}

template <class T, T F(T, T)>
void each(const void* a, const void* b, const void*, void* out, std::size_t n) {
  const auto* x = static_cast<const T*>(a);
  const auto* y = static_cast<const T*>(b);
  auto* z = static_cast<T*>(out);
  for (std::size_t i = 0; i < n; ++i)
    z[i] = F(x[i], y[i]);
}

} // namespace tern
