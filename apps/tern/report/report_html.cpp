#include "apps/tern/report/report_html.hpp"

#include "apps/tern/page/page_assets.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

namespace tern {

namespace {

std::string_view content_of(std::string_view path) {
  const auto* asset = find_asset(path);
  if (!asset)
    throw std::logic_error("no file " + std::string{path} + " in this program");
  return asset->content;
}

std::string replaced(std::string_view text, std::string_view what,
                     std::string_view by) {
  std::string out;
  for (;;) {
    const auto at = text.find(what);
    out += text.substr(0, at);
    if (at == text.npos)
      return out;
    out += by;
    text.remove_prefix(at + what.size());
  }
}

// Inside <script> nothing but its end has a meaning.
std::string within_script(std::string_view script) {
  return replaced(script, "</script", "<\\/script");
}

// JSON has `<` in strings only.
std::string data_text(const nlohmann::ordered_json& data) {
  const auto text = data.dump(-1, ' ', false,
                              nlohmann::ordered_json::error_handler_t::replace);
  return replaced(text, "<", "\\u003c");
}

/// The template with its {{names}} replaced, each where it stands.
std::string filled(std::string_view form,
                   const std::map<std::string_view, std::string>& values) {
  std::string out;
  for (;;) {
    const auto begin = form.find("{{");
    out += form.substr(0, begin);
    if (begin == form.npos)
      return out;
    const auto end = form.find("}}", begin);
    out += values.at(form.substr(begin + 2, end - begin - 2));
    form.remove_prefix(end + 2);
  }
}

} // namespace

std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : text)
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    default:
      out += c;
    }
  return out;
}

std::string one_script(const std::vector<std::string_view>& modules) {
  constexpr std::string_view exported = "export ";
  std::string out;
  for (auto rest : modules) {
    bool imports = false;
    while (!rest.empty()) {
      const auto end = std::min(rest.find('\n'), rest.size());
      auto line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      imports = imports || line.starts_with("import ");
      if (imports) {
        imports = !line.ends_with(';');
        continue;
      }
      if (line.starts_with(exported))
        line.remove_prefix(exported.size());
      out += line;
      out += '\n';
    }
  }
  return out;
}

std::string html_of(const nlohmann::ordered_json& report) {
  const auto script =
      one_script({content_of("/dom.js"), content_of("/stream.js"),
                  content_of("/profile.js"), content_of("/layer_graph.js"),
                  content_of("/story.js"), content_of("report.js")});
  // a title may have bytes that are no text, which JSON replaces
  const auto title =
      nlohmann::json::parse(data_text(report.at("title"))).get<std::string>();
  return filled(content_of("report.html"),
                {{"title", html_text(title)},
                 {"style", std::string{content_of("/style.css")}},
                 {"chart", within_script(content_of("/chart.js"))},
                 {"script", within_script(script)},
                 {"report", data_text(report)}});
}

} // namespace tern
