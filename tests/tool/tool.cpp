#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include <sys/wait.h>

extern char** environ;

namespace tern::test {

namespace {

using clock = std::chrono::steady_clock;

const std::string tool_path = std::string{TERN_BINARY_DIR} + "/tern";

// Reads what there is without waiting longer than `ms`; false at the end.
bool read_some(int fd, std::string& into, int ms) {
  pollfd waiting{fd, POLLIN, 0};
  if (::poll(&waiting, 1, ms) <= 0)
    return true;
  char piece[4096];
  const auto n = ::read(fd, piece, sizeof piece);
  if (n > 0)
    into.append(piece, static_cast<std::size_t>(n));
  return n > 0;
}

} // namespace

nlohmann::json outcome::json() const {
  auto end = out.find_last_not_of('\n');
  BOOST_TEST_REQUIRE(end != std::string::npos, "no output; " << err);
  const auto begin = out.rfind('\n', end);
  const auto line =
      out.substr(begin == std::string::npos ? 0 : begin + 1, end - begin);
  return nlohmann::json::parse(line);
}

process::process(const std::vector<std::string>& arguments,
                 const std::string& program) {
  // what the user of this machine has configured is not to be heeded
  ::setenv("TERN_CONFIG", "/dev/null", 0);
  int out[2];
  int err[2];
  BOOST_TEST_REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
  BOOST_TEST_REQUIRE(::pipe2(err, O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
                                     O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  const auto path = program.empty() ? tool_path : program;
  std::vector<char*> argv{const_cast<char*>(path.c_str())};
  for (const auto& a : arguments)
    argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  const int error = ::posix_spawn(&pid_, path.c_str(), &actions, nullptr,
                                  argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  ::close(err[1]);
  out_ = out[0];
  err_ = err[0];
  BOOST_TEST_REQUIRE(error == 0, "cannot start " << path);
}

process::~process() {
  if (!ended_) {
    ::kill(pid_, SIGCONT);
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(out_);
  ::close(err_);
}

std::string process::read_line(std::chrono::seconds limit) {
  const auto end = clock::now() + limit;
  while (seen_.find('\n') == std::string::npos && clock::now() < end)
    if (!read_some(out_, seen_, 100))
      break;
  const auto at = seen_.find('\n');
  if (at == std::string::npos) {
    std::string complaint;
    read_some(err_, complaint, 100);
    BOOST_TEST_REQUIRE(false, "no line: " << complaint);
  }
  auto line = seen_.substr(0, at);
  seen_.erase(0, at + 1);
  return line;
}

void process::signal(int number) const {
  BOOST_TEST_REQUIRE(::kill(pid_, number) == 0);
}

bool process::running() {
  if (!ended_ && ::waitpid(pid_, &status_, WNOHANG) == pid_)
    ended_ = true;
  return !ended_;
}

outcome process::wait(std::chrono::seconds limit) {
  const auto begin = clock::now();
  outcome result;
  result.out = std::move(seen_);
  bool out_open = true;
  bool err_open = true;
  while ((out_open || err_open) && clock::now() - begin < limit) {
    pollfd both[2] = {{out_open ? out_ : -1, POLLIN, 0},
                      {err_open ? err_ : -1, POLLIN, 0}};
    ::poll(both, 2, 200);
    if (both[0].revents != 0)
      out_open = read_some(out_, result.out, 0);
    if (both[1].revents != 0)
      err_open = read_some(err_, result.err, 0);
  }
  while (running() && clock::now() - begin < limit)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  if (running()) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status_, 0);
    ended_ = true;
    BOOST_TEST(false, "a process had to be killed; it said: " << result.err);
  }
  result.status =
      WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  result.seconds = std::chrono::duration<double>(clock::now() - begin).count();
  return result;
}

outcome tern(const std::vector<std::string>& arguments,
             std::chrono::seconds limit) {
  process p{arguments};
  return p.wait(limit);
}

namespace {

std::vector<std::string> node_arguments(std::vector<std::string> more) {
  more.insert(more.begin(), "node");
  return more;
}

} // namespace

test_node::test_node(std::vector<std::string> arguments,
                     const std::string& program)
  : process_(node_arguments(std::move(arguments)), program),
    listening_(nlohmann::json::parse(process_.read_line())) {}

int test_node::port() const {
  return listening_["port"];
}

int test_node::data_port() const {
  return listening_["data_port"];
}

std::string test_node::address() const {
  return listening_["host"].get<std::string>() + ":" + std::to_string(port());
}

nlohmann::json status_of(const test_node& n) {
  return tern({"status", "--join", n.address(), "--json"}).json();
}

std::optional<double> progress_of(const test_node& n) {
  const auto plans = status_of(n)["plans"];
  if (plans.empty())
    return {};
  return plans[0]["tasks_done"].get<double>()
         / plans[0]["tasks_total"].get<double>();
}

void eventually(const std::string& what, const std::function<bool()>& done,
                std::chrono::seconds limit) {
  const auto end = clock::now() + limit;
  while (!done()) {
    if (clock::now() > end)
      BOOST_TEST_REQUIRE(false, "still not: " << what);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

double cpu_seconds(pid_t pid) {
  std::ifstream in{"/proc/" + std::to_string(pid) + "/stat"};
  std::string all((std::istreambuf_iterator<char>(in)), {});
  const auto name_end = all.rfind(')');
  if (name_end == std::string::npos)
    return 0;
  std::istringstream rest{all.substr(name_end + 2)};
  std::string field;
  for (int i = 3; i < 14; ++i)
    rest >> field;
  double user = 0;
  double system = 0;
  rest >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> found;
  const auto list = "/proc/" + std::to_string(parent) + "/task/"
                    + std::to_string(parent) + "/children";
  std::ifstream file{list};
  for (pid_t pid = 0; file >> pid;)
    found.push_back(pid);
  return found;
}

} // namespace tern::test
