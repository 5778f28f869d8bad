#include "apps/tern/language/evaluate.hpp"

#include "apps/tern/language/evaluator.hpp"
#include "apps/tern/language/parse.hpp"

namespace tern {

program_value evaluate(std::string_view text, const evaluate_options& options) {
  const auto tree = language::parse(text);
  try {
    return language::evaluator(text, options).run(tree);
  } catch (const language::mistake& m) {
    throw language_error(m.why, text, m.where, m.message);
  }
}

} // namespace tern
