// Written numbers become sources: a run of integers one after the other is an
// `arange`, a run of equal numbers a `full`, and these are joined. Lists are
// short (evaluator.cpp bounds them), so the plan is.

#include "apps/tern/language/literal_arrays.hpp"

#include "dataflow/array/promotion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tern::language {
namespace {

/// The numbers row by row, and the shape that the brackets give.
class written {
public:
  explicit written(const program_value& v) {
    take(v, 0);
  }

  std::vector<scalar> numbers;
  tern::shape shape;

private:
  void take(const program_value& v, std::size_t depth) {
    if (const auto* x = std::get_if<scalar>(&v)) {
      if (depth != shape.size())
        ragged();
      closed_ = true;
      numbers.push_back(*x);
      return;
    }
    const auto* list = std::get_if<sequence_value>(&v);
    if (!list)
      throw expression_error("array: made of numbers, not of " + describe(v));
    const auto n = static_cast<std::int64_t>(list->items.size());
    if (depth == shape.size() && !closed_)
      shape.push_back(n);
    else if (depth >= shape.size() || shape[depth] != n)
      ragged();
    for (const auto& item : list->items)
      take(item, depth + 1);
    closed_ = true;
  }

  [[noreturn]] static void ragged() {
    throw expression_error("array: rows of different lengths");
  }

  bool closed_ = false; ///< the first row has been read to its end
};

bool holds_arrays(const program_value& v) {
  const auto* list = std::get_if<sequence_value>(&v);
  return list
         && std::any_of(list->items.begin(), list->items.end(),
                        [](const program_value& item) {
                          return std::holds_alternative<array>(item)
                                 || holds_arrays(item);
                        });
}

array stacked(const sequence_value& list) {
  std::vector<array> parts;
  for (const auto& item : list.items)
    parts.push_back(literal_array(item));
  return stack(parts);
}

dtype type_of_all(const std::vector<scalar>& numbers) {
  if (numbers.empty())
    return dtype::float64;
  auto type = type_of(numbers.front());
  for (const auto& x : numbers)
    type = promote(type, type_of(x));
  return type;
}

/// How many from `first` on are integers one after the other, with one more
/// behind them that there is.
std::size_t steps_of_one(const std::vector<scalar>& x, std::size_t first) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  const auto* start = std::get_if<std::int64_t>(&x[first]);
  auto n = first;
  for (; start && n < x.size(); ++n) {
    const auto* i = std::get_if<std::int64_t>(&x[n]);
    const auto step = static_cast<std::int64_t>(n - first);
    if (!i || *start >= most - step || *i != *start + step)
      break;
  }
  return n - first;
}

/// Equal, and of the same sign: 0.0 is not -0.0.
bool same_number(const scalar& a, const scalar& b) {
  const auto x = as_complex(a);
  const auto y = as_complex(b);
  return a == b && std::signbit(x.real()) == std::signbit(y.real())
         && std::signbit(x.imag()) == std::signbit(y.imag());
}

std::size_t equal_ones(const std::vector<scalar>& x, std::size_t first) {
  auto n = first + 1; // NaN is equal to none
  while (n < x.size() && same_number(x[n], x[first]))
    ++n;
  return n - first;
}

array joined(const std::vector<scalar>& numbers, dtype type) {
  std::vector<array> parts;
  for (std::size_t at = 0; at < numbers.size();) {
    const auto up = steps_of_one(numbers, at);
    const auto same = equal_ones(numbers, at);
    if (up > same) {
      const auto first = std::get<std::int64_t>(numbers[at]);
      parts.push_back(arange(first, first + static_cast<std::int64_t>(up),
                             std::int64_t{1}));
      at += up;
    } else {
      parts.push_back(full({static_cast<std::int64_t>(same)}, numbers[at]));
      at += same;
    }
    parts.back() = parts.back().astype(type);
  }
  return parts.empty() ? zeros({0}, type) : concatenate(parts);
}

} // namespace

array literal_array(const program_value& v, std::optional<dtype> type,
                    const chunk_spec& cut) {
  if (const auto* a = std::get_if<array>(&v))
    return type ? a->astype(*type) : *a;
  array made;
  if (holds_arrays(v)) {
    made = stacked(std::get<sequence_value>(v));
  } else {
    const written all(v);
    made = reshape(joined(all.numbers, type_of_all(all.numbers)), all.shape);
  }
  if (type)
    made = made.astype(*type);
  return made.rechunk(cut).named(represent(v));
}

} // namespace tern::language
