// Sums, products, means and variances of complex numbers, all of them held as
// complex128: counts and sums of squares are real and leave the imaginary part
// empty. The lanes and trees are those of real numbers (reduce_map.inl,
// reduce_sums.cpp). A number of which either part is NaN is NaN.

#include "dataflow/block/reduce_kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dataflow/block/reduce_complex.cpp"
// clang-format off
#include <hwy/foreach_target.h> // before the headers of each target
#include <hwy/highway.h>
#include "dataflow/block/reduce_map.inl"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tern {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

/// Without the rules of C's annex G, as NumPy's.
struct complex_number {
  double re = 0;
  double im = 0;

  HWY_INLINE bool is_nan() const {
    return (re != re) | (im != im);
  }
};

HWY_INLINE complex_number operator+(complex_number a, complex_number b) {
  return {a.re + b.re, a.im + b.im};
}

HWY_INLINE complex_number minus(complex_number a, complex_number b) {
  return {a.re - b.re, a.im - b.im};
}

/// By Highway, for GCC 12 makes fused operations of the difference and the sum
/// of such products where the processor has them, whatever it is told.
HWY_INLINE complex_number operator*(complex_number a, complex_number b) {
  const hn::CappedTag<double, 1> d;
  const auto re = hn::Set(d, a.re);
  const auto im = hn::Set(d, a.im);
  const auto their_re = hn::Set(d, b.re);
  const auto their_im = hn::Set(d, b.im);
  return {hn::GetLane(hn::Sub(hn::Mul(re, their_re), hn::Mul(im, their_im))),
          hn::GetLane(hn::Add(hn::Mul(re, their_im), hn::Mul(im, their_re)))};
}

HWY_INLINE double dot(complex_number a, complex_number b) {
  return a.re * b.re + a.im * b.im;
}

/// The pieces of `sums_of`.
struct of_complex {
  using adding = adding_of<complex_number>;

  struct adding_known : adding {
    static HWY_INLINE complex_number take(complex_number a, complex_number x) {
      const bool skip = x.is_nan();
      return {a.re + (skip ? 0.0 : x.re), a.im + (skip ? 0.0 : x.im)};
    }
  };

  struct counting_all : adding {
    static HWY_INLINE complex_number take(complex_number a, complex_number) {
      return {a.re + 1, 0};
    }
  };

  struct counting_known : adding {
    static HWY_INLINE complex_number take(complex_number a, complex_number x) {
      return {a.re + (x.is_nan() ? 0.0 : 1.0), 0};
    }
  };

  using multiplying = multiplying_of<complex_number>;

  struct multiplying_known : multiplying {
    static HWY_INLINE complex_number take(complex_number a, complex_number x) {
      return x.is_nan() ? a : a * x;
    }
  };

  static HWY_INLINE double fold_squares(const complex_number* x, std::size_t n,
                                        complex_number mean) {
    complex_number lanes[leaf_lanes] = {};
    for (std::size_t i = 0; i < n; ++i) {
      const auto rest = minus(x[i], mean);
      lanes[i % leaf_lanes].re += dot(rest, rest);
    }
    return fold<adding>(lanes, n).re;
  }

  /// Count, mean, and the sum of squared distances from the mean.
  struct moments {
    static void leaf(const void* values, std::size_t n, partials to) {
      const auto* x = static_cast<const complex_number*>(values);
      const auto count = static_cast<double>(n);
      const auto sum = fold_values<adding>(x, n);
      const complex_number mean{sum.re / count, sum.im / count};
      *component<complex_number>(to, 0) = {count, 0};
      *component<complex_number>(to, 1) = mean;
      *component<complex_number>(to, 2) = {fold_squares(x, n, mean), 0};
    }

    static void take(complex_number x, complex_number& count,
                     complex_number& mean, complex_number& squares) {
      count.re += 1;
      const auto rest = minus(x, mean);
      mean = {mean.re + rest.re / count.re, mean.im + rest.im / count.re};
      squares.re += dot(rest, minus(x, mean));
    }

    static void row(const void* values, std::size_t n, std::size_t before,
                    partials to) {
      const auto* x = static_cast<const complex_number*>(values);
      if (before == 0)
        clear(to, n);
      for (std::size_t i = 0; i < n; ++i)
        take(x[i], component<complex_number>(to, 0)[i],
             component<complex_number>(to, 1)[i],
             component<complex_number>(to, 2)[i]);
    }

    static void merge(partials to, partials from, std::size_t n) {
      auto* count = component<complex_number>(to, 0);
      auto* mean = component<complex_number>(to, 1);
      auto* squares = component<complex_number>(to, 2);
      const auto* more = component<complex_number>(from, 0);
      const auto* their_mean = component<complex_number>(from, 1);
      const auto* their_squares = component<complex_number>(from, 2);
      for (std::size_t i = 0; i < n; ++i) {
        const double both = count[i].re + more[i].re;
        const double share = both == 0 ? 0 : more[i].re / both;
        const auto rest = minus(their_mean[i], mean[i]);
        const bool taken = count[i].re == 0; // then theirs, to the bit
        squares[i].re = taken ? their_squares[i].re
                              : squares[i].re + their_squares[i].re
                                    + dot(rest, rest) * count[i].re * share;
        mean[i] = taken ? their_mean[i]
                        : complex_number{mean[i].re + rest.re * share,
                                         mean[i].im + rest.im * share};
        count[i].re = both;
      }
    }

    static void clear(partials to, std::size_t n) {
      for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t i = 0; i < n; ++i)
          component<complex_number>(to, c)[i] = {0, 0};
    }
  };

  /// The same without NaN.
  struct known_moments : moments {
    static void leaf(const void* values, std::size_t n, partials to) {
      const auto* x = static_cast<const complex_number*>(values);
      complex_number known[leaf_elements];
      std::size_t count = 0;
      for (std::size_t i = 0; i < n; ++i) {
        known[count] = x[i];
        count += x[i].is_nan() ? 0 : 1;
      }
      if (count == 0)
        clear(to, 1);
      else
        moments::leaf(known, count, to);
    }

    static void row(const void* values, std::size_t n, std::size_t before,
                    partials to) {
      const auto* x = static_cast<const complex_number*>(values);
      if (before == 0)
        clear(to, n);
      for (std::size_t i = 0; i < n; ++i)
        if (!x[i].is_nan())
          take(x[i], component<complex_number>(to, 0)[i],
               component<complex_number>(to, 1)[i],
               component<complex_number>(to, 2)[i]);
    }
  };
};

} // namespace

const reduce_kernels* find_complex_sums(reduction r) {
  return sums_of<of_complex>(r);
}

} // namespace HWY_NAMESPACE
} // namespace tern
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tern {

HWY_EXPORT(find_complex_sums);

const reduce_kernels* complex_sum_kernels(reduction r, dtype type) noexcept {
  return type == dtype::complex128 ? HWY_DYNAMIC_DISPATCH(find_complex_sums)(r)
                                   : nullptr;
}

} // namespace tern
#endif
