#pragma once

#include "actors/trace/event.hpp"

#include <vector>

namespace tern::bench {

/// Seconds from each question for work that was answered with tasks at once to
/// the moment when the first of them runs on the node that asked: all on that
/// node's clock. Questions that found nothing, and what came later to a node
/// that had asked to be remembered, do not count.
std::vector<double> probe_to_running(const std::vector<node_trace>& nodes);

} // namespace tern::bench
