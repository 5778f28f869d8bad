#include "dataflow/runtime/hooks.hpp"

#include "dataflow/io/netcdf.hpp"

#include <vector>

namespace tern {

namespace {

block read_block(const op_read_nc& what, dtype type, const shape& start,
                 const shape& count) {
  auto data = read_nc(what, type, start, count);
  if (!data)
    throw task_error{data.error()};
  return std::move(*data);
}

} // namespace

task_hooks hooks_with(const kernel_registry& kernels, const edge_index& edges) {
  std::vector<const kernel_function*> functions(edges.layers());
  for (layer_id id = 0; id < edges.layers(); ++id)
    if (const auto* call = std::get_if<op_call>(&edges.at(id).op))
      functions[id] = kernels.find(call->name);
  task_hooks hooks;
  hooks.read_nc = read_block;
  hooks.call = [functions = std::move(functions)](
                   const op_call& call, const block_key& task, dtype,
                   const shape&, std::span<const block> inputs) {
    const auto* f = functions[task.layer];
    if (!f)
      throw task_error{{failure_kind::not_found,
                        "no function is registered as " + call.name}};
    return (*f)(inputs, call.arguments);
  };
  return hooks;
}

} // namespace tern
