#pragma once

#include <string_view>

namespace tern {

/// A file of the page, which is part of the program: nothing is read from disk
/// when somebody asks for it.
struct page_asset {
  std::string_view path; ///< in the URL
  std::string_view type; ///< of its content, for the header
  std::string_view content;
};

/// The asset at exactly this path, or null.
const page_asset* find_asset(std::string_view path) noexcept;

} // namespace tern
