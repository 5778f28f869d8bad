// A first array. An expression is written as in NumPy; it knows its shape,
// dtype and blocks at once, and is computed when a session is asked to.

#include <tern/tern.hpp>

#include <cmath>
#include <iostream>

int main() {
  // 12 million random numbers in 12 blocks: so far a few hundred bytes
  const auto x =
      tern::random_uniform({4000, 3000}, 42, tern::dtype::float64, {{1000}});
  const auto y = (x - x.mean(0)) / x.std(0);
  std::cout << "shape " << tern::to_string(y.shape()) << ", dtype "
            << tern::name_of(y.type()) << '\n';

  tern::session s; // all cores of this process
  const auto [mean, spread] = s.compute(y.mean(), y.std());
  std::cout << "the mean is 0: " << (std::abs(mean.item<double>()) < 1e-12)
            << ", the deviation is 1: "
            << (std::abs(spread.item<double>() - 1) < 1e-12) << '\n';

  // results are contiguous and row major, and can be read as a span
  const auto corner =
      s.compute(tern::floor(10 * x)(tern::slice(0, 2), tern::slice(0, 3)));
  for (double each : corner.values<double>())
    std::cout << each << ' ';
  std::cout << '\n';
}
