#pragma once

#include "bench/report.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tern::bench {

/// A live actor moves to and fro between two processes while two senders on
/// each send to it, with 1 kB and with 1 MB of state: how long it is frozen,
/// from its last handler at the source to where its next may run at the target,
/// by the one monotonic clock of the machine. At the end every message must
/// have been handled once, in the order of its sender.
std::vector<row> run_migrate(std::size_t moves, unsigned repeats);

/// One measured run: this process and a child. Prints JSON.
int run_migrate_once(std::size_t bytes, std::size_t moves);

/// The child: joins, serves until its standard input ends, then prints when
/// which attempt froze or ran there.
int run_migrate_peer(const std::string& host, std::uint16_t port);

} // namespace tern::bench
