#pragma once

#include "actors/actor_id.hpp"
#include "apps/tern/commands/options.hpp"

#include <optional>
#include <string>

namespace tern {

/// An actor of a user's class, or a service, as people write it
/// (`actor/NODE/COUNTER`); none: the text means something else.
std::optional<actor_id> parse_user_actor(const std::string& text);

/// `tern why ACTOR`: asks the cluster of `where` what it waits for, and prints
/// the chain down to the reason. Gives the exit status.
int answer_why_actor(const address& where, const actor_id& actor, bool json);

/// `tern where ACTOR`, the same of its place.
int answer_where_actor(const address& where, const actor_id& actor, bool json);

} // namespace tern
