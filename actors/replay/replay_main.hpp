#pragma once

#include "actors/replay/actor_types.hpp"

namespace tern {

/// What a program does that replays its own actors: `TRACE ACTOR [--until N]
/// [--list] [--gdb] [--json] [--also TRACE]...`, behind a word that `arguments`
/// begin with. Gives the exit status of the process.
int replay_main(int count, char** arguments, const actor_types& known);

/// The same for these classes:
///
///     if (argc > 1 && std::string_view{argv[1]} == "replay")
///       return tern::replay_main<account, teller>(argc - 1, argv + 1);
template <class... Actors>
int replay_main(int count, char** arguments) {
  actor_types known;
  (known.add<Actors>(), ...);
  return replay_main(count, arguments, known);
}

} // namespace tern
