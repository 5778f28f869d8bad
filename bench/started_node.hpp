#pragma once

#include "bench/child.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tern::bench {

/// A node of a cluster in a process of its own, with one compute thread, until
/// this goes. When the constructor returns all members know it.
class started_node {
public:
  /// `program`: `tern` or this one, whose nodes know the functions of
  /// functions.hpp. `join`: HOST:PORT of a member; empty: it is the first.
  explicit started_node(const std::string& program,
                        const std::string& join = {});
  ~started_node();
  started_node(const started_node&) = delete;
  started_node& operator=(const started_node&) = delete;

  bool listens() const noexcept {
    return port_ != 0;
  }
  int pid() const noexcept {
    return process_.pid();
  }
  const std::string& host() const noexcept {
    return host_;
  }
  std::uint16_t port() const noexcept {
    return port_;
  }
  std::string address() const;

private:
  child_process process_;
  std::string host_;
  std::uint16_t port_ = 0; ///< 0: it did not start
};

} // namespace tern::bench
