#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/setting_flag.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

void print_json(const configuration& c) {
  json settings;
  for (const auto& s : all_settings()) {
    const auto& v = c[s.id];
    settings[std::string{s.name}] = {
        {"value", v.text},
        {"from", std::string{name_of(v.from)}},
        {"where", v.where.empty() ? json{} : json(v.where)}};
  }
  json line;
  line["file"] = c.file().empty() ? json{} : json(c.file().string());
  line["settings"] = std::move(settings);
  std::cout << line.dump(-1, ' ', false, json::error_handler_t::replace)
            << '\n';
}

void print_table(const configuration& c) {
  std::cout << fmt::format("{:10} {:20} {}\n", "setting", "value", "from");
  for (const auto& s : all_settings()) {
    const auto& v = c[s.id];
    std::cout << fmt::format(
        "{:10} {:20} {}\n", s.name, v.text.empty() ? "-" : v.text,
        v.where.empty() ? name_of(v.from) : std::string_view{v.where});
  }
}

int run_config(const configuration& c, bool as_json) {
  if (const auto status = complain_of(c, "config"); status != exit_well)
    return status;
  if (as_json)
    print_json(c);
  else
    print_table(c);
  return exit_well;
}

} // namespace

void add_config(CLI::App& tool, configuration& settings) {
  auto as_json = std::make_shared<bool>(false);
  auto* c = tool.add_subcommand(
      "config", "Show the settings in force, and where each comes from.");
  for (const auto& s : all_settings())
    add_flag_of(s.id, *c, settings);
  c->add_flag("--json", *as_json, "one JSON object on standard output");
  c->footer(
      R"(Flags override variables TERN_SCHEDULER, TERN_THREADS, ..., which override the
file $TERN_CONFIG or ~/.config/tern/config.toml, which overrides the defaults.
Examples:
  tern config
  TERN_THREADS=2 tern config --memory 4GB)");
  c->callback([as_json, &settings] {
    throw CLI::RuntimeError(run_config(settings, *as_json));
  });
}

} // namespace tern
