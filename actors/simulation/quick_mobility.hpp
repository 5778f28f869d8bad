#pragma once

#include "actors/mobility.hpp"

namespace tern::simulation {

/// Of the order of the network's delays, with small windows: room runs out,
/// answers are late and time-outs wrong more often than in earnest.
inline mobility_options quick_mobility() {
  mobility_options o;
  o.batch = 3;
  o.channel.window = 8;
  o.channel.burst = 4;
  o.channel.ack_every = 4;
  o.channel.resend = std::chrono::milliseconds(3);
  o.channel.resend_limit = std::chrono::milliseconds(50);
  o.migration.prepare_again = std::chrono::milliseconds(2);
  o.migration.prepare_tries = 3;
  o.migration.state_timeout = std::chrono::milliseconds(4);
  o.migration.abort_again = std::chrono::milliseconds(1);
  o.migration.abort_limit = std::chrono::milliseconds(20);
  o.migration.abort_tries = 4;
  o.migration.arrival_timeout = std::chrono::milliseconds(15);
  o.ask_again = std::chrono::milliseconds(4);
  o.ask_limit = std::chrono::milliseconds(50);
  return o;
}

} // namespace tern::simulation
