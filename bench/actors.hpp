#pragma once

#include "bench/report.hpp"

#include <cstdint>
#include <string>

namespace tern::bench {

/// Actors of the typed API in two processes: how many messages a second, how
/// long there and back beside a bare TCP socket, how long a move of many at
/// once, what a sender notices of a move; and what an idle actor weighs.
std::vector<row> run_actors(unsigned repeats);

/// One figure, printed; `kind` as in actors.cpp.
int run_actors_once(const std::string& kind);
/// The other process: until its standard input ends.
int run_actors_peer(const std::string& host, std::uint16_t port);
/// The other end of a bare socket: prints its port, and sends back what comes.
int run_actors_echo();

} // namespace tern::bench
