#pragma once

#include <string_view>
#include <type_traits>

namespace tern {

namespace detail {

template <class T>
constexpr std::string_view pretty_name() noexcept {
  // "... [with T = bank::deposit; ...]" or "... [T = bank::deposit]"
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("T = ") + 4);
  return text.substr(0, text.find_first_of(";]"));
}

} // namespace detail

/// A type's name on the wire: `T::name`, or else the one the compiler has.
template <class T>
constexpr std::string_view wire_name() noexcept {
  if constexpr (requires {
                  requires !std::is_member_pointer_v<decltype(&T::name)>;
                }) // else it is data of the value
    return T::name;
  else
    return detail::pretty_name<T>();
}

} // namespace tern
