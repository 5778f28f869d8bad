#pragma once

#include "actors/trace/indexed_trace.hpp"

#include <cstdint>
#include <string>
#include <vector>

// What a story needs of a long trace: an excerpt, of which `actors_called` and
// `story_of` (story.hpp) say the same as of the whole.

namespace tern {

/// `actor_key` of all actors that `text` may mean.
std::vector<std::uint64_t> keys_called(const std::string& text);

/// All events of the actors that `text` may mean. Fails with `io` or
/// `malformed`.
result<trace_content> events_of_called(const indexed_trace& trace,
                                       const std::string& text);

/// All events of `actor`, whose own are in `own`, and the other ends of its
/// messages. Fails with `io` or `malformed`.
result<trace_content> events_around(const indexed_trace& trace,
                                    const actor_id& actor,
                                    const trace_content& own);

} // namespace tern
