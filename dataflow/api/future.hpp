#pragma once

#include "dataflow/array/array.hpp"

#include <concepts>
#include <cstdint>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tern {

/// A call that was written down by `session::submit`: one task, whose block is
/// what the registered function gives, of any dtype and shape. A value: copies
/// are the same call, and equal calls of equal arguments run once in a plan
/// (functions are pure). Nothing runs before `session::gather`.
class future {
public:
  /// The call, for errors: `smooth(load('a.dat'), 3)`.
  const std::string& expression() const noexcept {
    return call_.expression();
  }

  explicit future(array call) : call_(std::move(call)) {}
  /// As the array of one block that a graph is made of.
  const array& made_by() const noexcept {
    return call_;
  }

private:
  array call_;
};

/// What a function can be called with.
using call_argument = std::variant<future, array, scalar, std::string>;

/// How one call is to run. Calls that differ in it are different calls.
struct call_options {
  /// A function that throws is run again so many times (up to `most_retries`),
  /// at once and on the same node, before its call fails.
  std::uint32_t retries = 0;
  /// Of the tasks of a plan that could run, those with the highest priority do
  /// first; what is needed for them counts as much as they do.
  std::int32_t priority = 0;
  /// What the call needs of its node while it runs, by name: it runs only where
  /// that is, and no more calls at a time than there is enough for.
  resource_counts resources{};
};

/// The future behind `session::submit`. Throws `expression_error` for what
/// `session::submit` says.
future make_call(std::string name, const std::vector<call_argument>& arguments,
                 const call_options& how = {});

/// One value, as an argument.
template <class T>
concept call_value = std::convertible_to<const T&, call_argument>;

/// Several of them; text is one.
template <class T>
concept call_values =
    !call_value<std::remove_cvref_t<
        T>> && std::ranges::input_range<T> && std::convertible_to<std::ranges::range_reference_t<T>, call_argument> && !std::convertible_to<T, std::string_view>;

/// What `session::map` takes: at least one of them is several values.
template <class... Ts>
concept map_arguments =
    ((call_value<std::remove_cvref_t<Ts>> || call_values<Ts>)&&...)
    && (call_values<Ts> || ...);

/// An argument of the calls of `session::map`: one for each of them, or the
/// same for all.
struct call_column {
  std::vector<call_argument> values;
  bool for_all = false;

  template <call_value T>
  static call_column of(const T& one) {
    call_column out;
    out.values.emplace_back(one);
    out.for_all = true;
    return out;
  }
  template <call_values T>
  static call_column of(T&& several) {
    call_column out;
    for (auto&& each : several)
      out.values.emplace_back(each);
    return out;
  }
};

/// The futures behind `session::map`. Throws `expression_error` for what
/// `session::map` says.
std::vector<future> make_calls(const std::string& name,
                               const std::vector<call_column>& columns,
                               const call_options& how = {});

} // namespace tern
