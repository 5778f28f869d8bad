#pragma once

// To run the recorded handlers of an actor again, in its own program or in a
// library of actors for `tern replay --load`: `#include <tern/replay.hpp>`.
// docs/debugging.md introduces it.

#include "actors/replay/actor_library.hpp"
#include "actors/replay/replay_main.hpp"
