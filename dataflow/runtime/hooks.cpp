#include "dataflow/runtime/hooks.hpp"

#include "dataflow/io/netcdf.hpp"

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

task_hooks hooks_with(const kernel_registry& kernels) {
  task_hooks hooks;
  hooks.read_nc = read_block;
  hooks.call = [&kernels](const op_call& call, const block_key&, dtype,
                          const shape&, std::span<const block> inputs) {
    const auto* f = kernels.find(call.name);
    if (!f)
      throw task_error{{failure_kind::not_found,
                        "no function is registered as " + call.name}};
    return (*f)(inputs, call.arguments);
  };
  return hooks;
}

} // namespace tern
