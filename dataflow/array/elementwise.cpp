// Elementwise operations as blockwise layers: operands are broadcast by the
// way they are seen (repeated axes), brought to one dtype by casts inside the
// program, and scalars are constants of it.

#include "dataflow/array/functions.hpp"
#include "dataflow/array/line_up.hpp"
#include "dataflow/array/node.hpp"
#include "dataflow/array/promotion.hpp"
#include "dataflow/array/words.hpp"

#include <algorithm>

namespace tern {

namespace {

/// Builds the program of one elementwise node.
class elementwise_builder {
public:
  /// Scalars alone count as arrays without axes.
  elementwise_builder(std::string_view name, std::vector<value> operands)
    : name_(name), operands_(std::move(operands)) {
    auto is_array = [](const value& v) {
      return std::holds_alternative<array>(v);
    };
    if (std::none_of(operands_.begin(), operands_.end(), is_array))
      for (auto& v : operands_)
        v = full({}, std::get<scalar>(v)).named(words_of(v));
    for (auto& v : operands_)
      if (auto* a = std::get_if<array>(&v))
        remember(*a);
    extents_ = broadcast(name_, arrays_);
    auto roots = roots_of(arrays_);
    cut_ = line_up(name_, arrays_, extents_);
    check_cut(name_, cut_);
    loads_.assign(arrays_.size(), -1);
    originals_ = std::move(roots);
  }

  /// The step that gives operand `i` as `type`.
  std::uint16_t operand_as(std::size_t i, dtype type) {
    if (auto* s = std::get_if<scalar>(&operands_[i])) {
      step constant;
      constant.op = opcode::constant;
      constant.type = type;
      const auto bits = bits_of(*s, type);
      constant.value = bits.value;
      constant.imaginary = bits.imaginary;
      return push(constant);
    }
    return cast(load(std::get<array>(operands_[i])), type);
  }

  std::uint16_t cast(std::uint16_t from, dtype type) {
    return type_of_step(from) == type
               ? from
               : push({opcode::cast, type, from, 0, 0, 0});
  }

  dtype type_of_step(std::uint16_t i) const {
    return code_.steps[i].type;
  }

  std::uint16_t push(const step& s) {
    code_.steps.push_back(s);
    return static_cast<std::uint16_t>(code_.steps.size() - 1);
  }

  array finish(std::string expression) {
    auto type = code_.type();
    auto n = make_node(op_blockwise{std::move(code_), {}}, type, cut_,
                       std::move(expression));
    auto& op = std::get<op_blockwise>(n->work.op);
    for (auto& a : arrays_) {
      layer_operand o;
      o.input = static_cast<std::int32_t>(add_input(*n, a.root(), maps_of(a)));
      o.axes = axes_of(a);
      op.operands.push_back(std::move(o));
      if (n->dimensions.empty() && a.shape() == extents_)
        n->dimensions = a.dimensions();
    }
    return array{std::move(n)};
  }

  const value& operator[](std::size_t i) const {
    return operands_[i];
  }
  std::span<const value> operands() const {
    return operands_;
  }

private:
  using root = std::shared_ptr<const array::node>;

  static std::vector<root> roots_of(const std::vector<array>& arrays) {
    std::vector<root> roots;
    for (auto& a : arrays)
      roots.push_back(a.root());
    return roots;
  }

  void remember(const array& a) {
    auto same = [&](const array& b) {
      return a.root() == b.root();
    };
    if (std::none_of(arrays_.begin(), arrays_.end(), same))
      arrays_.push_back(a);
  }

  std::uint16_t load(const array& a) {
    auto i = static_cast<std::size_t>(
        std::find(originals_.begin(), originals_.end(), a.root())
        - originals_.begin());
    if (loads_[i] < 0)
      loads_[i] = push(
          {opcode::load, a.type(), static_cast<std::uint16_t>(i), 0, 0, 0});
    return static_cast<std::uint16_t>(loads_[i]);
  }

  /// Axis of the result that runs along axis `i` of `a`, and whether it is
  /// more than one element that `a` repeats.
  bool repeats(const array& a, std::size_t i, std::size_t& axis) const {
    axis = extents_.size() - a.ndim() + i;
    return a.shape()[i] != extents_[axis];
  }

  boost::container::small_vector<axis_map, 4> maps_of(const array& a) const {
    auto maps = same_maps(a.ndim());
    for (std::size_t i = 0; i < a.ndim(); ++i) {
      std::size_t axis = 0;
      if (repeats(a, i, axis))
        maps[i] = {axis_map::kind::first, 0, 0, 1};
      else
        maps[i].axis = static_cast<std::int8_t>(axis);
    }
    return maps;
  }

  boost::container::small_vector<std::int8_t, 4> axes_of(const array& a) const {
    boost::container::small_vector<std::int8_t, 4> axes(extents_.size(), -1);
    for (std::size_t i = 0; i < a.ndim(); ++i) {
      std::size_t axis = 0;
      if (!repeats(a, i, axis))
        axes[axis] = static_cast<std::int8_t>(i);
    }
    return axes;
  }

  std::string_view name_;
  std::vector<value> operands_;
  std::vector<array> arrays_;   ///< each once, lined up
  std::vector<root> originals_; ///< the same before they were lined up
  std::vector<int> loads_;
  shape extents_;
  chunks cut_;
  program code_;
};

void refuse_negative_power(const value& exponent, dtype type) {
  auto* s = std::get_if<scalar>(&exponent);
  auto* i = s ? std::get_if<std::int64_t>(s) : nullptr;
  if (i && *i < 0 && !is_inexact(type))
    throw expression_error("power: integers to negative integer powers are "
                           "not allowed (** "
                           + std::to_string(*i) + ")");
}

/// NumPy takes the short way for these exponents, and so do we.
std::optional<opcode> short_power(const value& exponent, dtype type) {
  auto* s = std::get_if<scalar>(&exponent);
  if (!s || std::holds_alternative<bool>(*s))
    return {};
  const auto number = as_complex(*s);
  if (number == 2.0)
    return opcode::square;
  if (number == 0.5 && is_inexact(type))
    return opcode::sqrt;
  return {};
}

void require(opcode op, int operands) {
  if (arity(op) != operands || op == opcode::cast)
    throw expression_error(std::string{name_of(op)} + ": not an operation of "
                           + std::to_string(operands) + " operands");
}

bool takes_apart(opcode op) {
  return op == opcode::real || op == opcode::imag || op == opcode::conjugate;
}

/// A real number is its own real part and conjugate; its imaginary part is 0.
array part_of_real(opcode op, const value& x) {
  const auto* given = std::get_if<array>(&x);
  const auto a = given ? *given : full({}, std::get<scalar>(x));
  const auto words = words_of(op, {&x, 1});
  if (op != opcode::imag)
    return a.named(words);
  return recut(zeros(a.shape(), a.type()), a.cut())
      .with_dimensions(a.dimensions())
      .named(words);
}

/// NumPy gives a warning here and then numbers of another array.
void refuse_lost_parts(const array& a, dtype type) {
  if (!can_cast(a.type(), type))
    throw expression_error("astype: " + std::string{name_of(a.type())} + " to "
                           + std::string{name_of(type)}
                           + " would lose the imaginary part; take real("
                           + a.expression() + ")");
}

} // namespace

array unary(opcode op, const value& x) {
  require(op, 1);
  if (takes_apart(op) && !is_complex(common_type({&x, 1})))
    return part_of_real(op, x);
  elementwise_builder b{name_of(op), {x}};
  auto types = types_of(op, common_type(b.operands()));
  auto a = b.operand_as(0, types.operands);
  b.push({op, types.result, a, 0, 0, 0});
  return b.finish(words_of(op, b.operands()));
}

array binary(opcode op, const value& x, const value& y) {
  require(op, 2);
  elementwise_builder b{name_of(op), {x, y}};
  auto types = types_of(op, common_type(op, b.operands()));
  auto words = words_of(op, b.operands());
  if (op == opcode::power) {
    refuse_negative_power(b[1], types.operands);
    if (auto quick = short_power(b[1], types.operands)) {
      b.push({*quick, types.result, b.operand_as(0, types.operands), 0, 0, 0});
      return b.finish(std::move(words));
    }
  }
  auto left = b.operand_as(0, types.operands);
  auto right = b.operand_as(1, types.operands);
  b.push({op, types.result, left, right, 0, 0});
  return b.finish(std::move(words));
}

array where(const value& condition, const value& x, const value& y) {
  elementwise_builder b{"where", {condition, x, y}};
  auto type = common_type(b.operands().subspan(1));
  auto choose = b.operand_as(0, dtype::boolean);
  auto left = b.operand_as(1, type);
  auto right = b.operand_as(2, type);
  b.push({opcode::select, type, choose, left, right, 0});
  return b.finish(words_of(opcode::select, b.operands()));
}

array array::astype(dtype type) const {
  if (type == this->type())
    return *this;
  refuse_lost_parts(*this, type);
  elementwise_builder b{"astype", {*this}};
  b.operand_as(0, type);
  return b.finish(expression() + ".astype(" + std::string{name_of(type)} + ")");
}

array array::unary_of(opcode op) const {
  return unary(op, *this);
}

array angle(const array& z) {
  return binary(opcode::arctan2, imag(z), real(z))
      .named("angle(" + z.expression() + ")");
}

} // namespace tern
