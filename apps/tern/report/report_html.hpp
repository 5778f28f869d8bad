#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tern {

/// The report as one HTML file that needs nothing else: style, charts, script
/// and data are in it. What the data say can become neither markup nor script.
std::string html_of(const nlohmann::ordered_json& report);

/// JavaScript modules as one script, in this order: imports go, and what was
/// exported is simply there. Each import has to end in a line's `;`, and no two
/// modules may use one name.
std::string one_script(const std::vector<std::string_view>& modules);

/// `text` as it is written between tags.
std::string html_text(std::string_view text);

} // namespace tern
