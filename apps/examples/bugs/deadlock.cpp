// A planted bug: two actors on two processes wait for each other. Each asks the
// other one inside of a handler and stays there until the answer comes; but the
// other one is inside of its own handler, so there is none before the deadline.
// (A handler that uses `context::request` would go on and take the answer in a
// member.) docs/bugs.md finds it.
// Usage: example_deadlock, until it is ended by a signal

#include "apps/examples/node_process.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;

tern::actor_system* system_here = nullptr;

class desk;

struct confirm {
  static constexpr std::string_view name = "confirm";
  template <class Archive>
  void fields(Archive&) {}
};
struct sign {
  static constexpr std::string_view name = "sign";
  tern::ref<desk> other;
  template <class Archive>
  void fields(Archive& a) {
    a(other);
  }
};

class desk {
public:
  static constexpr std::string_view name = "desk";
  using messages = tern::messages<sign, confirm>;

  bool on(const confirm&) const {
    return true;
  }
  void on(const sign& m) {
    std::this_thread::sleep_for(500ms);                   // reads the contract
    system_here->request(m.other, confirm{}, 60s).wait(); // the bug
  }

  template <class Archive>
  void fields(Archive&) {}
};

/// The other process, which ends with this one.
int be_other(const std::string& host, const std::string& port) {
  tern::actor_system here;
  system_here = &here;
  here.add<desk>();
  here.join(host, static_cast<std::uint16_t>(std::stoi(port)));
  char ignored = 0;
  while (::read(STDIN_FILENO, &ignored, 1) > 0)
    continue;
  std::_Exit(0); // its handler waits for an answer that does not come
}

int run() {
  tern::actor_system here;
  system_here = &here;
  here.add<desk>();
  const example::node_process other{"/proc/self/exe", {"--other"}, here.self()};
  if (!here.wait_for_members(2, 10s))
    throw std::runtime_error("the other process does not come");
  tern::node_id there;
  for (const auto& m : here.members())
    if (m.id != here.self().id)
      there = m.id;
  const auto left = here.spawn<desk>();
  const auto right = here.spawn<desk>();
  here.migrate(right, there);
  here.send(left, sign{right});
  here.send(right, sign{left});
  std::cout << "left: " << to_string(left.id())
            << "\nright: " << to_string(right.id())
            << "\nnode: " << here.self().host << ':' << here.self().port
            << std::endl;
  for (;;)
    ::pause();
}

} // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  try {
    if (arguments.size() == 3 && arguments[0] == "--other")
      return be_other(arguments[1], arguments[2]);
    return run();
  } catch (const std::exception& e) {
    std::cerr << "example_deadlock: " << e.what() << '\n';
    return 1;
  }
}
