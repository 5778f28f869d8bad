#pragma once

// What a program includes: arrays and what is done with them, files, and the
// session that computes them. Nothing of the layers below is reached from here
// but blocks, and no header of CAF, Cap'n Proto or Highway.

#include "dataflow/api/completions.hpp"
#include "dataflow/api/future.hpp"
#include "dataflow/api/ndarray.hpp"
#include "dataflow/api/node_main.hpp"
#include "dataflow/api/run_error.hpp"
#include "dataflow/api/session.hpp"
#include "dataflow/array/array.hpp"
#include "dataflow/array/functions.hpp"
#include "dataflow/array/indexing.hpp"
#include "dataflow/array/operators.hpp"
#include "dataflow/io/netcdf.hpp"
#include "dataflow/io/npy.hpp"
#include "dataflow/runtime/kernel_library.hpp"
#include "dataflow/runtime/kernel_registry.hpp"
#include "dataflow/runtime/session_options.hpp"
