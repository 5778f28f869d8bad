#include "apps/tern/language/functions.hpp"

#include "apps/tern/language/compositions.hpp"
#include "apps/tern/language/derived_arrays.hpp"
#include "apps/tern/language/language_error.hpp"
#include "apps/tern/language/layouts.hpp"
#include "apps/tern/language/products.hpp"
#include "apps/tern/language/scalar_math.hpp"
#include "apps/tern/language/sources.hpp"
#include "apps/tern/language/transforms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

// The functions of the language, each one line of the table below. Elementwise
// functions and reductions need no code of their own; the others are in
// sources.cpp, transforms.cpp, layouts.cpp and products.cpp.

namespace tern::language {
namespace {

constexpr std::string_view plain = "a, axis?, *, keepdims?";
constexpr std::string_view typed = "a, axis?, dtype?, *, keepdims?";
constexpr std::string_view spread = "a, axis?, dtype?, *, ddof?, keepdims?";

constexpr function table[] = {
    // elementwise
    {"add", opcode::add},
    {"subtract", opcode::subtract},
    {"multiply", opcode::multiply},
    {"divide", opcode::divide},
    {"true_divide", opcode::divide},
    {"floor_divide", opcode::floor_divide},
    {"remainder", opcode::remainder},
    {"mod", opcode::remainder},
    {"power", opcode::power},
    {"minimum", opcode::minimum},
    {"maximum", opcode::maximum},
    {"fmin", opcode::fmin},
    {"fmax", opcode::fmax},
    {"fmod", opcode::fmod},
    {"arctan2", opcode::arctan2},
    {"hypot", opcode::hypot},
    {"logaddexp", opcode::logaddexp},
    {"logaddexp2", opcode::logaddexp2},
    {"copysign", opcode::copysign},
    {"nextafter", opcode::nextafter},
    {"heaviside", opcode::heaviside},
    {"equal", opcode::equal},
    {"not_equal", opcode::not_equal},
    {"less", opcode::less},
    {"less_equal", opcode::less_equal},
    {"greater", opcode::greater},
    {"greater_equal", opcode::greater_equal},
    {"bitwise_and", opcode::bit_and},
    {"bitwise_or", opcode::bit_or},
    {"bitwise_xor", opcode::bit_xor},
    {"bitwise_not", opcode::bit_not},
    {"invert", opcode::bit_not},
    {"left_shift", opcode::left_shift},
    {"right_shift", opcode::right_shift},
    {"negative", opcode::negative},
    {"absolute", opcode::absolute},
    {"abs", opcode::absolute},
    {"sign", opcode::sign},
    {"square", opcode::square},
    {"reciprocal", opcode::reciprocal},
    {"sqrt", opcode::sqrt},
    {"cbrt", opcode::cbrt},
    {"exp", opcode::exp},
    {"exp2", opcode::exp2},
    {"expm1", opcode::expm1},
    {"log", opcode::log},
    {"log1p", opcode::log1p},
    {"log10", opcode::log10},
    {"log2", opcode::log2},
    {"sin", opcode::sin},
    {"cos", opcode::cos},
    {"tan", opcode::tan},
    {"arcsin", opcode::arcsin},
    {"arccos", opcode::arccos},
    {"arctan", opcode::arctan},
    {"sinh", opcode::sinh},
    {"cosh", opcode::cosh},
    {"tanh", opcode::tanh},
    {"arcsinh", opcode::arcsinh},
    {"arccosh", opcode::arccosh},
    {"arctanh", opcode::arctanh},
    {"floor", opcode::floor},
    {"ceil", opcode::ceil},
    {"rint", opcode::rint},
    {"trunc", opcode::trunc},
    {"fix", opcode::trunc},
    {"isnan", opcode::isnan},
    {"isfinite", opcode::isfinite},
    {"signbit", opcode::signbit},
    {"isinf", is_infinite, "x"},
    {"isposinf", is_positive_infinity, "x"},
    {"isneginf", is_negative_infinity, "x"},
    {"isclose", is_close, "a, b, rtol?, atol?, equal_nan?"},
    {"nan_to_num", nan_to_number, "x, copy?, nan?, posinf?, neginf?"},
    {"round", rounded, "a, decimals?", true},
    {"around", rounded, "a, decimals?"},
    {"fabs", float_magnitude, "x"},
    {"float_power", float_power, "x1, x2"},
    {"divmod", quotient_and_rest, "x1, x2"},
    {"real", real_parts, "val"},
    {"imag", imaginary_parts, "val"},
    {"conj", conjugated, "x", true},
    {"conjugate", conjugated, "x", true},
    {"angle", angle_of, "z, deg?"},
    {"positive", positive, "x"},
    {"sinc", cardinal_sine, "x"},
    {"deg2rad", in_radians, "x"},
    {"radians", in_radians, "x"},
    {"rad2deg", in_degrees, "x"},
    {"degrees", in_degrees, "x"},
    {"logical_and", logical_and, "x1, x2"},
    {"logical_or", logical_or, "x1, x2"},
    {"logical_xor", logical_xor, "x1, x2"},
    {"logical_not", logical_not, "x"},
    {"where", where_else, "condition, x, y"},
    {"map_blocks", call_on_blocks, "func, a, dtype?"},
    {"clip", clip, "a, min|a_min?, max|a_max?", true},
    // reductions
    {"sum", reduction::sum, typed, true},
    {"mean", reduction::mean, typed, true},
    {"prod", reduction::prod, typed, true},
    {"min", reduction::min, plain, true},
    {"max", reduction::max, plain, true},
    {"amin", reduction::min, plain},
    {"amax", reduction::max, plain},
    {"any", reduction::any, plain, true},
    {"all", reduction::all, plain, true},
    {"std", reduction::std_deviation, spread, true},
    {"var", reduction::variance, spread, true},
    {"nansum", reduction::nansum, typed},
    {"nanmean", reduction::nanmean, typed},
    {"nanmin", reduction::nanmin, plain},
    {"nanmax", reduction::nanmax, plain},
    {"count_nonzero", reduction::count_nonzero, plain},
    {"nanprod", reduction::nanprod, typed},
    {"nanstd", reduction::nan_std_deviation, spread},
    {"nanvar", reduction::nan_variance, spread},
    {"argmin", reduction::argmin, plain, true},
    {"argmax", reduction::argmax, plain, true},
    {"nanargmin", reduction::nanargmin, plain},
    {"nanargmax", reduction::nanargmax, plain},
    {"cumsum", running_sum, "a, axis?, dtype?", true},
    {"cumprod", running_product, "a, axis?, dtype?", true},
    {"nancumsum", running_known_sum, "a, axis?, dtype?"},
    {"nancumprod", running_known_product, "a, axis?, dtype?"},
    {"ptp", peak_to_peak, "a, axis?, *, keepdims?", true},
    {"average", average, "a, axis?, weights?"},
    {"diff", difference, "a, n?, axis?"},
    {"trace", trace_of, "a, offset?", true},
    {"linalg.norm", norm_of, "x, *, axis?, keepdims?"},
    {"allclose", all_close, "a, b, rtol?, atol?, equal_nan?"},
    {"array_equal", arrays_equal, "a1, a2"},
    // shape, type and product
    {"triu", upper_triangle, "m, k?"},
    {"tril", lower_triangle, "m, k?"},
    {"diag", diagonal_of, "v, k?"},
    {"meshgrid", grids_of, "arrays*"},
    {"split", split_up, "ary, indices_or_sections, axis?"},
    {"pad", padded_with, "array, pad_width, mode?, *, constant_values?"},
    {"copy", copied, "a", true},
    {"dot", dot_product, "a, b", true},
    {"matmul", matrix_product, "a, b"},
    {"tensordot", tensor_product, "a, b, axes?"},
    {"inner", inner_product, "a, b"},
    {"outer", outer_product, "a, b"},
    {"vdot", flat_product, "a, b"},
    {"transpose", transpose, "a, axes*", true},
    {"astype", as_type, "a, dtype", true},
    {"compute", compute, "a", true},
    {"len", length, "a"},
    {"rechunk", rechunked, "a, chunks?", true},
    {"concatenate", concatenated, "arrays, axis?"},
    {"stack", stacked, "arrays, axis?"},
    {"hstack", hstacked, "arrays"},
    {"vstack", vstacked, "arrays"},
    {"reshape", reshaped, "a, shape*", true},
    {"ravel", raveled, "a", true},
    {"flatten", raveled, "a", true},
    {"expand_dims", expanded, "a, axis"},
    {"squeeze", squeezed, "a, axis?", true},
    {"broadcast_to", broadcasted, "a, shape"},
    {"flip", flipped, "a, axis?"},
    {"roll", rolled, "a, shift, axis?"},
    {"tile", tiled, "a, reps"},
    {"repeat", repeated, "a, repeats, axis?", true},
    {"take", taken, "a, indices, axis?", true},
    {"swapaxes", axes_swapped, "a, axis1, axis2", true},
    {"moveaxis", axis_moved, "a, source, destination"},
    // sources
    {"zeros", make_zeros, "shape, dtype?, chunks?"},
    {"ones", make_ones, "shape, dtype?, chunks?"},
    {"full", make_full, "shape, fill_value, dtype?, chunks?"},
    {"arange", make_arange, "start, stop?, step?, dtype?, chunks?"},
    {"linspace", make_linspace,
     "start, stop, num?, endpoint?, *, dtype?, chunks?"},
    {"eye", make_eye, "N, M?, k?, *, dtype?, chunks?"},
    {"random", make_random, "size|shape?, *, chunks?, seed?, dtype?"},
    {"random.random", make_random, "size|shape?, *, chunks?, seed?, dtype?"},
    {"random.normal", make_random_normal,
     "loc?, scale?, size|shape?, *, chunks?, seed?, dtype?"},
    {"random.uniform", make_random_uniform,
     "low?, high?, size|shape?, *, chunks?, seed?, dtype?"},
    {"array", make_array, "object, dtype?, *, chunks?"},
    {"asarray", make_array, "object, dtype?, *, chunks?"},
    {"identity", make_eye, "N|n, dtype?, *, M?, k?, chunks?"},
    {"empty", make_zeros, "shape, dtype?, chunks?"},
    {"zeros_like", make_zeros_like, "a, dtype?"},
    {"ones_like", make_ones_like, "a, dtype?"},
    {"full_like", make_full_like, "a, fill_value, dtype?"},
    {"empty_like", make_zeros_like, "a, dtype?"},
    {"logspace", make_logspace,
     "start, stop, num?, endpoint?, base?, *, dtype?, chunks?"},
    {"open_nc", make_open_nc, "file, variable, chunks?"},
    {"open_npy", make_open_npy, "file, chunks?"},
};

program_value call_elementwise(opcode op, const arguments& a, int operands) {
  const auto x = a.operand(operands == 1 ? "x" : "x1");
  if (operands == 1)
    return std::holds_alternative<array>(x)
               ? program_value(unary(op, x))
               : program_value(calculate(op, {&std::get<scalar>(x), 1}));
  const auto y = a.operand("x2");
  if (std::holds_alternative<array>(x) || std::holds_alternative<array>(y))
    return binary(op, x, y);
  const scalar both[] = {std::get<scalar>(x), std::get<scalar>(y)};
  return calculate(op, both);
}

program_value call_reduction(reduction how, std::string_view signature,
                             const arguments& a) {
  auto x = a.an_array("a");
  if (signature != plain)
    if (const auto type = a.type("dtype"))
      x = x.astype(*type);
  return x.reduce(how, a.axes("axis"), a.flag("keepdims", false),
                  signature == spread ? a.real("ddof", 0) : 0);
}

} // namespace

std::span<const function> functions() noexcept {
  return table;
}

const function* find_function(std::string_view name) noexcept {
  const auto* found =
      std::find_if(std::begin(table), std::end(table),
                   [&](const function& f) { return f.name == name; });
  return found == std::end(table) ? nullptr : found;
}

program_value call_function(const function& f,
                            std::vector<given_argument> given, place call,
                            context& c) {
  if (const auto* op = std::get_if<opcode>(&f.does)) {
    const int operands = arity(*op);
    return call_elementwise(
        *op, {f.name, operands == 1 ? "x" : "x1, x2", std::move(given), call},
        operands);
  }
  const arguments a(f.name, f.signature, std::move(given), call);
  if (const auto* how = std::get_if<reduction>(&f.does))
    return call_reduction(*how, f.signature, a);
  return std::get<builtin>(f.does)(a, c);
}

} // namespace tern::language
