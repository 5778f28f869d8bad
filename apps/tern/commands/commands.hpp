#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

// Each command adds itself to the tool's command line; its callback throws
// `CLI::RuntimeError` with the exit status when it is done. Those that heed
// settings put their flags into `settings`.

namespace tern {

class configuration;

void add_attach(CLI::App& tool, configuration& settings);
void add_config(CLI::App& tool, configuration& settings);
void add_critical(CLI::App& tool);
void add_diff(CLI::App& tool);
void add_eval(CLI::App& tool, configuration& settings);
void add_graph(CLI::App& tool, configuration& settings);
void add_node(CLI::App& tool, configuration& settings);
void add_provenance(CLI::App& tool);
void add_replay(CLI::App& tool);
void add_status(CLI::App& tool, configuration& settings);
void add_sim(CLI::App& tool);
void add_story(CLI::App& tool);
void add_trace(CLI::App& tool);
void add_top(CLI::App& tool, configuration& settings);
void add_move(CLI::App& tool, configuration& settings);
void add_where(CLI::App& tool, configuration& settings);
void add_why(CLI::App& tool, configuration& settings);

} // namespace tern
