// How values become partial results, for the reductions whose partial result
// is one number: loops over a leaf, a row, and two rows of partial results.
// Included once for every instruction set (the guard is toggled by Highway's
// foreach_target.h).
//
// A reduction says what no values give (`empty`), how a value goes in (`take`)
// and how two partial results become one (`join`). The loops are plain and
// left to the compiler's vectoriser; nothing here uses FMA, so that all
// instruction sets give the same bits. A leaf of a run goes into 32 lanes by
// index, then lane l takes lane l + 16, + 8, ... + 1.

#if defined(TERN_REDUCE_MAP_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef TERN_REDUCE_MAP_INL
#undef TERN_REDUCE_MAP_INL
#else
#define TERN_REDUCE_MAP_INL
#endif

#include "dataflow/block/reduce_kernels.hpp"

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tern {
namespace HWY_NAMESPACE {

/// Lanes into one, as far as they have values.
template <class Op>
HWY_INLINE typename Op::number fold(typename Op::number* lanes,
                                    std::size_t used) {
  std::size_t half = leaf_lanes / 2;
  while (half >= used && half > 0)
    half /= 2; // lanes from `half` on are empty
  for (; half > 0; half /= 2)
    for (std::size_t l = 0; l < half; ++l)
      lanes[l] = Op::join(lanes[l], lanes[l + half]);
  return lanes[0];
}

template <class Op>
HWY_INLINE typename Op::number fold_values(const typename Op::value* x,
                                           std::size_t n) {
  typename Op::number lanes[leaf_lanes];
  for (auto& lane : lanes)
    lane = Op::empty();
  std::size_t i = 0;
  for (; i + leaf_lanes <= n; i += leaf_lanes)
    for (std::size_t l = 0; l < leaf_lanes; ++l)
      lanes[l] = Op::take(lanes[l], x[i + l]);
  for (std::size_t l = 0; i + l < n; ++l)
    lanes[l] = Op::take(lanes[l], x[i + l]);
  return fold<Op>(lanes, n);
}

template <class N>
HWY_INLINE N* component(partials p, std::size_t c) {
  return reinterpret_cast<N*>(p.first) + c * p.stride;
}

template <class Op>
HWY_INLINE void add_row(const typename Op::value* HWY_RESTRICT x, std::size_t n,
                        bool first, typename Op::number* HWY_RESTRICT to) {
  if (first)
    for (std::size_t i = 0; i < n; ++i)
      to[i] = Op::take(Op::empty(), x[i]);
  else
    for (std::size_t i = 0; i < n; ++i)
      to[i] = Op::take(to[i], x[i]);
}

template <class Op>
HWY_INLINE void join_rows(typename Op::number* HWY_RESTRICT to,
                          const typename Op::number* HWY_RESTRICT from,
                          std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    to[i] = Op::join(to[i], from[i]);
}

/// A partial result of one number.
template <class Op>
struct single {
  using N = typename Op::number;
  using T = typename Op::value;

  static void leaf(const void* values, std::size_t n, partials to) {
    *component<N>(to, 0) = fold_values<Op>(static_cast<const T*>(values), n);
  }
  static void row(const void* values, std::size_t n, std::size_t before,
                  partials to) {
    add_row<Op>(static_cast<const T*>(values), n, before == 0,
                component<N>(to, 0));
  }
  static void merge(partials to, partials from, std::size_t n) {
    join_rows<Op>(component<N>(to, 0), component<N>(from, 0), n);
  }
  static void clear(partials to, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i)
      component<N>(to, 0)[i] = Op::empty();
  }
};

// One number for a partial result: `empty`, `take` a value, `join` two.

template <class T>
struct adding_of {
  using value = T;
  using number = T;
  static HWY_INLINE T empty() {
    return T{};
  }
  static HWY_INLINE T take(T a, T x) {
    return a + x;
  }
  static HWY_INLINE T join(T a, T b) {
    return a + b;
  }
};

template <class T>
struct multiplying_of {
  using value = T;
  using number = T;
  static HWY_INLINE T empty() {
    return T{1};
  }
  static HWY_INLINE T take(T a, T x) {
    return a * x;
  }
  static HWY_INLINE T join(T a, T b) {
    return a * b;
  }
};

/// A sum and how many went into it.
template <class Sum, class Count>
struct averaging {
  using N = typename Sum::number;
  using T = typename Sum::value;

  static void leaf(const void* values, std::size_t n, partials to) {
    const auto* x = static_cast<const T*>(values);
    *component<N>(to, 0) = fold_values<Sum>(x, n);
    *component<N>(to, 1) = fold_values<Count>(x, n);
  }
  static void row(const void* values, std::size_t n, std::size_t before,
                  partials to) {
    const auto* x = static_cast<const T*>(values);
    add_row<Sum>(x, n, before == 0, component<N>(to, 0));
    add_row<Count>(x, n, before == 0, component<N>(to, 1));
  }
  static void merge(partials to, partials from, std::size_t n) {
    join_rows<Sum>(component<N>(to, 0), component<N>(from, 0), n);
    join_rows<Count>(component<N>(to, 1), component<N>(from, 1), n);
  }
  static void clear(partials to, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      component<N>(to, 0)[i] = Sum::empty();
      component<N>(to, 1)[i] = Count::empty();
    }
  }
};

template <class F>
constexpr reduce_kernels all_of{F::leaf, F::row, F::merge, F::clear};

/// The sums, products, means and variances that `Numbers` has the pieces of.
template <class Numbers>
const reduce_kernels* sums_of(reduction r) {
  using all = typename Numbers::adding;
  using known = typename Numbers::adding_known;
  switch (r) {
  case reduction::sum:
    return &all_of<single<all>>;
  case reduction::nansum:
    return &all_of<single<known>>;
  case reduction::mean:
    return &all_of<averaging<all, typename Numbers::counting_all>>;
  case reduction::nanmean:
    return &all_of<averaging<known, typename Numbers::counting_known>>;
  case reduction::std_deviation:
  case reduction::variance:
    return &all_of<typename Numbers::moments>;
  case reduction::prod:
    return &all_of<single<typename Numbers::multiplying>>;
  case reduction::nanprod:
    return &all_of<single<typename Numbers::multiplying_known>>;
  case reduction::nan_std_deviation:
  case reduction::nan_variance:
    return &all_of<typename Numbers::known_moments>;
  default:
    return nullptr;
  }
}

} // namespace HWY_NAMESPACE
} // namespace tern
HWY_AFTER_NAMESPACE();

#endif
