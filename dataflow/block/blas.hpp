#pragma once

// Internal: cblas.h is not for public headers.

#include <cblas.h>

namespace tern {

/// What tern uses of OpenBLAS. Loaded at the first call, told to use one thread
/// a call; safe for many threads at once.
struct blas_library {
  decltype(&cblas_sgemm) sgemm = nullptr;
  decltype(&cblas_dgemm) dgemm = nullptr;
  decltype(&cblas_cgemm) cgemm = nullptr;
  decltype(&cblas_zgemm) zgemm = nullptr;
};

/// Throws `std::runtime_error` with the linker's words where it is missing.
const blas_library& blas();

} // namespace tern
