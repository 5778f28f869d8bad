#include "dataflow/block/blas.hpp"

#include "dataflow/block/loaded_library.hpp"

#include <stdexcept>

namespace tern {

namespace {

struct loaded_blas {
  loaded_blas() {
    decltype(&openblas_set_num_threads) set_threads = nullptr;
    library.find("cblas_sgemm", functions.sgemm);
    library.find("cblas_dgemm", functions.dgemm);
    library.find("cblas_cgemm", functions.cgemm);
    library.find("cblas_zgemm", functions.zgemm);
    library.find("openblas_set_num_threads", set_threads);
    if (set_threads)
      set_threads(1);
  }

  loaded_library library{TERN_OPENBLAS_FILE};
  blas_library functions;
};

} // namespace

const blas_library& blas() {
  static const loaded_blas once;
  if (!once.library.missing().empty())
    throw std::runtime_error("products of floats cannot be computed here: "
                             + once.library.missing());
  return once.functions;
}

} // namespace tern
