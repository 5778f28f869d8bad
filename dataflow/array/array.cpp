#include "dataflow/array/array.hpp"

#include "dataflow/array/node.hpp"
#include "dataflow/array/words.hpp"
#include "dataflow/graph/validate.hpp"

namespace tern {

namespace {

/// What a default-constructed array shows: a scalar that nothing makes.
const array::node& nothing() {
  static const array::node n;
  return n;
}

const array::node& of(const std::shared_ptr<const array::node>& n) {
  return n ? *n : nothing();
}

} // namespace

array::node::~node() {
  std::vector<std::shared_ptr<const node>> pending;
  pending.swap(inputs);
  while (!pending.empty()) {
    auto n = std::move(pending.back());
    pending.pop_back();
    if (n.use_count() != 1)
      continue;
    // ours alone, so nobody sees that its inputs go before it does
    auto& below = const_cast<node&>(*n).inputs;
    for (auto& input : below)
      pending.push_back(std::move(input));
    below.clear();
  }
}

std::shared_ptr<array::node>
make_node(operation op, dtype type, tern::chunks cut, std::string expression) {
  auto n = std::make_shared<array::node>();
  n->extents = extents(cut);
  n->work.op = std::move(op);
  n->work.type = type;
  n->work.out = std::move(cut);
  n->work.expression = shortened(std::move(expression));
  return n;
}

std::size_t add_input(array::node& to, std::shared_ptr<const array::node> from,
                      boost::container::small_vector<axis_map, 4> maps) {
  layer_input in;
  in.axes = std::move(maps);
  to.work.inputs.push_back(std::move(in));
  to.inputs.push_back(std::move(from));
  return to.inputs.size() - 1;
}

boost::container::small_vector<axis_map, 4> same_maps(std::size_t axes) {
  boost::container::small_vector<axis_map, 4> maps(axes);
  for (std::size_t i = 0; i < axes; ++i)
    maps[i].axis = static_cast<std::int8_t>(i);
  return maps;
}

bool is_pure_source(const array::node& n) noexcept {
  return n.inputs.empty() && std::holds_alternative<op_blockwise>(n.work.op);
}

array recut(const array& source, tern::chunks cut) {
  auto n = std::make_shared<array::node>(*source.root());
  n->work.out = std::move(cut);
  return array{std::move(n)};
}

void check_cut(std::string_view name, const tern::chunks& cut) {
  if (auto wrong = find_fault(cut))
    throw expression_error(std::string{name} + ": an array of shape "
                           + to_string(extents(cut)) + " " + *wrong);
}

const tern::shape& array::shape() const noexcept {
  return of(node_).extents;
}

dtype array::type() const noexcept {
  return of(node_).work.type;
}

const tern::chunks& array::cut() const noexcept {
  return of(node_).work.out;
}

const std::string& array::expression() const noexcept {
  return of(node_).work.expression;
}

array array::named(std::string expression) const {
  auto n = std::make_shared<node>(of(node_));
  n->work.expression = shortened(std::move(expression));
  return array{std::move(n)};
}

const std::vector<std::string>& array::dimensions() const noexcept {
  return of(node_).dimensions;
}

array array::with_dimensions(std::vector<std::string> names) const {
  if (!names.empty() && names.size() != ndim())
    throw expression_error("with_dimensions: " + std::to_string(names.size())
                           + " names for an array of shape "
                           + to_string(shape()));
  auto n = std::make_shared<node>(of(node_));
  n->dimensions = std::move(names);
  return array{std::move(n)};
}

} // namespace tern
