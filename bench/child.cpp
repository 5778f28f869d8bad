#include "bench/child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <utility>

#include <sys/resource.h>
#include <sys/wait.h>

extern char** environ;

namespace tern::bench {

namespace {

double now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

} // namespace

child_process::child_process(const std::string& program,
                             const std::vector<std::string>& arguments,
                             child_errors errors) {
  int in[2];
  int out[2];
  if (program.empty() || ::pipe2(in, O_CLOEXEC) != 0)
    return;
  if (::pipe2(out, O_CLOEXEC) != 0) {
    ::close(in[0]);
    ::close(in[1]);
    return;
  }
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const auto& a : arguments)
    argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  if (errors == child_errors::output)
    ::posix_spawn_file_actions_adddup2(&actions, out[1], STDERR_FILENO);
  begin_ = now();
  if (::posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv.data(),
                    environ)
      != 0)
    pid_ = -1;
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  to_ = in[1];
  from_ = out[0];
}

child_process::~child_process() {
  finish();
}

bool child_process::read_some() {
  char piece[4096];
  const auto n = from_ < 0 ? 0 : ::read(from_, piece, sizeof piece);
  if (n <= 0)
    return false;
  text_.append(piece, static_cast<std::size_t>(n));
  return true;
}

std::optional<std::string> child_process::line() {
  auto end = text_.find('\n');
  while (end == std::string::npos) {
    if (!read_some())
      return std::nullopt;
    end = text_.find('\n');
  }
  auto found = text_.substr(0, end);
  text_.erase(0, end + 1);
  return found;
}

void child_process::terminate() const noexcept {
  if (pid_ > 0)
    ::kill(pid_, SIGTERM);
}

child_end child_process::finish() {
  child_end end;
  if (to_ < 0)
    return end;
  ::close(std::exchange(to_, -1));
  while (read_some())
    continue;
  ::close(std::exchange(from_, -1));
  end.output = std::exchange(text_, {});
  rusage used{};
  if (pid_ > 0 && ::wait4(pid_, &end.status, 0, &used) == pid_)
    end.peak_bytes = static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
  pid_ = -1;
  end.seconds = now() - begin_;
  return end;
}

std::string output_of(const std::string& program,
                      const std::vector<std::string>& arguments) {
  auto end = child_process(program, arguments).finish();
  return end.status == 0 ? std::move(end.output) : std::string{};
}

std::string own_path() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

std::string program_beside(const std::string& name) {
  const auto path = std::filesystem::path(own_path()).parent_path() / name;
  return std::filesystem::exists(path) ? path.string() : std::string{};
}

} // namespace tern::bench
