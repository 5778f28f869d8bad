#include "dataflow/runtime/hooks.hpp"

#include "dataflow/io/netcdf.hpp"
#include "dataflow/io/npy.hpp"

#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace tern {

namespace {

block or_throw(result<block> data) {
  if (!data)
    throw task_error{data.error()};
  return *std::move(data);
}

/// What a layer of calls calls.
struct callee {
  const kernel_function* registered = nullptr;
  std::optional<held_call> held;
  bool receipt = false;
};

std::vector<callee> callees_of(const kernel_registry& kernels,
                               const edge_index& edges) {
  std::vector<callee> all(edges.layers());
  for (layer_id id = 0; id < edges.layers(); ++id)
    if (const auto* call = std::get_if<op_call>(&edges.at(id).op))
      all[id] = {kernels.find(call->name), decode_held(*call),
                 is_receipt(*call)};
  return all;
}

block receipt_block(const shape& s) {
  block_builder out{dtype::boolean, s};
  out.values<bool>()[0] = true;
  return out.finish();
}

} // namespace

task_hooks hooks_with(const kernel_registry& kernels, const edge_index& edges,
                      held_source held) {
  task_hooks hooks;
  hooks.read_nc = [](const auto&... what) {
    return or_throw(read_nc(what...));
  };
  hooks.read_npy = [](const auto&... what) {
    return or_throw(read_npy(what...));
  };
  hooks.call = [callees = callees_of(kernels, edges), held = std::move(held)](
                   const op_call& call, const block_key& task, dtype,
                   const shape& result, std::span<const block> inputs) {
    const auto& c = callees[task.layer];
    if (c.held)
      return held(*c.held, task.index);
    if (c.receipt)
      return receipt_block(result);
    if (!c.registered)
      throw task_error{{failure_kind::not_found,
                        "no function is registered as " + call.name}};
    return (*c.registered)(inputs, call.arguments);
  };
  return hooks;
}

std::vector<std::string> unknown_kernels(const kernel_registry& kernels,
                                         const edge_index& edges) {
  const auto callees = callees_of(kernels, edges);
  std::set<std::string> names;
  for (layer_id id = 0; id < edges.layers(); ++id) {
    const auto& c = callees[id];
    const auto* call = std::get_if<op_call>(&edges.at(id).op);
    if (call && !c.registered && !c.held && !c.receipt)
      names.insert(call->name);
  }
  return {names.begin(), names.end()};
}

bool knows_all(const kernel_registry& kernels, const edge_index& edges) {
  return unknown_kernels(kernels, edges).empty();
}

} // namespace tern
