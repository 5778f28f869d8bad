#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

// Runs the built `tern` as a user would.

namespace tern::test {

struct outcome {
  int status = -1; ///< exit status, or 128 + signal
  std::string out;
  std::string err;
  double seconds = 0;

  /// The last line of standard output as JSON.
  nlohmann::json json() const;
};

/// A running program with its standard output and error in pipes. Killed, if
/// it still runs, at the end of its life.
class process {
public:
  explicit process(const std::vector<std::string>& arguments,
                   const std::string& program = {});
  ~process();
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  pid_t pid() const noexcept {
    return pid_;
  }
  /// Reads until a whole line has come; fails the test after the deadline.
  std::string read_line(std::chrono::seconds limit = std::chrono::seconds(20));
  void signal(int number) const;
  bool running();
  /// Waits for the end; a process that outlives the deadline is killed and the
  /// test fails.
  outcome wait(std::chrono::seconds limit = std::chrono::seconds(60));

private:
  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string seen_;
  int status_ = -1;
  bool ended_ = false;
};

/// `tern ARGUMENTS...` from beginning to end.
outcome tern(const std::vector<std::string>& arguments,
             std::chrono::seconds limit = std::chrono::seconds(60));

/// A `tern node`, listening.
class test_node {
public:
  explicit test_node(std::vector<std::string> arguments = {},
                     const std::string& program = {});
  std::string address() const; ///< HOST:PORT
  int port() const;
  int data_port() const;
  /// What it said of itself.
  const nlohmann::json& listening() const noexcept {
    return listening_;
  }
  process& self() noexcept {
    return process_;
  }

private:
  process process_;
  nlohmann::json listening_;
};

/// Three nodes that know each other, of one thread each.
struct three_nodes {
  test_node a{{"--threads", "1"}};
  test_node b{{"--join", a.address(), "--threads", "1"}};
  test_node c{{"--join", a.address(), "--threads", "1"}};
};

/// What `tern status` says of a node's cluster.
nlohmann::json status_of(const test_node& n);
/// How much of the first running plan of a node's cluster is done, 0 to 1;
/// nothing while none runs.
std::optional<double> progress_of(const test_node& n);

/// Asks `done` again and again until it is true; fails the test after `limit`.
void eventually(const std::string& what, const std::function<bool()>& done,
                std::chrono::seconds limit = std::chrono::seconds(20));

/// Time that a process has computed; 0 if there is none.
double cpu_seconds(pid_t pid);

/// Pids of the children of a process.
std::vector<pid_t> children_of(pid_t parent);

} // namespace tern::test
