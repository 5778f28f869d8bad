#pragma once

#include "serialization/failure.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace tern {

/// Node processes of this host that belong to a session: started by it, joined
/// with each other, and ended with it. A node notices the end of its session,
/// however it came, by the end of file on its standard input.
class local_nodes {
public:
  struct process {
    pid_t pid = -1;
    int keep_alive = -1; ///< write end of its standard input
    std::string host;
    std::uint16_t port = 0;
  };

  local_nodes() = default;
  local_nodes(const local_nodes&) = delete;
  local_nodes& operator=(const local_nodes&) = delete;
  /// SIGTERM, and SIGKILL after 2 seconds.
  ~local_nodes();

  /// What all of them are told.
  struct options {
    std::string executable; ///< a `tern`
    unsigned count = 1;
    unsigned threads = 1;                 ///< for computing, each
    std::uint64_t memory = 0;             ///< bytes, each; 0: no limit
    std::string spill_directory{};        ///< as in session_options
    std::vector<std::string> libraries{}; ///< the same
    std::string resources{};              ///< the same, as text
  };
  result<void> start(const options& how);

  const std::vector<process>& all() const noexcept {
    return processes_;
  }

private:
  result<int> spawn(const std::string& executable,
                    const std::vector<std::string>& arguments);
  result<void> read_address(process& p, int out);

  std::vector<process> processes_;
};

/// The path of the running program.
std::string this_executable();

} // namespace tern
