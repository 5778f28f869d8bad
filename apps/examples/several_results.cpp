// Several results in one run: what they share is computed once. And what later
// runs need again can be kept where it was made.

#include <tern/tern.hpp>

#include <iostream>

int main() {
  tern::session s{{.scheduler = tern::scheduler::threads}};
  const auto x =
      tern::random_uniform({600, 600}, 7, tern::dtype::float64, {{100}});
  const auto product = x.dot(x.T()); // 36 blocks that all three results need

  const auto tasks_of = [&](const tern::array& a) {
    s.compute(a);
    return s.last_run().tasks;
  };
  const auto once = tasks_of(product.min());
  const auto alone = once + tasks_of(product.max()) + tasks_of(product.mean());

  const auto [least, largest, mean] =
      s.compute(product.min(), product.max(), product.mean());
  std::cout << "ordered: "
            << (least.item<double>() < mean.item<double>()
                && mean.item<double>() < largest.item<double>())
            << "\nfewer tasks together: " << (s.last_run().tasks < alone)
            << '\n';

  // the blocks of the product stay; the next runs only read them
  const auto kept = s.persist(product);
  std::cout << "fewer tasks once it is kept: " << (tasks_of(kept.min()) < once)
            << '\n';
}
