#include "apps/tern/language/known_names.hpp"

#include "apps/tern/language/functions.hpp"

#include <limits>
#include <numbers>

namespace tern::language {
namespace {

struct constant {
  std::string_view name;
  program_value value;
};

const std::vector<constant>& constants() {
  constexpr double inf = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  static const std::vector<constant> table{
      {"True", scalar(true)},
      {"False", scalar(false)},
      {"None", none_value{}},
      {"newaxis", none_value{}},
      {"nan", scalar(nan)},
      {"inf", scalar(inf)},
      {"pi", scalar(std::numbers::pi)},
      {"e", scalar(std::numbers::e)},
      {"bool", dtype::boolean},
      {"bool_", dtype::boolean},
      {"int", dtype::int64},
      {"int8", dtype::int8},
      {"int16", dtype::int16},
      {"int32", dtype::int32},
      {"int64", dtype::int64},
      {"uint8", dtype::uint8},
      {"uint16", dtype::uint16},
      {"uint32", dtype::uint32},
      {"uint64", dtype::uint64},
      {"float", dtype::float64},
      {"float32", dtype::float32},
      {"float64", dtype::float64},
      {"complex", dtype::complex128},
      {"complex64", dtype::complex64},
      {"complex128", dtype::complex128},
  };
  return table;
}

sequence_value tuple_of(const shape& s) {
  sequence_value result;
  for (auto extent : s)
    result.items.emplace_back(std::in_place_type<scalar>, extent);
  return result;
}

/// Dask's: the sizes of the blocks along each axis.
sequence_value chunks_of(const array& a) {
  sequence_value result;
  for (const auto& axis : a.cut()) {
    if (axis.count() > 1000)
      throw expression_error("chunks: more than 1000 blocks along an axis");
    shape sizes;
    for (std::int64_t i = 0; i < axis.count(); ++i)
      sizes.push_back(axis.size(i));
    result.items.emplace_back(tuple_of(sizes));
  }
  return result;
}

} // namespace

std::optional<program_value> known_name(const std::string& path) {
  for (const auto& c : constants())
    if (c.name == path)
      return c.value;
  if (find_function(path) || !known_names(path).empty())
    return function_value{path};
  return {};
}

std::vector<std::string> known_names(const std::string& module) {
  std::vector<std::string> names;
  const auto prefix = module.empty() ? "" : module + ".";
  for (const auto& c : constants())
    if (prefix.empty())
      names.emplace_back(c.name);
  for (const auto& f : functions())
    if (f.name.starts_with(prefix))
      names.emplace_back(f.name.substr(prefix.size()));
  return names;
}

std::optional<program_value> array_property(const array& a,
                                            std::string_view name) {
  if (name == "T")
    return a.transpose();
  if (name == "real")
    return a.real();
  if (name == "imag")
    return a.imag();
  if (name == "shape")
    return tuple_of(a.shape());
  if (name == "dtype")
    return a.type();
  if (name == "size")
    return scalar(a.size());
  if (name == "ndim")
    return scalar(static_cast<std::int64_t>(a.ndim()));
  if (name == "itemsize")
    return scalar(static_cast<std::int64_t>(size_of(a.type())));
  if (name == "chunks")
    return chunks_of(a);
  if (name == "numblocks")
    return tuple_of(grid(a.cut()));
  if (name == "nbytes")
    return scalar(a.size() * static_cast<std::int64_t>(size_of(a.type())));
  return {};
}

std::vector<std::string> array_members() {
  std::vector<std::string> names{"T",        "real",   "imag",     "shape",
                                 "dtype",    "size",   "ndim",     "nbytes",
                                 "itemsize", "chunks", "numblocks"};
  for (const auto& f : functions())
    if (f.is_method)
      names.emplace_back(f.name);
  return names;
}

} // namespace tern::language
