#pragma once

#include "dataflow/array/array.hpp"

#include <string>
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

/// The future behind `session::submit`.
future make_call(std::string name, const std::vector<call_argument>& arguments);

} // namespace tern
