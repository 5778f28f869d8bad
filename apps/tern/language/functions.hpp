#pragma once

#include "apps/tern/language/arguments.hpp"
#include "apps/tern/language/object.hpp"
#include "dataflow/block/kernels.hpp"
#include "dataflow/block/program.hpp"

#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace tern::language {

/// What functions may know of the program around them.
struct context {
  chunk_spec default_chunks;      ///< for sources that name none
  std::uint64_t random_calls = 0; ///< so far
};

using builtin = program_value (*)(const arguments&, context&);

/// A function of the language: a line of the table in functions.cpp.
struct function {
  std::string_view name;
  std::variant<opcode, reduction, builtin> does;
  std::string_view signature = {}; ///< as `arguments` reads it
  bool is_method = false;          ///< `a.name(...)` too
};

/// All functions, in the order of the table.
std::span<const function> functions() noexcept;
/// By name ("sqrt", "random.random"); nullptr if there is none.
const function* find_function(std::string_view name) noexcept;

program_value call_function(const function& f,
                            std::vector<given_argument> given, place call,
                            context& c);

} // namespace tern::language
