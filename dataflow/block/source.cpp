#include "dataflow/block/source.hpp"

#include "dataflow/block/random.hpp"
#include "dataflow/block/tile_program.hpp"

#include <bit>
#include <cstring>
#include <stdexcept>

// Every element follows from its global index alone, so any run of indices can
// be made anywhere. Random numbers come two (float64) or four (float32) a
// counter; a run that begins inside a counter is made from the counter's
// start.

namespace tern {

namespace {

static_assert(source_slack >= philox_slack);

template <class T>
void arange(const source& made, std::int64_t first, std::int64_t step,
            std::size_t n, T* out) {
  if (!is_floating(made.type)) {
    for (std::size_t i = 0; i < n; ++i) {
      const auto index = static_cast<std::uint64_t>(first)
                         + i * static_cast<std::uint64_t>(step);
      out[i] = static_cast<T>(
          static_cast<std::int64_t>(made.value + index * made.delta));
    }
    return;
  }
  const auto start = std::bit_cast<double>(made.value);
  const auto delta = std::bit_cast<double>(made.delta);
  for (std::size_t i = 0; i < n; ++i) {
    const auto index = first + static_cast<std::int64_t>(i) * step;
    out[i] = static_cast<T>(start + static_cast<double>(index) * delta);
  }
}

/// Elements [first, first + n).
template <class T>
const T* random_run(const source& made, std::int64_t first, std::size_t n,
                    T* room) {
  constexpr std::uint64_t each = sizeof(T) == 8 ? 2 : 4;
  const auto begin = static_cast<std::uint64_t>(first);
  const auto counter = begin / each;
  const auto counters =
      static_cast<std::size_t>((begin + n + each - 1) / each - counter);
  if constexpr (each == 2)
    philox_doubles(made.seed, counter, counters, room, made.value);
  else
    philox_floats(made.seed, counter, counters, room, made.value);
  return room + begin % each;
}

template <class T>
const std::byte* random(const source& made, std::int64_t first,
                        std::int64_t step, std::size_t n, std::byte* room) {
  auto* out = reinterpret_cast<T*>(room);
  if (step == 1 || n == 1)
    return reinterpret_cast<const std::byte*>(random_run(made, first, n, out));
  T one[1 + source_slack];
  for (std::size_t i = 0; i < n; ++i)
    out[i] =
        *random_run(made, first + static_cast<std::int64_t>(i) * step, 1, one);
  return room;
}

} // namespace

const std::byte* read_source(const source& made, std::int64_t first,
                             std::int64_t step, std::size_t n,
                             std::byte* room) {
  switch (made.kind) {
  case source_kind::full:
    fill_constant(made.type, {made.value, made.imaginary}, room, n);
    return room;
  case source_kind::arange:
    if (is_complex(made.type))
      throw std::invalid_argument("no arange of complex numbers");
    dispatch_real(made.type, [&](auto zero) {
      arange(made, first, step, n, reinterpret_cast<decltype(zero)*>(room));
    });
    return room;
  case source_kind::random_uniform:
    if (made.type == dtype::float64)
      return random<double>(made, first, step, n, room);
    if (made.type == dtype::float32)
      return random<float>(made, first, step, n, room);
  }
  throw std::invalid_argument("no random numbers of dtype "
                              + std::string(name_of(made.type)));
}

} // namespace tern
