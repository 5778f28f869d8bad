#include "dataflow/block/tile_kernels.hpp"

namespace tern {

tile_kernel find_kernel(opcode op, dtype in, dtype out) noexcept {
  if (op == opcode::cast)
    return cast_kernel(in, out);
  if (op == opcode::select)
    return in == dtype::boolean ? select_kernel(out) : nullptr;
  if (is_complex(in)) {
    auto kernel = complex_kernel(op, in);
    return kernel ? kernel : complex_function(op, in);
  }
  for (auto family :
       {arithmetic_kernel, integer_kernel, comparison_kernel,
        trigonometric_kernel, exponential_kernel, logarithm_kernel,
        inverse_kernel, power_kernel, library_kernel})
    if (auto kernel = family(op, in))
      return kernel;
  return nullptr;
}

} // namespace tern
