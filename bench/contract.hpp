#pragma once

#include <cstdint>
#include <string>

namespace tern::bench {

struct contract_options {
  unsigned processes = 4;
  unsigned actors = 200;
  std::uint64_t messages = 10'000'000; ///< numbered, over all actors
  std::uint64_t moves = 10'000;        ///< at least so many
  bool json = false;
};

/// Actors on several node processes send each other numbered messages while all
/// of them are moved about; then everyone's books are read. Prints what came of
/// it; 0 if the contract was kept.
int run_contract(const contract_options& o);

/// One of the other processes: until its standard input ends.
int run_contract_node(const std::string& host, std::uint16_t port);

} // namespace tern::bench
