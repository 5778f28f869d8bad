// A planted bug: a sender without credit. A press prints sheets for a binder on
// another node, whose handler hangs: it waits for a stapler that nobody brings.
// Soon the binder's window is full, the press may send nothing more, and
// nothing comes out at the other end. docs/bugs.md finds it. Usage:
// example_no_credit, until it is ended by a signal

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

struct sheet {
  static constexpr std::string_view name = "sheet";
  int number = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(number);
  }
};

class binder {
public:
  static constexpr std::string_view name = "binder";
  using messages = tern::messages<sheet>;

  void on(const sheet& s) {
    bound_ = s.number;
    std::this_thread::sleep_for(1h); // the bug: the stapler
  }
  template <class Archive>
  void fields(Archive& a) {
    a(bound_);
  }

private:
  int bound_ = 0;
};

struct print {
  static constexpr std::string_view name = "print";
  int sheets = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(sheets);
  }
};

class press {
public:
  static constexpr std::string_view name = "press";
  using messages = tern::messages<print>;

  press() = default;
  explicit press(tern::ref<binder> to) : to_(to) {}
  void on(const print& p, tern::context& here) {
    for (int i = 0; i < p.sheets; ++i)
      here.send(to_, sheet{++printed_});
  }
  template <class Archive>
  void fields(Archive& a) {
    a(to_, printed_);
  }

private:
  tern::ref<binder> to_;
  int printed_ = 0;
};

int run() {
  tern::actor_system here;
  here.add<press>();
  here.add<binder>();
  const example::node_process other{"/proc/self/exe", {"--node"}, here.self()};
  if (!here.wait_for_members(2, 10s))
    throw std::runtime_error("the other process does not come");
  const auto far = here.spawn<binder>();
  for (const auto& m : here.members())
    if (m.id != here.self().id)
      here.migrate(far, m.id);
  const auto near = here.spawn<press>(far);
  here.send(near, print{2000}); // more than its window has room for
  std::cout << "press: " << to_string(near.id())
            << "\nbinder: " << to_string(far.id())
            << "\nnode: " << here.self().host << ':' << here.self().port
            << std::endl;
  for (;;)
    ::pause();
}

/// Ends with its input, however long its handler goes on.
int be_binder(const std::string& host, const std::string& port) {
  tern::actor_system here;
  here.add<press>();
  here.add<binder>();
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
    if (arguments.size() == 3 && arguments[0] == "--node")
      return be_binder(arguments[1], arguments[2]);
    return run();
  } catch (const std::exception& e) {
    std::cerr << "example_no_credit: " << e.what() << '\n';
    return 1;
  }
}
