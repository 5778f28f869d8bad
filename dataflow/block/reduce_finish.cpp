// What the steps after the first one need: dtypes, how partial results
// combine, and the numbers that come out in the end.

#include "dataflow/block/reduce_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace tern {

dtype result_type(reduction r, dtype type) noexcept {
  switch (r) {
  case reduction::any:
  case reduction::all:
    return dtype::boolean;
  case reduction::count_nonzero:
  case reduction::argmin:
  case reduction::argmax:
  case reduction::nanargmin:
  case reduction::nanargmax:
    return dtype::int64;
  case reduction::sum:
  case reduction::nansum:
  case reduction::prod:
  case reduction::nanprod:
    if (is_inexact(type))
      return type;
    return is_unsigned(type) ? dtype::uint64 : dtype::int64;
  case reduction::mean:
  case reduction::nanmean:
    return is_inexact(type) ? type : dtype::float64;
  case reduction::std_deviation:
  case reduction::variance:
  case reduction::nan_std_deviation:
  case reduction::nan_variance:
    return is_inexact(type) ? real_of(type) : dtype::float64;
  default:
    return type;
  }
}

bool needs_order(reduction r) noexcept {
  return r == reduction::min || r == reduction::max || r == reduction::nanmin
         || r == reduction::nanmax || finds_index(r);
}

dtype partial_type(reduction r, dtype type) noexcept {
  if (finds_index(r))
    return is_floating(type) ? dtype::float64 : dtype::int64;
  const auto result = result_type(r, type);
  switch (r) {
  case reduction::min:
  case reduction::max:
  case reduction::nanmin:
  case reduction::nanmax:
    return type;
  default:
    if (is_complex(type) && is_inexact(result))
      return dtype::complex128;
    return is_floating(result) ? dtype::float64 : result;
  }
}

dtype reduced_as(reduction r, dtype type) noexcept {
  switch (r) {
  case reduction::any:
  case reduction::all:
  case reduction::count_nonzero:
    return dtype::boolean;
  case reduction::sum:
  case reduction::nansum:
    return type == dtype::boolean ? type : partial_type(r, type);
  default:
    return partial_type(r, type);
  }
}

std::size_t components(reduction r) noexcept {
  if (finds_index(r))
    return 2; // value, index
  switch (r) {
  case reduction::mean:
  case reduction::nanmean:
    return 2; // sum, count
  case reduction::std_deviation:
  case reduction::variance:
  case reduction::nan_std_deviation:
  case reduction::nan_variance:
    return 3; // count, mean, sum of squares around the mean
  default:
    return 1;
  }
}

namespace {

void check_partial(reduction r, const block& part) {
  if (part.shape().empty()
      || part.shape()[0] != static_cast<std::int64_t>(components(r)))
    throw std::invalid_argument(
        "a partial result of shape " + to_string(part.shape())
        + " does not begin with " + std::to_string(components(r)));
}

/// The numbers of one result from its components, `n` apart.
double finished(reduction r, const double* part, std::size_t n, double ddof) {
  if (components(r) == 2)
    return part[0] / part[n];
  const bool known =
      r == reduction::nan_variance || r == reduction::nan_std_deviation;
  if (known && part[0] <= ddof)
    return std::numeric_limits<double>::quiet_NaN(); // not inf: as NumPy
  const double variance = part[2 * n] / std::max(part[0] - ddof, 0.0);
  return r == reduction::variance || r == reduction::nan_variance
             ? variance
             : std::sqrt(variance);
}

/// A complex mean; a variance is real, and so are its parts.
std::complex<double> finished(reduction r, const std::complex<double>* part,
                              std::size_t n, double ddof) {
  if (components(r) == 2)
    return {part[0].real() / part[n].real(), part[0].imag() / part[n].real()};
  const double real[] = {part[0].real(), 0, part[2 * n].real()};
  return finished(r, real, 1, ddof);
}

/// What was made of complex numbers; a variance is a real number.
template <class To>
void finish_complex(reduction r, const block& part, double ddof, To* out) {
  const auto n = static_cast<std::size_t>(part.size()) / components(r);
  const auto* from = part.values<std::complex<double>>().data();
  for (std::size_t i = 0; i < n; ++i) {
    const auto z = components(r) > 1 ? finished(r, from + i, n, ddof) : from[i];
    if constexpr (is_complex_type<To>)
      out[i] = To(z);
    else
      out[i] = static_cast<To>(z.real());
  }
}

template <class To>
void finish_into(reduction r, const block& part, double ddof, To* out) {
  if (is_complex(part.type()))
    return finish_complex(r, part, ddof, out);
  const auto n = static_cast<std::size_t>(part.size()) / components(r);
  if (components(r) > 1) {
    const auto* from = part.values<double>().data();
    for (std::size_t i = 0; i < n; ++i)
      out[i] = static_cast<To>(finished(r, from + i, n, ddof));
    return;
  }
  dispatch_real(part.type(), [&](auto zero) {
    const auto* from = part.values<decltype(zero)>().data();
    for (std::size_t i = 0; i < n; ++i)
      out[i] = static_cast<To>(from[i]);
  });
}

} // namespace

block reduce_combine(reduction r, std::span<const block> parts) {
  if (parts.empty())
    throw std::invalid_argument("no partial results to combine");
  check_partial(r, parts[0]);
  if (parts.size() == 1)
    return parts[0];
  block_builder out(parts[0].type(), parts[0].shape());
  if (parts[0].bytes())
    std::memcpy(out.data(), parts[0].data(), parts[0].bytes());
  const auto n = static_cast<std::size_t>(out.size()) / components(r);
  const auto merge = finds_index(r)
                         ? find_first_extreme_merge(r, parts[0].type())
                         : find_reduce_kernels(r, parts[0].type()).merge;
  for (const auto& part : parts.subspan(1)) {
    if (part.type() != parts[0].type() || part.shape() != parts[0].shape())
      throw std::invalid_argument("partial results of shapes "
                                  + to_string(parts[0].shape()) + " and "
                                  + to_string(part.shape()));
    merge({out.data(), n}, {const_cast<std::byte*>(part.data()), n}, n);
  }
  return out.finish();
}

block reduce_finish(reduction r, const block& part, const shape& s, dtype type,
                    double ddof) {
  check_partial(r, part);
  if (components(r) > 1 && !finds_index(r) && part.type() != dtype::float64
      && part.type() != dtype::complex128)
    throw std::invalid_argument("a partial mean or variance that is not of "
                                "dtype float64 or complex128");
  if (needs_order(r) && is_complex(part.type()))
    throw std::invalid_argument("complex numbers have no order");
  if (element_count(s) * static_cast<std::int64_t>(components(r))
      != part.size())
    throw std::invalid_argument(
        "a partial result of shape " + to_string(part.shape())
        + " does not give one of shape " + to_string(s));
  if (finds_index(r))
    return first_extreme_finish(part, s);
  block_builder out(type, s);
  dispatch(type, [&](auto zero) {
    finish_into(r, part, ddof, out.values<decltype(zero)>().data());
  });
  return out.finish();
}

} // namespace tern
