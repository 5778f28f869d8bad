#include "dataflow/runtime/local_nodes.hpp"

#include "dataflow/runtime/node_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include <sys/wait.h>

extern char** environ;

namespace tern {

namespace {

constexpr auto start_limit = std::chrono::seconds(10);
constexpr auto stop_limit = std::chrono::milliseconds(700);

} // namespace

std::string this_executable() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

local_nodes::~local_nodes() {
  for (auto& p : processes_) {
    ::close(p.keep_alive);
    ::kill(p.pid, SIGTERM);
    ::kill(p.pid, SIGCONT);
  }
  const auto limit = std::chrono::steady_clock::now() + stop_limit;
  for (auto& p : processes_) {
    while (::waitpid(p.pid, nullptr, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > limit)
        ::kill(p.pid, SIGKILL);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
}

namespace {

std::vector<std::string> arguments_of(const local_nodes::options& how,
                                      const std::string& join) {
  std::vector<std::string> list{"tern",         "node",
                                "--listen",     "127.0.0.1:0",
                                "--threads",    std::to_string(how.threads),
                                "--watch-stdin"};
  const auto add = [&](const char* option, std::string value) {
    list.emplace_back(option);
    list.push_back(std::move(value));
  };
  if (how.memory > 0)
    add("--memory", std::to_string(how.memory));
  if (!how.spill_directory.empty())
    add("--spill-dir", how.spill_directory);
  for (const auto& file : how.libraries)
    add("--load", file);
  if (!how.resources.empty())
    add("--resources", how.resources);
  if (!join.empty())
    add("--join", join);
  return list;
}

} // namespace

result<void> local_nodes::start(const options& how) {
  std::vector<int> outputs;
  // the first alone: it is whom the others join
  for (unsigned i = 0; i < how.count; ++i) {
    const auto join =
        i == 0 ? std::string{}
               : fmt::format("{}:{}", processes_[0].host, processes_[0].port);
    auto out = spawn(how.executable, arguments_of(how, join));
    if (!out)
      return tl::make_unexpected(out.error());
    outputs.push_back(*out);
    if (i == 0)
      if (auto read = read_address(processes_[0], outputs[0]); !read)
        return read;
  }
  for (unsigned i = 1; i < how.count; ++i)
    if (auto read = read_address(processes_[i], outputs[i]); !read)
      return read;
  return {};
}

// Starts one process; gives the read end of its standard output.
result<int> local_nodes::spawn(const std::string& executable,
                               const std::vector<std::string>& arguments) {
  int in[2];
  int out[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0)
    return fail(failure_kind::io,
                fmt::format("pipe: {}", std::strerror(errno)));
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::vector<char*> argv;
  for (const auto& a : arguments)
    argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  const auto marked = std::string{node_process_variable} + "=1";
  std::vector<char*> environment{const_cast<char*>(marked.c_str())};
  for (char** each = environ; *each; ++each)
    environment.push_back(*each);
  environment.push_back(nullptr);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, executable.c_str(), &actions, nullptr,
                                  argv.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  if (error != 0) {
    ::close(in[1]);
    ::close(out[0]);
    return fail(failure_kind::io, fmt::format("cannot start {}: {}", executable,
                                              std::strerror(error)));
  }
  processes_.push_back({pid, in[1], {}, 0});
  return out[0];
}

// The first line a node prints says where it listens.
result<void> local_nodes::read_address(process& p, int out) {
  const auto limit = std::chrono::steady_clock::now() + start_limit;
  std::string line;
  char c = 0;
  while (c != '\n') {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        limit - std::chrono::steady_clock::now());
    pollfd waiting{out, POLLIN, 0};
    if (left.count() <= 0
        || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0
        || ::read(out, &c, 1) != 1)
      break;
    line += c;
  }
  ::close(out);
  const auto said = nlohmann::json::parse(line, nullptr, false);
  if (c == '\n' && said.is_object() && said.contains("why"))
    return fail(failure_kind::refused, said.value("why", ""));
  if (c != '\n' || said.is_discarded() || !said.contains("port"))
    return fail(failure_kind::io,
                fmt::format("node process {} did not start", p.pid));
  p.host = said.value("host", "127.0.0.1");
  p.port = said.value("port", std::uint16_t{0});
  return {};
}

} // namespace tern
