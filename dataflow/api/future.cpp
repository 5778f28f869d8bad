// A future is a layer of one task: a call whose inputs are all blocks of its
// arguments, in their order. So calls and arrays meet in one graph.

#include "dataflow/api/future.hpp"

#include "dataflow/array/node.hpp"
#include "dataflow/array/words.hpp"

#include <algorithm>
#include <cstddef>

namespace tern {

namespace {

/// Every block of `a`, row by row.
boost::container::small_vector<axis_map, 4> whole_of(const array& a) {
  boost::container::small_vector<axis_map, 4> maps;
  for (const auto& axis : a.cut())
    maps.push_back({axis_map::kind::group, -1, 0, axis.count()});
  return maps;
}

/// Takes the arguments one by one into the call's node.
class call_builder {
public:
  call_builder(std::string name, const call_options& how)
    : words_(name + "("), node_(make_node(op_call{std::move(name),
                                                  {},
                                                  true,
                                                  how.retries,
                                                  how.priority,
                                                  how.resources},
                                          dtype::float64, {}, {})) {}

  void operator()(const future& f) {
    read(f.made_by());
  }
  void operator()(const array& a) {
    read(a);
  }
  void operator()(const scalar& number) {
    read(full({}, number).named(words_of(number)));
  }
  void operator()(const std::string& text) {
    if (has_text_)
      throw expression_error("submit: " + words_
                             + "...) has two strings; a "
                               "function takes one");
    has_text_ = true;
    const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
    std::get<op_call>(node_->work.op)
        .arguments.assign(bytes, bytes + text.size());
    say("'" + text + "'");
  }

  future finish() {
    node_->work.expression = shortened(words_ + ")");
    return future{array{std::move(node_)}};
  }

private:
  void read(const array& a) {
    if (!a.root())
      throw expression_error("submit: " + words_
                             + "...) has an array that nothing makes");
    add_input(*node_, a.root(), whole_of(a));
    say(a.expression());
  }

  void say(const std::string& argument) {
    words_ += (first_ ? "" : ", ") + argument;
    first_ = false;
  }

  std::string words_;
  std::shared_ptr<array::node> node_;
  bool first_ = true;
  bool has_text_ = false;
};

} // namespace

future make_call(std::string name, const std::vector<call_argument>& arguments,
                 const call_options& how) {
  if (how.retries > most_retries)
    throw expression_error("submit: " + std::to_string(how.retries)
                           + " retries of " + name + ", and "
                           + std::to_string(most_retries) + " are the most");
  if (const auto wrong = fault_of(how.resources))
    throw expression_error("submit: " + name + " needs resources: " + *wrong);
  call_builder call{std::move(name), how};
  for (const auto& a : arguments)
    std::visit(call, a);
  return call.finish();
}

std::vector<future> make_calls(const std::string& name,
                               const std::vector<call_column>& columns,
                               const call_options& how) {
  const auto each = std::find_if(columns.begin(), columns.end(),
                                 [](const auto& c) { return !c.for_all; });
  const auto calls = each == columns.end() ? 0 : each->values.size();
  for (const auto& c : columns)
    if (!c.for_all && c.values.size() != calls)
      throw expression_error("map: " + name + " is to get "
                             + std::to_string(calls) + " of one argument and "
                             + std::to_string(c.values.size()) + " of another");
  std::vector<future> out;
  std::vector<call_argument> arguments;
  for (std::size_t i = 0; i < calls; ++i) {
    arguments.clear();
    for (const auto& c : columns)
      arguments.push_back(c.values[c.for_all ? 0 : i]);
    out.push_back(make_call(name, arguments, how));
  }
  return out;
}

} // namespace tern
