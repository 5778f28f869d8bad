#pragma once

// A cluster in one thread, under one seed, for actors of one's own:
// `#include <tern/simulation.hpp>`. docs/simulation.md introduces it.

#include "actors/simulation/try_seeds.hpp"
