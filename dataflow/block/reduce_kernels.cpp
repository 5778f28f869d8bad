#include "dataflow/block/reduce_kernels.hpp"

#include <stdexcept>
#include <string>

namespace tern {

const reduce_kernels& find_reduce_kernels(reduction r, dtype type) {
  for (auto family : {sum_kernels, complex_sum_kernels, extreme_kernels})
    if (const auto* kernels = family(r, type))
      return *kernels;
  throw std::invalid_argument("an unknown reduction of "
                              + std::string(name_of(type)));
}

} // namespace tern
