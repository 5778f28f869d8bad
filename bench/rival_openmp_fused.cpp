// The rival of `tern-bench fused`: hand-written loops, built with -O3
// -march=native -ffast-math -fopenmp. Usage: rival-openmp-fused EXPRESSION N
// THREADS. Prints {"seconds", "value"} of the second of two passes.

#include <omp.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace {

double waves(const double* a, const double* b, std::int64_t n) {
  double sum = 0;
#pragma omp parallel for simd reduction(+ : sum) schedule(static)
  for (std::int64_t i = 0; i < n; ++i) {
    const double x = std::sin(a[i]);
    const double y = std::cos(b[i]);
    sum += std::sqrt(x * x + y * y) * 2 - a[i] / b[i];
  }
  return sum;
}

double line(const double* a, const double* b, std::int64_t n) {
  double sum = 0;
#pragma omp parallel for simd reduction(+ : sum) schedule(static)
  for (std::int64_t i = 0; i < n; ++i)
    sum += a[i] * 2 + b[i];
  return sum;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 4)
    return 2;
  auto* const run = std::strcmp(argv[1], "waves") == 0 ? waves : line;
  const auto n = static_cast<std::int64_t>(std::atoll(argv[2]));
  omp_set_num_threads(std::atoi(argv[3]));
  const auto size = static_cast<std::size_t>(n);
  const std::unique_ptr<double[]> a(new double[size]);
  const std::unique_ptr<double[]> b(new double[size]);
#pragma omp parallel for schedule(static)
  for (std::int64_t i = 0; i < n; ++i) {
    const auto k = static_cast<std::uint64_t>(i);
    a[static_cast<std::size_t>(i)] =
        static_cast<double>((k * 2654435761u) & 0xffffffffu) * 0x1p-32 + 0.5;
    b[static_cast<std::size_t>(i)] =
        static_cast<double>((k * 2246822519u) & 0xffffffffu) * 0x1p-32 + 0.5;
  }
  run(a.get(), b.get(), n);
  const auto begin = std::chrono::steady_clock::now();
  const double value = run(a.get(), b.get(), n);
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begin;
  std::printf("{\"seconds\": %.6f, \"value\": %.17g}\n", took.count(), value);
  return 0;
}
