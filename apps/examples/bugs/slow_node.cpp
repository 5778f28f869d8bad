// A planted bug: one node of three is slow. A foreman gives each worker, one on
// each node, a piece of work, and waits for all of them before it goes on to
// the next round; on one node a piece takes a thousand times as long.
// docs/bugs.md finds it. Usage: example_slow_node, until it is ended by a
// signal

#include "apps/examples/node_process.hpp"

#include <tern/actors.hpp>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;

/// What a piece takes in this process.
std::chrono::milliseconds effort = 20ms;

struct piece {
  static constexpr std::string_view name = "piece";
  template <class Archive>
  void fields(Archive&) {}
};

class worker {
public:
  static constexpr std::string_view name = "worker";
  using messages = tern::messages<piece>;

  int on(const piece&) {
    std::this_thread::sleep_for(effort); // the bug, where that is long
    return ++done_;
  }
  template <class Archive>
  void fields(Archive& a) {
    a(done_);
  }

private:
  int done_ = 0;
};

struct next_round {
  static constexpr std::string_view name = "next_round";
  template <class Archive>
  void fields(Archive&) {}
};

class foreman {
public:
  static constexpr std::string_view name = "foreman";
  using messages = tern::messages<next_round>;

  foreman() = default;
  explicit foreman(std::vector<tern::ref<worker>> workers)
    : workers_(std::move(workers)) {}

  void on(const next_round&, tern::context& here) {
    awaited_ = workers_.size();
    for (const auto& w : workers_)
      here.request(w, piece{}, 1h).then<&foreman::done>();
  }
  void done(const tern::result<int>&, tern::context& here) {
    if (--awaited_ == 0)
      here.send(here.self<foreman>(), next_round{});
  }
  using continuations = tern::continuations<&foreman::done>;

  template <class Archive>
  void fields(Archive& a) {
    a(workers_, awaited_);
  }

private:
  std::vector<tern::ref<worker>> workers_;
  std::uint64_t awaited_ = 0;
};

int run() {
  const std::string self = "/proc/self/exe";
  tern::actor_system here;
  here.add<worker>();
  here.add<foreman>();
  const example::node_process quick{self, {"--node", "20"}, here.self()};
  const example::node_process slow{self, {"--node", "2000"}, here.self()};
  if (!here.wait_for_members(3, 10s))
    throw std::runtime_error("the other processes do not come");
  std::vector<tern::ref<worker>> workers;
  for (const auto& m : here.members()) {
    workers.push_back(here.spawn<worker>());
    here.migrate(workers.back(), m.id);
    if (m.pid == slow.pid())
      std::cout << "slow: " << m.host << ':' << m.port << '\n';
  }
  const auto boss = here.spawn<foreman>(workers);
  here.send(boss, next_round{});
  std::cout << "foreman: " << to_string(boss.id())
            << "\nnode: " << here.self().host << ':' << here.self().port
            << std::endl;
  for (;;)
    ::pause();
}

/// Ends with its input, however long its handler goes on.
int be_slow_or_quick(const std::string& host, const std::string& port) {
  tern::actor_system here;
  here.add<worker>();
  here.add<foreman>();
  here.join(host, static_cast<std::uint16_t>(std::stoi(port)));
  char ignored = 0;
  while (::read(STDIN_FILENO, &ignored, 1) > 0)
    continue;
  std::_Exit(0);
}

} // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  try {
    if (arguments.size() == 4 && arguments[0] == "--node") {
      effort = std::chrono::milliseconds(std::stoi(arguments[1]));
      return be_slow_or_quick(arguments[2], arguments[3]);
    }
    return run();
  } catch (const std::exception& e) {
    std::cerr << "example_slow_node: " << e.what() << '\n';
    return 1;
  }
}
