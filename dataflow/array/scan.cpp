// Running sums and products along an axis, by blocks, in parallel.
//
// First the total of each block along the axis. The running results of those
// say what comes before each block: its carry. Then every block starts from its
// carry. The totals are themselves an array, `most_together` to a block, whose
// running results are found in the same way; so of n blocks one in 64 has to
// wait for another, to a depth of log64(n), and all totals and all last steps
// run side by side. The order of all steps follows from shape and chunks.
//
// Each element is read twice; what is cheap to make is made twice instead.

#include "dataflow/array/node.hpp"
#include "dataflow/array/words.hpp"

#include <algorithm>

namespace tern {

namespace {

constexpr std::int64_t most_together = 64;

struct scanner {
  reduction how;
  std::size_t axis;
  std::string words;

  /// Reads `from` so that its first element is element `first` along the axis.
  void add_part(array::node& to, const array& from, std::int64_t first) const {
    auto maps = same_maps(from.ndim());
    for (auto& map : maps)
      map.how = axis_map::kind::window;
    maps[axis].offset = -first;
    add_input(to, from.root(), std::move(maps));
  }

  /// One element along the axis for each block of `a`.
  array totals(const array& a) const {
    op_reduce_chunk op;
    op.how = how;
    op.axes.assign(a.ndim(), false);
    op.axes[axis] = true;
    op.space = a.cut();
    op.feed.code.steps.push_back({opcode::load, a.type(), 0, 0, 0, 0});
    layer_operand o;
    o.input = 0;
    for (std::size_t i = 0; i < a.ndim(); ++i)
      o.axes.push_back(static_cast<std::int8_t>(i));
    op.feed.operands.push_back(std::move(o));
    auto cut = a.cut();
    cut[axis] = axis_chunks::ones(cut[axis].count());
    auto partial =
        make_node(std::move(op), partial_type(how, a.type()), cut, words);
    partial->work.parts = components(how);
    add_input(*partial, a.root(), same_maps(a.ndim()));
    auto n =
        make_node(op_reduce_finish{how, 0}, a.type(), std::move(cut), words);
    add_input(*n, std::move(partial), same_maps(a.ndim()));
    return array{std::move(n)};
  }

  /// What changes nothing when it comes first: for sums -0.0, for 0.0 would
  /// turn the -0.0 of the first block.
  array nothing_before(const array& a) const {
    const bool is_product = how == reduction::prod;
    auto value = is_inexact(a.type()) ? scalar{is_product ? 1.0 : -0.0}
                                      : scalar{std::int64_t{is_product}};
    if (is_complex(a.type()) && !is_product)
      value = std::complex{-0.0, -0.0};
    auto cut = a.cut();
    cut[axis] = axis_chunks::ones(1);
    const auto made = full(extents(cut), value, a.type());
    return recut(made, std::move(cut));
  }

  /// What comes before each block of `a`. Totals have no NaN to leave out, or
  /// one that came of infinities and stays.
  array carries(const array& a) const {
    const auto each = totals(a);
    const scanner plain{how == reduction::nansum    ? reduction::sum
                        : how == reduction::nanprod ? reduction::prod
                                                    : how,
                        axis, words};
    auto cut = each.cut();
    cut[axis] = axis_chunks::regular(cut[axis].extent(), most_together);
    const auto up_to = plain.running(rechunk(each, std::move(cut)));
    auto n = make_node(op_assemble{}, a.type(), each.cut(), words);
    add_part(*n, plain.nothing_before(a), 0);
    add_part(*n, up_to, 1); // its last element has no place
    return array{std::move(n)};
  }

  array running(const array& a) const {
    auto n = make_node(op_scan{how, static_cast<std::uint8_t>(axis)}, a.type(),
                       a.cut(), words);
    add_input(*n, a.root(), same_maps(a.ndim()));
    if (a.cut()[axis].count() > 1)
      add_input(*n, carries(a).root(), same_maps(a.ndim()));
    n->dimensions = a.dimensions();
    return array{std::move(n)};
  }
};

std::string scan_name(reduction how) {
  switch (how) {
  case reduction::sum:
    return "cumsum";
  case reduction::prod:
    return "cumprod";
  case reduction::nansum:
    return "nancumsum";
  default:
    return "nancumprod";
  }
}

} // namespace

array array::scan(reduction how, std::optional<std::int64_t> axis) const {
  if (!can_scan(how))
    throw expression_error(std::string{name_of(how)}
                           + ": has no running results");
  const auto name = scan_name(how);
  if (!axis && ndim() != 1)
    return reshape(*this, {-1}).scan(how, 0);
  const auto along = checked_axis(name, axis.value_or(0), ndim());
  auto words = name + "(" + expression()
               + (axis ? ", axis=" + std::to_string(*axis) : "") + ")";
  const scanner s{how, along, shortened(std::move(words))};
  return s.running(astype(result_type(how, type())));
}

} // namespace tern
