// A library of functions: nodes load it (`tern node --load`, or
// `session_options::libraries`), plans call them by name. It needs the headers
// of tern alone; see CMakeLists.txt beside it.

#include <tern/tern.hpp>

namespace {

using blocks = std::span<const tern::block>;
using bytes = std::span<const std::byte>;

bool is_prime(std::int64_t n) {
  for (std::int64_t d = 2; d * d <= n; ++d)
    if (n % d == 0)
      return false;
  return n > 1;
}

// How many primes there are from the first number up to, and without, the
// second.
tern::block count_primes(blocks numbers, bytes) {
  const auto last = static_cast<std::int64_t>(numbers[1].item());
  std::int64_t primes = 0;
  for (auto n = static_cast<std::int64_t>(numbers[0].item()); n < last; ++n)
    primes += is_prime(n);
  return tern::block::of(primes);
}

tern::block add(blocks numbers, bytes) {
  std::int64_t sum = 0;
  for (const auto& each : numbers)
    sum += each.values<std::int64_t>()[0];
  return tern::block::of(sum);
}

void add_functions(tern::kernel_registry& known) {
  known.add("count_primes", count_primes);
  known.add("add", add);
}

} // namespace

extern "C" const tern::kernel_library* tern_kernels() {
  static const tern::kernel_library mine{.add_to = add_functions};
  return &mine;
}
