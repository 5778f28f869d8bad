#include "bench/child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <filesystem>

#include <sys/wait.h>

extern char** environ;

namespace tern::bench {

std::string output_of(const std::string& program,
                      const std::vector<std::string>& arguments) {
  int out[2];
  if (program.empty() || ::pipe2(out, O_CLOEXEC) != 0)
    return {};
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const auto& a : arguments)
    argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, program.c_str(), &actions, nullptr,
                                  argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  std::string text;
  char piece[4096];
  for (ssize_t n; error == 0 && (n = ::read(out[0], piece, sizeof piece)) > 0;)
    text.append(piece, static_cast<std::size_t>(n));
  ::close(out[0]);
  int status = 0;
  if (error != 0 || ::waitpid(pid, &status, 0) != pid || status != 0)
    return {};
  return text;
}

std::string own_path() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

std::string rival_path(const std::string& name) {
  const auto path = std::filesystem::path(own_path()).parent_path() / name;
  return std::filesystem::exists(path) ? path.string() : std::string{};
}

} // namespace tern::bench
