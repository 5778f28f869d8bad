#include "dataflow/block/tile_program.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

// Three passes. `builder` turns steps into values (operands, constants, calls)
// and, on the way, powers with small constant exponents into products, as
// NumPy's ** does. Then the values that the result needs are marked from the
// end. Then tiles are handed out in order: a value gets a free tile, or a new
// one, and gives it back after its last use. A call never writes over one of
// its own operands, so kernels may take their pointers as distinct.

namespace tern {

namespace {

struct value {
  enum class kind : std::uint8_t { operand, constant, call };
  kind what;
  dtype type;
  std::uint8_t arity = 0;
  std::uint16_t weight = 0;
  std::uint16_t number = 0; ///< of the operand
  std::array<std::uint16_t, 3> in{};
  number_bits bits{}; ///< of the constant
  tile_kernel run = nullptr;
};

using values = boost::container::small_vector<value, 16>;

[[noreturn]] void refuse(std::size_t step, opcode op, const std::string& why) {
  throw std::invalid_argument("step " + std::to_string(step) + " ("
                              + std::string(name_of(op)) + "): " + why);
}

/// The same for complex numbers: most functions are the C library's.
std::uint16_t complex_weight_of(opcode op) {
  switch (op) {
  case opcode::add:
  case opcode::subtract:
  case opcode::negative:
  case opcode::conjugate:
  case opcode::real:
  case opcode::imag:
  case opcode::rint:
  case opcode::cast:
  case opcode::select:
    return 2;
  case opcode::multiply:
  case opcode::square:
    return 4;
  case opcode::divide:
  case opcode::reciprocal:
  case opcode::absolute:
    return 12;
  default:
    return gives_boolean(op) ? 2 : 200;
  }
}

/// About how many additions a call takes, to spread memory traffic by.
std::uint16_t weight_of(opcode op, dtype type) {
  if (is_complex(type))
    return complex_weight_of(op);
  switch (op) {
  case opcode::divide:
    return 3;
  case opcode::sqrt:
    return 5;
  case opcode::floor_divide:
  case opcode::remainder:
  case opcode::power:
  case opcode::fmod:
    return 100;
  case opcode::arctan2:
  case opcode::hypot:
  case opcode::nextafter:
    return 15;
  case opcode::logaddexp:
  case opcode::logaddexp2:
  case opcode::arcsinh:
  case opcode::arccosh:
  case opcode::arctanh:
  case opcode::cbrt:
  case opcode::exp2:
    return 40;
  default:
    return op >= opcode::exp && op <= opcode::tanh ? 8 : 1;
  }
}

class builder {
public:
  builder(const program& code, std::span<const dtype> operands)
    : operands_(operands) {
    if (code.steps.empty())
      throw std::invalid_argument("a program without steps");
    place_.reserve(code.steps.size());
    for (step_ = 0; step_ < code.steps.size(); ++step_)
      place_.push_back(add(code.steps[step_]));
  }

  values out;
  std::uint16_t result() const {
    return place_.back();
  }

private:
  std::uint16_t add(const step& s) {
    switch (s.op) {
    case opcode::load:
      return add_operand(s);
    case opcode::constant:
      return push({.what = value::kind::constant,
                   .type = s.type,
                   .bits = {s.value, s.imaginary}});
    case opcode::power:
      return add_power(s);
    default:
      return add_call(s);
    }
  }

  std::uint16_t push(value v) {
    if (out.size() > 0xfff0)
      throw std::invalid_argument("a program of more than 65,000 steps");
    out.push_back(v);
    return static_cast<std::uint16_t>(out.size() - 1);
  }

  std::uint16_t add_operand(const step& s) {
    if (s.a >= operands_.size())
      refuse(step_, s.op, "there is no operand " + std::to_string(s.a));
    if (operands_[s.a] != s.type)
      refuse(step_, s.op,
             "operand " + std::to_string(s.a) + " is "
                 + std::string(name_of(operands_[s.a])) + ", not "
                 + std::string(name_of(s.type)));
    return push({.what = value::kind::operand, .type = s.type, .number = s.a});
  }

  std::uint16_t input(const step& s, std::uint16_t number) const {
    if (number >= place_.size())
      refuse(step_, s.op, "needs step " + std::to_string(number));
    return place_[number];
  }

  std::uint16_t add_call(const step& s) {
    const std::array<std::uint16_t, 3> from{s.a, s.b, s.c};
    std::array<std::uint16_t, 3> in{};
    const int n = arity(s.op);
    for (int i = 0; i < n; ++i)
      in[i] = input(s, from[i]);
    check_types(s, in);
    return emit(s.op, s.type, in, n);
  }

  void check_types(const step& s, std::array<std::uint16_t, 3> in) const {
    const auto a = out[in[0]].type;
    bool fits = true;
    if (is_complex(a) && s.op != opcode::cast && s.op != opcode::select)
      fits = complex_result(s.op, a) == s.type
             && (arity(s.op) == 1 || out[in[1]].type == a);
    else if (s.op == opcode::select)
      fits = out[in[1]].type == s.type && out[in[2]].type == s.type;
    else if (gives_boolean(s.op))
      fits = s.type == dtype::boolean
             && (arity(s.op) == 1 || out[in[1]].type == a);
    else if (s.op != opcode::cast)
      fits = a == s.type && (arity(s.op) == 1 || out[in[1]].type == a);
    if (!fits)
      refuse(step_, s.op, "its operands have other dtypes than it takes");
  }

  std::uint16_t emit(opcode op, dtype type, std::array<std::uint16_t, 3> in,
                     int n) {
    const auto from = out[in[0]].type;
    auto run = find_kernel(op, from, type);
    if (!run)
      refuse(step_, op, "not for " + std::string(name_of(from)));
    return push({.what = value::kind::call,
                 .type = type,
                 .arity = static_cast<std::uint8_t>(n),
                 .weight = weight_of(op, from),
                 .in = in,
                 .run = run});
  }

  std::uint16_t add_power(const step& s) {
    const auto base = input(s, s.a);
    const auto exponent = constant_exponent(s);
    auto times = [&](std::uint16_t a, std::uint16_t b) {
      return emit(opcode::multiply, s.type, {a, b, 0}, 2);
    };
    auto one = [&](opcode op, std::uint16_t a) {
      return emit(op, s.type, {a, 0, 0}, 1);
    };
    if (!exponent || out[base].type != s.type || s.type == dtype::boolean)
      return add_call(s);
    if (*exponent == 1)
      return base;
    if (*exponent == 2)
      return one(opcode::square, base);
    if (*exponent == 3)
      return times(one(opcode::square, base), base);
    if (*exponent == 4)
      return one(opcode::square, one(opcode::square, base));
    if (*exponent == 0.5 && is_inexact(s.type))
      return one(opcode::sqrt, base);
    if (*exponent == -1 && is_complex(s.type))
      return one(opcode::reciprocal, base);
    if (*exponent == -1 && is_floating(s.type)) {
      const auto unit = push({.what = value::kind::constant,
                              .type = s.type,
                              .bits = {std::bit_cast<std::uint64_t>(1.0)}});
      return emit(opcode::divide, s.type, {unit, base, 0}, 2);
    }
    return add_call(s);
  }

  std::optional<double> constant_exponent(const step& s) const {
    const auto& v = out[input(s, s.b)];
    if (v.what != value::kind::constant || v.type != s.type)
      return std::nullopt;
    if (is_complex(v.type) && std::bit_cast<double>(v.bits.imaginary) != 0)
      return std::nullopt;
    if (is_inexact(v.type))
      return std::bit_cast<double>(v.bits.value);
    return static_cast<double>(static_cast<std::int64_t>(v.bits.value));
  }

  std::span<const dtype> operands_;
  std::size_t step_ = 0;
  boost::container::small_vector<std::uint16_t, 16> place_; ///< by step
};

/// For each value the last call that reads it; 0 if nobody does. The result
/// lives to the end.
boost::container::small_vector<std::uint16_t, 16>
last_uses(const values& all, std::uint16_t result) {
  boost::container::small_vector<std::uint16_t, 16> last(all.size(), 0);
  last[result] = 0xffff;
  for (std::size_t i = all.size(); i-- > 0;)
    if (last[i] != 0)
      for (int k = 0; k < all[i].arity; ++k)
        last[all[i].in[k]] =
            std::max(last[all[i].in[k]], static_cast<std::uint16_t>(i));
  return last;
}

/// Hands out tiles; those given back come first.
class tile_numbers {
public:
  std::uint16_t take() {
    if (free_.empty())
      return static_cast<std::uint16_t>(count_++);
    const auto number = free_.back();
    free_.pop_back();
    return number;
  }
  void give(std::uint16_t number) {
    free_.push_back(number);
  }
  std::size_t count() const {
    return count_;
  }

private:
  std::vector<std::uint16_t> free_;
  std::size_t count_ = 0;
};

} // namespace

tile_program::tile_program(const program& code, std::span<const dtype> operands)
  : used_(operands.size(), false) {
  const builder built(code, operands);
  const auto& all = built.out;
  const auto last = last_uses(all, built.result());
  type_ = all[built.result()].type;
  std::vector<std::uint16_t> slot(all.size(), 0);
  auto slots = static_cast<std::uint16_t>(operands.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (last[i] == 0)
      continue;
    widest_ = std::max(widest_, size_of(all[i].type));
    if (all[i].what == value::kind::operand) {
      slot[i] = all[i].number;
      used_[all[i].number] = true;
    } else if (all[i].what == value::kind::constant) {
      slot[i] = slots++;
      constants_.push_back({all[i].type, all[i].bits});
    }
  }
  tile_numbers numbers;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& v = all[i];
    if (last[i] == 0 || v.what != value::kind::call)
      continue;
    slot[i] = static_cast<std::uint16_t>(slots + numbers.take());
    call c{v.run, {}, slot[i], v.weight};
    weight_ += v.weight;
    for (int k = 0; k < v.arity; ++k)
      c.in[k] = slot[v.in[k]];
    calls_.push_back(c);
    for (int k = 0; k < v.arity; ++k) {
      const auto from = v.in[k];
      const auto earlier = v.in.begin() + k;
      if (last[from] == i && all[from].what == value::kind::call
          && std::find(v.in.begin(), earlier, from) == earlier)
        numbers.give(static_cast<std::uint16_t>(slot[from] - slots));
    }
  }
  tiles_ = numbers.count();
  result_ = slot[built.result()];
}

void fill_constant(dtype type, number_bits bits, void* out, std::size_t n) {
  dispatch(type, [&](auto zero) {
    using T = decltype(zero);
    const auto value = bits.value;
    if constexpr (is_complex_type<T>)
      std::fill_n(
          static_cast<T*>(out), n,
          T(std::complex<double>(std::bit_cast<double>(value),
                                 std::bit_cast<double>(bits.imaginary))));
    else if constexpr (std::is_floating_point_v<T>)
      std::fill_n(static_cast<T*>(out), n,
                  static_cast<T>(std::bit_cast<double>(value)));
    else if constexpr (std::is_same_v<T, bool>)
      std::memset(out, value != 0, n);
    else
      std::fill_n(static_cast<T*>(out), n, static_cast<T>(value));
  });
}

} // namespace tern
