#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tern::bench {

struct contract_options {
  unsigned processes = 4;
  unsigned actors = 200;
  std::uint64_t messages = 10'000'000; ///< of those that live to the end
  std::uint64_t moves = 10'000;        ///< at least so many
  bool kill = false;                   ///< SIGKILL processes, start others
  bool pause = false;                  ///< stop them for 5 s instead
  bool cut = false;                    ///< cut ways between them for 5 s
  unsigned kills = 20;                 ///< so many, if any
  bool json = false;
};

/// Actors on several node processes send each other numbered messages while all
/// of them are moved about and, if asked for, processes are killed; then the
/// ledger of all is read. Prints what came of it; 0 if the contract was kept,
/// `not_possible` if this machine does not let it cut links.
inline constexpr int not_possible = 77;
int run_contract(const contract_options& o);

/// One of the processes, which listens `at` an address and joins one of the
/// contacts (HOST:PORT), whichever can be reached: until its standard input
/// ends.
int run_contract_node(const std::string& ledger, const std::string& at,
                      const std::vector<std::string>& contacts);

} // namespace tern::bench
