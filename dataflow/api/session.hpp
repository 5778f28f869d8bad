#pragma once

#include "dataflow/api/completions.hpp"
#include "dataflow/api/future.hpp"
#include "dataflow/api/ndarray.hpp"
#include "dataflow/api/run_error.hpp"
#include "dataflow/array/array.hpp"
#include "dataflow/runtime/session_options.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace tern {

/// A place to compute arrays: the caller's thread, threads, node processes of
/// this host, or a cluster, by one option. Whatever it started ends with it.
///
/// ```cpp
/// tern::session s{{.scheduler = tern::scheduler::threads}};
/// auto x = tern::ones({1000, 1000});
/// double total = s.compute(x.sum()).item<double>();
/// ```
///
/// All that can go wrong while something runs throws `run_error`. One thread at
/// a time, beside what `as_completed` runs; movable. It has to end before
/// `main` returns, so it is a mistake to keep one in a static object
/// (runtime/executor.hpp says why).
class session {
public:
  /// Starts or joins what the scheduler needs.
  explicit session(session_options options = {});
  /// Inside a function that is called on some node: a session of the same
  /// nodes, to submit more and to wait for it; meanwhile another thread runs
  /// tasks in place of the one that waits. Elsewhere it throws `run_error` of
  /// the kind `refused`.
  static session of_this_call();

  session(session&& other) noexcept;
  session& operator=(session&& other) noexcept;
  ~session();

  /// Computes one array.
  ndarray compute(const array& a);
  /// Several in one run; what they share is computed once.
  std::vector<ndarray> compute(std::span<const array> arrays);
  /// `auto [low, high] = s.compute(x.min(), x.max());`
  template <std::same_as<array>... Arrays>
  requires(sizeof...(Arrays) > 1) auto compute(const Arrays&... arrays) {
    const std::array<array, sizeof...(Arrays)> list{arrays...};
    return as_tuple(compute(std::span<const array>{list}),
                    std::index_sequence_for<Arrays...>{});
  }
  /// A tuple of arrays gives a tuple of results.
  template <std::same_as<array>... Arrays>
  auto compute(const std::tuple<Arrays...>& arrays) {
    return std::apply(
        [this](const auto&... each) {
          const std::array<array, sizeof...(Arrays)> list{each...};
          return as_tuple(compute(std::span<const array>{list}),
                          std::index_sequence_for<Arrays...>{});
        },
        arrays);
  }

  /// Writes down a call of the function that is registered as `name`; it runs
  /// when it, or what reads it, is gathered. Arguments: other futures (each one
  /// block), arrays (all their blocks, row by row, whose elements have to be in
  /// memory together), numbers (a block without axes), and at most one string,
  /// which the function gets beside the blocks. Throws `expression_error` for a
  /// second string, for more than `most_retries` retries, and for resources
  /// that no node can have.
  template <std::convertible_to<std::string> Name, call_value... Arguments>
  future submit(const Name& name, const Arguments&... arguments) {
    return call(name, {call_argument{arguments}...});
  }
  /// `s.submit({.retries = 2, .priority = 5}, "load", "a.dat")`
  template <call_value... Arguments>
  future submit(const call_options& how, std::string name,
                const Arguments&... arguments) {
    return call(std::move(name), {call_argument{arguments}...}, how);
  }
  future call(std::string name, const std::vector<call_argument>& arguments,
              const call_options& how = {});

  /// A call for each element of the ranges among the arguments, which are
  /// equally long (else `expression_error`); what is no range, all calls get:
  /// `s.map("smooth", files, 3)`.
  template <std::convertible_to<std::string> Name, class... Arguments>
  requires map_arguments<Arguments...> std::vector<future>
  map(const Name& name, Arguments&&... arguments) {
    return make_calls(name, {call_column::of(arguments)...});
  }
  template <class... Arguments>
  requires map_arguments<Arguments...> std::vector<future>
  map(const call_options& how, const std::string& name,
      Arguments&&... arguments) {
    return make_calls(name, {call_column::of(arguments)...}, how);
  }

  /// Runs what the futures need, all in one plan, each call once. A token that
  /// is asked to stop ends that soon: it throws `run_error` of the kind
  /// `cancelled`, nothing of the plan stays on the nodes but functions that
  /// run, to their end, and the session is as before.
  ndarray gather(const future& f, std::stop_token stop = {});
  std::vector<ndarray> gather(std::span<const future> futures,
                              std::stop_token stop = {});
  template <std::same_as<future>... Futures>
  requires(sizeof...(Futures) > 1) auto gather(const Futures&... futures) {
    const std::array<future, sizeof...(Futures)> list{futures...};
    return as_tuple(gather(std::span<const future>{list}),
                    std::index_sequence_for<Futures...>{});
  }

  /// The same in the background: results one by one, as they come. Meanwhile
  /// the session may compute other things. It ends with the last of the object
  /// that this gives, or with the session; see completions.hpp.
  completions as_completed(std::span<const future> futures);

  /// Computes an array and keeps its blocks where they were made, on the nodes.
  /// The result is the same array, whose later uses in this session read those
  /// blocks instead of computing it again. They are let go with the last array
  /// that is made from it, or with the session.
  array persist(const array& a);

  /// Computes an array into a new file, `.nc` or `.npy`, block by block: it may
  /// be larger than memory. The file appears when it is whole.
  void write(const array& a, const std::filesystem::path& file);

  /// Writes what all nodes recorded since the last call into a new file, for
  /// `tern trace export`; for sessions with `session_options::trace`.
  void write_traces(const std::filesystem::path& file);

  /// What the last run took, counted by the nodes.
  const run_report& last_run() const noexcept;

private:
  template <std::size_t... Numbers>
  static auto as_tuple(std::vector<ndarray> results,
                       std::index_sequence<Numbers...>) {
    return std::tuple{std::move(results[Numbers])...};
  }

  struct state; ///< in session.cpp
  std::unique_ptr<state> state_;
};

} // namespace tern
