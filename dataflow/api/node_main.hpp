#pragma once

#include "dataflow/runtime/kernel_registry.hpp"

#include <optional>

namespace tern {

/// Lets a program be its own node process, so that the functions which it
/// registers are there on every node. It belongs at the beginning of `main`:
///
/// ```cpp
/// int main(int argc, char** argv) {
///   if (auto status = tern::node_main(argc, argv, kernels()))
///     return *status;
///   ...
/// ```
///
/// The scheduler `processes` starts this program again (unless
/// `session_options::executable` names another), with `node` as its first
/// argument: then this runs a node until its session ends and gives the status
/// to exit with. So does `program node [--listen HOST:PORT] [--join HOST:PORT]
/// [--threads N] [--memory BYTES] [--spill-dir DIR] [--resources
/// NAME=COUNT,...]
/// [--load LIBRARY]...`, until SIGTERM; it listens on loopback. With other
/// arguments nothing happens and the answer is empty.
std::optional<int> node_main(int argc, char** argv, kernel_registry kernels);

} // namespace tern
