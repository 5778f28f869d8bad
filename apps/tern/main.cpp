// tern: block arrays and task graphs on migrating actors, from the shell.

#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/flight_command.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/record_command.hpp"
#include "apps/tern/commands/report_command.hpp"
#include "apps/tern/configuration/configuration.hpp"
#include "serialization/version.hpp"

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN); // a write that is refused says so
  CLI::App tool{"Block arrays and task graphs on migrating actors."};
  tool.name("tern");
  tool.set_version_flag("--version",
                        std::string{"tern "} + tern::library_version);
  tool.require_subcommand(1);
  tool.footer(R"(Examples:
  tern eval 'x = random.random((4000, 4000)); (x + x.T).sum()'
  tern eval --scheduler processes --nodes 3 'ones((100, 100), chunks=10).sum()'
  tern node --listen 127.0.0.1:7000
  tern status --join 127.0.0.1:7000)");
  auto settings = tern::configuration::read(
      [](const char* name) { return std::getenv(name); });
  tern::add_attach(tool, settings);
  tern::add_config(tool, settings);
  tern::add_critical(tool);
  tern::add_diff(tool);
  tern::add_eval(tool, settings);
  tern::add_graph(tool, settings);
  tern::add_node(tool, settings);
  tern::add_provenance(tool);
  tern::add_replay(tool);
  tern::add_report(tool);
  tern::add_status(tool, settings);
  tern::add_sim(tool);
  tern::add_story(tool);
  tern::add_trace(tool);
  auto& trace = *tool.get_subcommand("trace");
  tern::add_flight(trace, settings);
  tern::add_record(trace, settings);
  tern::add_recover(trace);
  tern::add_top(tool, settings);
  tern::add_move(tool, settings);
  tern::add_where(tool, settings);
  tern::add_why(tool, settings);
  const std::string word = argc > 1 ? argv[1] : "-";
  const auto known = tool.get_subcommands(
      [&](CLI::App* command) { return command->get_name() == word; });
  if (word.front() != '-' && known.empty()) {
    std::cerr << "tern: there is no command '" << word
              << "'; tern --help lists them\n";
    return tern::exit_usage;
  }
  try {
    tool.parse(argc, argv);
  } catch (const CLI::RuntimeError& done) {
    return done.get_exit_code();
  } catch (const CLI::ParseError& e) {
    const bool asked = e.get_exit_code() == 0; // --help, --version
    tool.exit(e);
    return asked ? tern::exit_well : tern::exit_usage;
  } catch (const std::exception& e) {
    std::cerr << "tern: " << e.what() << '\n';
    return tern::exit_failed;
  }
  return tern::exit_well;
}
