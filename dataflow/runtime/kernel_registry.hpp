#pragma once

#include "dataflow/block/block.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

namespace tern {

/// A function over whole blocks, as `op_call` names it: inputs by slot and the
/// bytes that the plan carries for it. Pure, unless it says otherwise; what it
/// throws becomes the task's error.
using kernel_function = std::function<block(
    std::span<const block> inputs, std::span<const std::byte> arguments)>;

/// The functions that a node knows by name. Filled before the node starts,
/// constant after that.
class kernel_registry {
public:
  /// Throws `std::invalid_argument` for a name that is there already.
  void add(std::string name, kernel_function f) {
    if (find(name))
      throw std::invalid_argument("two functions are registered as " + name);
    kernels_.emplace(std::move(name), std::move(f));
  }
  /// All of `other`, or none and the same error.
  void add(const kernel_registry& other) {
    auto both = *this;
    for (const auto& [name, f] : other.kernels_)
      both.add(name, f);
    *this = std::move(both);
  }
  const kernel_function* find(const std::string& name) const {
    const auto found = kernels_.find(name);
    return found == kernels_.end() ? nullptr : &found->second;
  }

private:
  std::map<std::string, kernel_function> kernels_;
};

} // namespace tern
