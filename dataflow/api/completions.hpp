#pragma once

#include "dataflow/api/future.hpp"
#include "dataflow/api/ndarray.hpp"
#include "serialization/failure.hpp"

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>

namespace tern {

class background_run;

/// A call that has ended, well or not.
class completion {
public:
  completion(std::size_t number, future call, tern::result<ndarray> outcome)
    : number_(number), call_(std::move(call)), outcome_(std::move(outcome)) {}

  /// Its place among the futures that were given to `as_completed`.
  std::size_t number() const noexcept {
    return number_;
  }
  const future& call() const noexcept {
    return call_;
  }
  bool failed() const noexcept {
    return !outcome_;
  }
  /// What came of it. Throws `run_error`, which names the call that failed:
  /// this one, or one that it needs.
  const ndarray& result() const;

private:
  std::size_t number_;
  future call_;
  tern::result<ndarray> outcome_;
};

/// What `session::as_completed` runs in the background: each of its calls, once
/// it has ended. A call that failed is given like others, and costs only those
/// that need it.
///
/// ```cpp
/// for (const auto& done : s.as_completed(calls))
///   std::cout << done.number() << ' ' << done.result().item<double>() << '\n';
/// ```
///
/// Results that came and were not taken wait in this process. When the object
/// goes before the last result, the run is cancelled; that waits for the plan's
/// end in this process, but not for functions that run on others. One thread at
/// a time; movable.
class completions {
public:
  class iterator;

  explicit completions(std::shared_ptr<background_run> run);
  completions(completions&& other) noexcept;
  completions& operator=(completions&& other) noexcept;
  ~completions();

  /// Waits for the next call that ends; empty after the last. Throws
  /// `run_error` if the run as a whole has failed: all nodes died, say, or the
  /// session has ended (`cancelled`).
  std::optional<completion> next();

  /// One pass over what is left.
  iterator begin();
  std::default_sentinel_t end() const noexcept {
    return {};
  }

private:
  std::shared_ptr<background_run> run_;
};

class completions::iterator {
public:
  using value_type = completion;
  using difference_type = std::ptrdiff_t;

  explicit iterator(completions& of) : of_(&of), now_(of.next()) {}

  const completion& operator*() const noexcept {
    return *now_;
  }
  const completion* operator->() const noexcept {
    return &*now_;
  }
  iterator& operator++() {
    now_ = of_->next();
    return *this;
  }
  void operator++(int) {
    ++*this;
  }
  friend bool operator==(const iterator& i, std::default_sentinel_t) noexcept {
    return !i.now_;
  }

private:
  completions* of_;
  std::optional<completion> now_;
};

inline completions::iterator completions::begin() {
  return iterator{*this};
}

} // namespace tern
