#pragma once

#include "serialization/failure.hpp"

#include <stdexcept>
#include <utility>

namespace tern {

/// What the calls of an actor system throw: a `failure` with kind and words.
class actor_error : public std::runtime_error {
public:
  explicit actor_error(failure f)
    : std::runtime_error(f.what), why(std::move(f)) {}
  failure why;
};

} // namespace tern
