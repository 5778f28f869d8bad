#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <string>

namespace tern {

/// What kind of thing went wrong; decides the exit status of the tool.
enum class failure_kind : std::uint8_t {
  malformed,   ///< bytes that are not what they claim to be
  not_found,   ///< a file, a variable, a name, a plan, an actor
  io,          ///< the operating system refused
  unreachable, ///< a node does not answer
  kernel,      ///< a task's function failed
  memory,      ///< a limit that cannot be kept
  node_died,   ///< a node of the plan died
  refused,     ///< a peer said no
  cancelled,   ///< somebody asked to stop
};

/// An error as a value: the only form in which errors travel between actors
/// and nodes. `what` names the thing and the place.
struct failure {
  failure_kind kind = failure_kind::malformed;
  std::string what;

  friend bool operator==(const failure&, const failure&) = default;
};

/// A value or a failure.
template <class T>
using result = tl::expected<T, failure>;

/// Shorthand for `return fail(failure_kind::io, "...")`.
inline tl::unexpected<failure> fail(failure_kind kind, std::string what) {
  return tl::make_unexpected(failure{kind, std::move(what)});
}

} // namespace tern
