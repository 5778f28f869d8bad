#include "apps/tern/configuration/configuration.hpp"

#include "apps/tern/configuration/configuration_file.hpp"
#include "apps/tern/language/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace tern {

namespace {

/// Its value; empty if there is none.
std::string value_of(const configuration::environment& variable,
                     std::string_view name) {
  const auto* text = variable(std::string{name}.c_str());
  return text ? text : "";
}

/// Where the file is looked for if nobody names one; empty: nowhere.
std::filesystem::path usual_place(const configuration::environment& variable) {
  // a relative path is to be ignored, says the XDG base directory specification
  std::filesystem::path folder = value_of(variable, "XDG_CONFIG_HOME");
  if (!folder.is_absolute()) {
    const std::filesystem::path home = value_of(variable, "HOME");
    if (home.empty())
      return {};
    folder = home / ".config";
  }
  return folder / "tern" / "config.toml";
}

const setting_info* setting_named(std::string_view key) {
  const auto all = all_settings();
  const auto found = std::ranges::find(all, key, &setting_info::name);
  return found == all.end() ? nullptr : &*found;
}

std::string unknown(const std::string& key) {
  std::vector<std::string> names;
  for (const auto& s : all_settings())
    names.emplace_back(s.name);
  return fmt::format("unknown setting '{}'{}", key,
                     language::suggestion(key, names));
}

} // namespace

std::string_view name_of(setting_source source) noexcept {
  switch (source) {
  case setting_source::file:
    return "file";
  case setting_source::environment:
    return "environment";
  case setting_source::flag:
    return "flag";
  default:
    return "default";
  }
}

configuration::configuration() {
  for (const auto& s : all_settings())
    values_[static_cast<std::size_t>(s.id)].text = s.fallback;
}

configuration configuration::read(const environment& variable) {
  configuration c;
  auto ok = c.read_file(variable);
  if (ok)
    ok = c.read_environment(variable);
  if (!ok)
    c.mistake_ = ok.error();
  return c;
}

result<void> configuration::read_file(const environment& variable) {
  std::filesystem::path path = value_of(variable, "TERN_CONFIG");
  if (path.empty()) {
    path = usual_place(variable);
    std::error_code ignored;
    if (path.empty() || !std::filesystem::exists(path, ignored))
      return {};
  }
  const auto entries = read_configuration_file(path);
  if (!entries)
    return tl::make_unexpected(entries.error());
  file_ = path;
  for (const auto& e : *entries) {
    const auto* known = setting_named(e.key);
    const auto ok =
        known ? set(known->id, {e.text, setting_source::file,
                                fmt::format("{}:{}", path.string(), e.line)})
              : result<void>{fail(failure_kind::refused, unknown(e.key))};
    if (!ok)
      return fail(failure_kind::refused,
                  fmt::format("{}, line {}: {}", path.string(), e.line,
                              ok.error().what));
  }
  return {};
}

result<void> configuration::read_environment(const environment& variable) {
  for (const auto& s : all_settings()) {
    auto text = value_of(variable, s.variable);
    if (text.empty())
      continue;
    const auto ok = set(s.id, {std::move(text), setting_source::environment,
                               std::string{s.variable}});
    if (!ok)
      return fail(failure_kind::refused,
                  fmt::format("{}: {}", s.variable, ok.error().what));
  }
  return {};
}

result<void> configuration::set(setting which, setting_value value) {
  if (auto ok = check_setting(which, value.text); !ok)
    return ok;
  values_[static_cast<std::size_t>(which)] = std::move(value);
  return {};
}

const setting_value& configuration::operator[](setting which) const noexcept {
  return values_[static_cast<std::size_t>(which)];
}

result<void> configuration::set_flag(setting which, const std::string& text) {
  return set(which, {text, setting_source::flag,
                     fmt::format("--{}", info_of(which).name)});
}

void configuration::drop_all_but_flags() {
  for (const auto& s : all_settings()) {
    auto& v = values_[static_cast<std::size_t>(s.id)];
    if (v.from != setting_source::flag)
      v = {std::string{s.fallback}, setting_source::fallback, {}};
  }
  mistake_.reset();
}

} // namespace tern
