#pragma once

#include "serialization/failure.hpp"

#include <stdexcept>

namespace tern {

/// What a session throws when something that it was asked to run did not end
/// well: a task that failed, a node that died, a file that cannot be read, a
/// peer that does not answer. The text names the thing and the place.
/// (Mistakes in an expression throw `expression_error` where they are written,
/// before anything runs.)
class run_error : public std::runtime_error {
public:
  explicit run_error(const failure& f)
    : std::runtime_error(f.what), kind_(f.kind) {}

  failure_kind kind() const noexcept {
    return kind_;
  }

private:
  failure_kind kind_;
};

} // namespace tern
