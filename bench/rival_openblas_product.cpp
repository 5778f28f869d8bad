// The rival of `tern-bench slides`: one call of OpenBLAS, in its threaded
// build, over whole matrices. Usage: rival-openblas-product N THREADS.
// Prints {"seconds", "value"}: the best of three calls, so that neither the
// first touch of the result nor the start of the threads is in it.

#include <cblas.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <vector>

extern "C" void openblas_set_num_threads(int);

int main(int argc, char** argv) {
  if (argc != 3)
    return 2;
  const int n = std::atoi(argv[1]);
  openblas_set_num_threads(std::atoi(argv[2]));
  const auto size = static_cast<std::size_t>(n) * static_cast<std::size_t>(n);
  const std::vector<double> a(size, 0.5);
  const std::vector<double> b(size, 0.25);
  std::vector<double> c(size);
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a.data(),
                n, b.data(), n, 0, c.data(), n);
    const std::chrono::duration<double> took =
        std::chrono::steady_clock::now() - begin;
    best = std::min(best, took.count());
  }
  std::printf("{\"seconds\": %.6f, \"value\": %.17g}\n", best,
              std::accumulate(c.begin(), c.end(), 0.0));
  return 0;
}
