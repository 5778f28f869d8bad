#include "dataflow/array/node.hpp"
#include "dataflow/array/words.hpp"

namespace tern {

array map_blocks(const std::string& function, const array& a,
                 std::optional<dtype> type) {
  if (!a.root())
    throw expression_error("map_blocks: an array that nothing makes");
  auto n = make_node(op_call{function, {}}, type.value_or(a.type()), a.cut(),
                     shortened(function + "(" + a.expression() + ")"));
  add_input(*n, a.root(), same_maps(a.ndim()));
  n->dimensions = a.dimensions();
  return array{std::move(n)};
}

} // namespace tern
