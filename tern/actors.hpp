#pragma once

// Actors that move: `#include <tern/actors.hpp>`. docs/actors.md introduces it.

#include "actors/api/actor_system.hpp"
#include "actors/api/topic.hpp"
