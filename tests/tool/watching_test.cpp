// What people watch: `tern top`, `tern graph` and the bars of `tern eval`, the
// latter two on a terminal of the test's own.

#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/wait.h>

using namespace tern::test;

namespace {

const std::string work =
    "x = random.random((7000, 7000), chunks=7000); (x @ x).sum()";

/// `tern ARGUMENTS...` on a terminal of 100 columns.
class on_terminal {
public:
  explicit on_terminal(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), TERN_BINARY_DIR "/tern");
    std::vector<char*> raw;
    for (auto& a : arguments)
      raw.push_back(a.data());
    raw.push_back(nullptr);
    winsize size{};
    size.ws_col = 100;
    size.ws_row = 30;
    pid_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
    BOOST_TEST_REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::execv(raw[0], raw.data());
      ::_exit(127);
    }
  }
  ~on_terminal() {
    if (!ended_) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(terminal_);
  }
  on_terminal(const on_terminal&) = delete;
  on_terminal& operator=(const on_terminal&) = delete;

  /// Reads until `what` has come; fails the test after a while.
  void wait_for(const std::string& what) {
    eventually("the terminal shows " + what, [&] {
      read_some();
      return seen_.find(what) != std::string::npos;
    });
  }
  /// As if the key were pressed.
  void press(char key) const {
    BOOST_TEST_REQUIRE(::write(terminal_, &key, 1) == 1);
  }
  /// Its exit status, once it has ended.
  int wait() {
    int status = 0;
    eventually("the program ends", [&] {
      read_some();
      ended_ = ended_ || ::waitpid(pid_, &status, WNOHANG) == pid_;
      return ended_;
    });
    while (read_some())
      continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  const std::string& seen() const noexcept {
    return seen_;
  }

private:
  bool read_some() {
    pollfd ready{terminal_, POLLIN, 0};
    char some[4096];
    if (::poll(&ready, 1, 20) <= 0)
      return false;
    const auto n = ::read(terminal_, some, sizeof some);
    if (n > 0)
      seen_.append(some, static_cast<std::size_t>(n));
    return n > 0;
  }

  pid_t pid_ = -1;
  int terminal_ = -1;
  bool ended_ = false;
  std::string seen_;
};

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// A folder that goes with the test.
struct folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path()
      / ("tern-watching-" + std::to_string(::getpid()));
  folder() {
    std::filesystem::create_directories(path);
  }
  ~folder() {
    std::filesystem::remove_all(path);
  }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  std::string operator/(const char* name) const {
    return (path / name).string();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(watching)

BOOST_AUTO_TEST_CASE(top_shows_nodes_and_plans_with_rates) {
  three_nodes nodes;
  process run{{"eval", work, "--join", nodes.a.address(), "--json"}};
  nlohmann::json last;
  eventually("a busy thread is shown", [&] {
    const auto r = tern::test::tern({"top", "--once", "--json", "--interval",
                                     "0.2", "--join", nodes.b.address()});
    BOOST_TEST_REQUIRE(r.status == 0, r.err);
    last = r.json();
    int busy = 0;
    for (const auto& n : last["nodes"])
      busy += n["busy"].get<int>();
    return busy > 0 && !last["plans"].empty();
  });
  BOOST_TEST(last["nodes"].size() == 3u);
  BOOST_TEST(last["silent"].empty());
  for (const auto& n : last["nodes"]) {
    BOOST_TEST(n["messages_per_second"].is_number());
    BOOST_TEST(n["tasks_per_second"].is_number());
  }
  const auto& plan = last["plans"][0];
  BOOST_TEST_REQUIRE(!plan["layers"].empty());
  int tasks = 0;
  for (const auto& l : plan["layers"])
    tasks += l["tasks"].get<int>();
  BOOST_TEST(tasks == plan["tasks_total"].get<int>());
  const auto words =
      tern::test::tern({"top", "--once", "--join", nodes.a.address()});
  BOOST_TEST(words.status == 0, words.err);
  BOOST_TEST(words.out.find(nodes.c.address()) != std::string::npos, words.out);
  BOOST_TEST(words.out.find("\x1b") == std::string::npos);
  run.signal(SIGKILL);
}

BOOST_AUTO_TEST_CASE(top_draws_in_place_and_gives_the_terminal_back) {
  const test_node one;
  on_terminal top{{"top", "--interval", "0.2", "--join", one.address()}};
  top.wait_for("\x1b[?1049h\x1b[?25l");
  top.wait_for("\x1b[H");
  top.wait_for(one.address());
  top.press('\x03'); // Ctrl-C
  BOOST_TEST(top.wait() == 0);
  const std::string back = "\x1b[?25h\x1b[?1049l";
  BOOST_TEST_REQUIRE(top.seen().size() > back.size());
  BOOST_TEST(top.seen().find(back) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(top_says_what_is_wrong) {
  const auto none =
      tern::test::tern({"top", "--once", "--join", "127.0.0.1:1"});
  BOOST_TEST(none.status == 1);
  BOOST_TEST(none.err.find("127.0.0.1:1") != std::string::npos, none.err);
  BOOST_TEST(tern::test::tern({"top"}).status == 2);
  for (const std::string wrong : {"0", "nan", "-1", "1e9", "x"})
    BOOST_TEST(
        tern::test::tern({"top", "--interval", wrong, "--join", "127.0.0.1:1"})
                .status
            == 2,
        wrong);
}

BOOST_AUTO_TEST_CASE(eval_has_a_bar_for_each_layer_on_a_terminal) {
  on_terminal run{{"eval", "--scheduler", "threads", "--threads", "1",
                   "x = random.random((6000, 6000), chunks=500); (x @ "
                   "x).sum()"}};
  run.wait_for("dot: ");
  BOOST_TEST(run.seen().find("tasks") != std::string::npos, run.seen());
  run.wait_for("\x1b[J"); // it is drawn anew
  run.press('\x03');
  BOOST_TEST(run.wait() == 1);
}

BOOST_AUTO_TEST_CASE(graph_draws_what_runs_and_what_was_written) {
  const folder here;
  const std::string text =
      "x = random.random((100, 100), chunks=50); ((x + x.T) - 1).sum()";
  const auto after =
      tern::test::tern({"graph", text, "-o", here / "after.svg", "--json"});
  BOOST_TEST_REQUIRE(after.status == 0, after.err);
  const auto before = tern::test::tern(
      {"graph", text, "-o", here / "before.dot", "--before", "--json"});
  BOOST_TEST_REQUIRE(before.status == 0, before.err);
  BOOST_TEST(after.json()["layers"].get<int>()
             < before.json()["layers"].get<int>());
  BOOST_TEST(after.json()["optimised"] == true);
  const auto svg = text_of(here / "after.svg");
  BOOST_TEST(svg.find("<svg") != std::string::npos);
  BOOST_TEST(svg.find("as it runs") != std::string::npos);
  BOOST_TEST(text_of(here / "before.dot").starts_with("digraph plan {"));
  const auto png =
      tern::test::tern({"graph", "--tasks", text, "-o", here / "tasks.png"});
  BOOST_TEST(png.status == 0, png.err);
  BOOST_TEST(text_of(here / "tasks.png").starts_with("\x89PNG"));
}

BOOST_AUTO_TEST_CASE(graph_says_what_is_wrong) {
  const folder here;
  const auto many = tern::test::tern(
      {"graph", "--tasks", "ones(9999, chunks=1)", "-o", here / "x.svg"});
  BOOST_TEST(many.status == 2);
  BOOST_TEST(many.err.find("up to 1000") != std::string::npos, many.err);
  const auto type =
      tern::test::tern({"graph", "ones(3)", "-o", here / "x.gif"});
  BOOST_TEST(type.status == 2);
  BOOST_TEST(type.err.find(".svg") != std::string::npos, type.err);
  BOOST_TEST(tern::test::tern({"graph", "ones(", "-o", here / "x.svg"}).status
             == 2);
  BOOST_TEST(tern::test::tern({"graph", "3", "-o", here / "x.svg"}).status
             == 2);
  BOOST_TEST(
      tern::test::tern({"graph", "ones(3)", "-o", "/no/such/x.svg"}).status
      == 1);
  process without{{"PATH=/nonexistent", TERN_BINARY_DIR "/tern", "graph",
                   "ones(3)", "-o", here / "x.svg"},
                  "/usr/bin/env"};
  const auto r = without.wait();
  BOOST_TEST(r.status == 1);
  BOOST_TEST(r.err.find("graphviz") != std::string::npos, r.err);
  BOOST_TEST(!std::filesystem::exists(here / "x.svg"));
}

BOOST_AUTO_TEST_SUITE_END()
