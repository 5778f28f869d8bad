#include "apps/tern/language/evaluate.hpp"
#include "tests/fuzz_check.hpp"

#include <string_view>

// Any text is a program with a value, or a mistake with a place in the text.
// Files are not opened: a text that names one is left out.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tern;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.find("open_nc") != std::string_view::npos)
    return 0;
  try {
    const auto v = evaluate(text);
    fuzz::check(!std::holds_alternative<function_value>(v),
                "a program's value is no function");
    fuzz::check(!language::represent(v).empty(), "a value can be shown");
  } catch (const language_error& error) {
    fuzz::check(error.line() >= 1 && error.column() >= 1,
                "a mistake has a place");
    fuzz::check(error.column() <= size + 1, "the place is in the text");
    fuzz::check(!error.message().empty(), "a mistake has a message");
  }
  return 0;
}
