#pragma once

// The library: `#include <tern/tern.hpp>`. docs/guide.md introduces it.

#include "dataflow/api.hpp"
