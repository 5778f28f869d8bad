// A user's program, with nothing but the public header.

#include <tern/tern.hpp>

#include <cmath>
#include <iostream>

int main() {
  tern::session s{{.scheduler = tern::scheduler::threads, .threads = 2}};
  const auto x =
      tern::random_uniform({60, 60}, 1, tern::dtype::float64, {{20}});
  const auto [sum, twice] = s.compute((x + x.T()).sum(), 2 * x.sum());
  const auto well =
      sum.shape().empty() && sum.item<double>() > 3000
      && std::abs(sum.item<double>() - twice.item<double>()) < 1e-8;
  std::cout << (well ? "tern works from outside\n" : "something is wrong\n");
}
