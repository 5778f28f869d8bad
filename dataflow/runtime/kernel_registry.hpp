#pragma once

#include "dataflow/block/block.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>

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
  void add(std::string name, kernel_function f) {
    kernels_[std::move(name)] = std::move(f);
  }
  const kernel_function* find(const std::string& name) const {
    const auto found = kernels_.find(name);
    return found == kernels_.end() ? nullptr : &found->second;
  }

private:
  std::map<std::string, kernel_function> kernels_;
};

} // namespace tern
