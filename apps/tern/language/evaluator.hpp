#pragma once

#include "apps/tern/language/ast.hpp"
#include "apps/tern/language/evaluate.hpp"
#include "apps/tern/language/functions.hpp"
#include "apps/tern/language/object.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tern::language {

/// What a list or an array picks along an axis.
struct picks {
  std::vector<std::int64_t> indices;
  std::optional<std::int64_t> mask_extent; ///< if it was a mask
};

/// Walks the tree of one program. Mistakes are thrown as `mistake`; what the
/// array layer refuses gets the place of the operation.
class evaluator {
public:
  evaluator(std::string_view source, const evaluate_options& options);

  program_value run(const program_tree& tree);

private:
  void add_import(const import_alias& import);
  program_value run(const statement& s);
  void assign(const assignment_target& target, const program_value& v);

  program_value of(const expression& e);
  program_value of(const expression& e, const number_form& n);
  program_value of(const expression& e, const text_form& t);
  program_value of(const expression& e, const name_form& n);
  program_value of(const expression& e, const ellipsis_form& t);
  program_value of(const expression& e, const unary_form& u);
  program_value of(const expression& e, const binary_form& b);
  program_value of(const expression& e, const attribute_form& a);
  program_value of(const expression& e, const call_form& c);
  program_value of(const expression& e, const subscript_form& s);
  program_value of(const expression& e, const display_form& d);

  program_value member(const expression& e, const attribute_form& a,
                       const program_value& object);
  program_value call_method(const expression& e, const call_form& c,
                            const attribute_form& a, program_value self);
  program_value call_function_value(const expression& e, const call_form& c,
                                    const program_value& callee);
  program_value apply(binary_operator op, const program_value& left,
                      const program_value& right, place where);
  std::vector<given_argument> evaluate_arguments(const call_form& c);
  program_value subscript_array(const array& a, const subscript_form& s);
  program_value pick(const array& a, const array& mask, place where) const;
  block computed(const array& index, place where) const;
  picks picked_by(const array& index, place where) const;
  program_value subscript_sequence(const sequence_value& v,
                                   const subscript_form& s, place where);
  index_item index_of(const subscript_item& item);
  index_item index_of(const program_value& v, place where) const;
  std::optional<std::int64_t> bound(const expression_ptr& e);
  /// Runs `f`; arrays get the words of `where`, mistakes of the array layer
  /// its place.
  program_value located(place where, const std::function<program_value()>& f);
  std::string words_of(place where) const;

  std::string_view source_;
  context context_;
  array_computer compute_;
  std::map<std::string, program_value, std::less<>> variables_;
  std::map<std::string, std::string, std::less<>> modules_;
  std::size_t operations_ = 0;
};

} // namespace tern::language
