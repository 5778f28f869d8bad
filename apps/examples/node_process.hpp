#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <tern/actors.hpp>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <sys/wait.h>

// Processes that lend their room to actors of an example: as many programs as
// an example has, one object for each of them.

namespace example {

/// A program that runs beside this one: until this object goes, which ends its
/// standard input and waits for it.
class node_process {
public:
  /// Runs `program ARGUMENTS... HOST PORT`, to join the node at HOST:PORT.
  node_process(const std::string& program, std::vector<std::string> arguments,
               const tern::member& contact) {
    arguments.insert(arguments.begin(), program);
    arguments.push_back(contact.host);
    arguments.push_back(std::to_string(contact.port));
    std::vector<char*> words;
    for (auto& each : arguments)
      words.push_back(each.data());
    words.push_back(nullptr);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
      throw std::runtime_error("no pipe");
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    const bool started = ::posix_spawn(&pid_, program.c_str(), &actions,
                                       nullptr, words.data(), environ)
                         == 0;
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[0]);
    input_ = ends[1];
    if (!started) {
      ::close(input_);
      throw std::runtime_error("cannot start " + program);
    }
  }
  node_process(node_process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      input_(std::exchange(other.input_, -1)) {}
  node_process& operator=(node_process&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(input_, other.input_);
    return *this;
  }
  ~node_process() {
    end();
  }
  void end() {
    if (pid_ < 0)
      return;
    ::close(input_);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  }

  pid_t pid() const noexcept {
    return pid_;
  }

private:
  pid_t pid_ = -1;
  int input_ = -1;
};

/// What such a program does.
template <class... Actors>
int be_node(const std::string& host, const std::string& port) {
  tern::actor_system here;
  (here.add<Actors>(), ...);
  here.join(host, static_cast<std::uint16_t>(std::stoi(port)));
  char ignored = 0;
  while (::read(STDIN_FILENO, &ignored, 1) > 0)
    continue;
  return 0;
}

} // namespace example
