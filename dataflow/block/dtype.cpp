#include "dataflow/block/dtype.hpp"

namespace tern {

std::string_view name_of(dtype type) noexcept {
  switch (type) {
  case dtype::boolean:
    return "bool";
  case dtype::int64:
    return "int64";
  case dtype::float32:
    return "float32";
  case dtype::float64:
    return "float64";
  }
  return "unknown";
}

std::optional<dtype> dtype_named(std::string_view name) noexcept {
  if (name == "bool")
    return dtype::boolean;
  if (name == "int64" || name == "int")
    return dtype::int64;
  if (name == "float32")
    return dtype::float32;
  if (name == "float64" || name == "float")
    return dtype::float64;
  return std::nullopt;
}

dtype promote(dtype a, dtype b) noexcept {
  if (a == b || b == dtype::boolean)
    return a;
  if (a == dtype::boolean)
    return b;
  return dtype::float64; // two different ones of int64, float32, float64
}

} // namespace tern
