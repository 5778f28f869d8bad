// From nodes to a graph: inputs before readers, each node once, and nodes that
// do the same work on the same inputs once.

#include "dataflow/array/node.hpp"
#include "dataflow/graph/same_work.hpp"

#include <unordered_map>

namespace tern {

namespace {

class lowering {
public:
  void add_root(const array& a) {
    if (!a.root())
      throw expression_error("an array that nothing makes");
    lower(a.root().get());
    g_.roots.push_back(numbers_.at(a.root().get()));
  }

  graph take() {
    return std::move(g_);
  }

private:
  /// A chain may be a million nodes long, so the stack is our own.
  void lower(const array::node* root) {
    struct frame {
      const array::node* at;
      std::size_t next;
    };
    std::vector<frame> stack{{root, 0}};
    while (!stack.empty()) {
      auto& top = stack.back();
      if (numbers_.count(top.at)) {
        stack.pop_back();
      } else if (top.next < top.at->inputs.size()) {
        auto* below = top.at->inputs[top.next++].get();
        stack.push_back({below, 0});
      } else {
        number(*top.at);
        stack.pop_back();
      }
    }
  }

  void number(const array::node& n) {
    auto l = n.work;
    for (std::size_t i = 0; i < n.inputs.size(); ++i)
      l.inputs[i].from = numbers_.at(n.inputs[i].get());
    auto hash = hash_of_work(l);
    auto [begin, end] = known_.equal_range(hash);
    for (; begin != end; ++begin)
      if (same_work(g_.layers[begin->second], l)) {
        numbers_[&n] = begin->second;
        return;
      }
    auto id = static_cast<layer_id>(g_.layers.size());
    if (g_.layers.size() + 1 >= max_layers)
      throw expression_error("an expression of more than "
                             + std::to_string(max_layers) + " operations");
    g_.layers.push_back(std::move(l));
    known_.emplace(hash, id);
    numbers_[&n] = id;
  }

  graph g_;
  std::unordered_map<const array::node*, layer_id> numbers_;
  std::unordered_multimap<std::size_t, layer_id> known_;
};

} // namespace

graph lower(std::span<const array> arrays) {
  lowering l;
  for (auto& a : arrays)
    l.add_root(a);
  return l.take();
}

} // namespace tern
