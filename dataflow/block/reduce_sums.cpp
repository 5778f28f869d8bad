// Sums, products, counts, means and variances. For variance, a leaf takes its
// mean first and then the squares of what is left (rows: Welford, Technometrics
// 4, 1962); two partial results combine by Chan, Golub and LeVeque (The
// American Statistician 37, 1983).

#include "dataflow/block/reduce_kernels.hpp"

#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dataflow/block/reduce_sums.cpp"
// clang-format off
#include <hwy/foreach_target.h> // before the headers of each target
#include <hwy/highway.h>
#include "dataflow/block/reduce_map.inl"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tern {
namespace HWY_NAMESPACE {
namespace {

/// Counts what is true.
struct counting_true : adding_of<std::uint64_t> {
  using value = std::uint8_t;
  static HWY_INLINE std::uint64_t take(std::uint64_t a, std::uint8_t x) {
    return a + x;
  }
};

/// Of float64: the pieces of `sums_of`.
struct of_real {
  using adding = adding_of<double>;

  struct adding_known : adding {
    static HWY_INLINE double take(double a, double x) {
      return a + (x != x ? 0.0 : x);
    }
  };

  struct counting_known : adding {
    static HWY_INLINE double take(double a, double x) {
      return a + (x != x ? 0.0 : 1.0);
    }
  };

  /// Counts every value, without looking at it.
  struct counting_all : adding {
    static HWY_INLINE double take(double a, double) {
      return a + 1.0;
    }
  };

  using multiplying = multiplying_of<double>;

  struct multiplying_known : multiplying {
    static HWY_INLINE double take(double a, double x) {
      return a * (x != x ? 1.0 : x);
    }
  };

  static HWY_INLINE double fold_squares(const double* x, std::size_t n,
                                        double mean) {
    double lanes[leaf_lanes] = {};
    std::size_t i = 0;
    for (; i + leaf_lanes <= n; i += leaf_lanes)
      for (std::size_t l = 0; l < leaf_lanes; ++l) {
        const double rest = x[i + l] - mean;
        lanes[l] += rest * rest;
      }
    for (std::size_t l = 0; i + l < n; ++l) {
      const double rest = x[i + l] - mean;
      lanes[l] += rest * rest;
    }
    return fold<adding>(lanes, n);
  }

  /// Count, mean, and the sum of squares around the mean.
  struct moments {
    static void leaf(const void* values, std::size_t n, partials to) {
      const auto* x = static_cast<const double*>(values);
      const auto count = static_cast<double>(n);
      const double mean = fold_values<adding>(x, n) / count;
      *component<double>(to, 0) = count;
      *component<double>(to, 1) = mean;
      *component<double>(to, 2) = fold_squares(x, n, mean);
    }

    static void row(const void* values, std::size_t n, std::size_t before,
                    partials to) {
      const auto* HWY_RESTRICT x = static_cast<const double*>(values);
      auto* HWY_RESTRICT count = component<double>(to, 0);
      auto* HWY_RESTRICT mean = component<double>(to, 1);
      auto* HWY_RESTRICT squares = component<double>(to, 2);
      if (before == 0)
        clear(to, n);
      const auto now = static_cast<double>(before + 1);
      for (std::size_t i = 0; i < n; ++i) {
        const double rest = x[i] - mean[i];
        count[i] = now;
        mean[i] += rest / now;
        squares[i] += rest * (x[i] - mean[i]);
      }
    }

    static void merge(partials to, partials from, std::size_t n) {
      auto* HWY_RESTRICT count = component<double>(to, 0);
      auto* HWY_RESTRICT mean = component<double>(to, 1);
      auto* HWY_RESTRICT squares = component<double>(to, 2);
      const auto* HWY_RESTRICT more = component<double>(from, 0);
      const auto* HWY_RESTRICT their_mean = component<double>(from, 1);
      const auto* HWY_RESTRICT their_squares = component<double>(from, 2);
      for (std::size_t i = 0; i < n; ++i) {
        const double both = count[i] + more[i];
        const double share = both == 0 ? 0 : more[i] / both;
        const double rest = their_mean[i] - mean[i];
        const bool taken = count[i] == 0; // then theirs, to the bit
        squares[i] = taken ? their_squares[i]
                           : squares[i] + their_squares[i]
                                 + rest * rest * count[i] * share;
        mean[i] = taken ? their_mean[i] : mean[i] + rest * share;
        count[i] = both;
      }
    }

    static void clear(partials to, std::size_t n) {
      for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t i = 0; i < n; ++i)
          component<double>(to, c)[i] = 0;
    }
  };

  /// The same without NaN.
  struct known_moments : moments {
    static void leaf(const void* values, std::size_t n, partials to) {
      const auto* x = static_cast<const double*>(values);
      double known[leaf_elements];
      std::size_t count = 0;
      for (std::size_t i = 0; i < n; ++i) {
        known[count] = x[i];
        count += x[i] == x[i];
      }
      if (count == 0)
        clear(to, 1);
      else
        moments::leaf(known, count, to);
    }

    static void row(const void* values, std::size_t n, std::size_t before,
                    partials to) {
      const auto* HWY_RESTRICT x = static_cast<const double*>(values);
      auto* HWY_RESTRICT count = component<double>(to, 0);
      auto* HWY_RESTRICT mean = component<double>(to, 1);
      auto* HWY_RESTRICT squares = component<double>(to, 2);
      if (before == 0)
        clear(to, n);
      for (std::size_t i = 0; i < n; ++i) {
        if (x[i] != x[i])
          continue;
        const double rest = x[i] - mean[i];
        count[i] += 1;
        mean[i] += rest / count[i];
        squares[i] += rest * (x[i] - mean[i]);
      }
    }
  };
};

const reduce_kernels* for_words(reduction r) {
  using word = std::uint64_t; // wraps
  switch (r) {
  case reduction::sum:
  case reduction::nansum:
  case reduction::count_nonzero: // of partial results
    return &all_of<single<adding_of<word>>>;
  case reduction::prod:
  case reduction::nanprod:
    return &all_of<single<multiplying_of<word>>>;
  default:
    return nullptr;
  }
}

const reduce_kernels* for_boolean(reduction r) {
  switch (r) {
  case reduction::sum:
  case reduction::nansum:
  case reduction::count_nonzero:
    return &all_of<single<counting_true>>;
  default:
    return nullptr;
  }
}

} // namespace

const reduce_kernels* find_sums(reduction r, dtype type) {
  switch (type) {
  case dtype::boolean:
    return for_boolean(r);
  case dtype::int64:
  case dtype::uint64:
    return for_words(r);
  case dtype::float64:
    return sums_of<of_real>(r);
  default:
    return nullptr;
  }
}

} // namespace HWY_NAMESPACE
} // namespace tern
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tern {

HWY_EXPORT(find_sums);

const reduce_kernels* sum_kernels(reduction r, dtype type) noexcept {
  return HWY_DYNAMIC_DISPATCH(find_sums)(r, type);
}

} // namespace tern
#endif
