// A bank on several processes whose accounts move all the time. At the end a
// checker reads all statements: no money was made or lost, and each transfer
// that was acknowledged happened once on either side.
// Usage: example_bank [PROCESSES ACCOUNTS TRANSFERS]

#include "apps/examples/bank/actors.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include <sys/wait.h>

namespace {

using namespace bank;

constexpr std::int64_t opening_balance = 1000;

void add_types(tern::actor_system& s) {
  s.add<account>();
  s.add<teller>();
}

/// A process that lends its room to actors until its standard input ends.
int be_branch(const std::string& host, const std::string& port) {
  tern::actor_system here;
  add_types(here);
  here.join(host, static_cast<std::uint16_t>(std::stoi(port)));
  char ignored = 0;
  while (::read(STDIN_FILENO, &ignored, 1) > 0)
    continue;
  return 0;
}

/// Processes that end with this object.
class branches {
public:
  branches(const char* program, int count, const tern::member& first) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
      throw std::runtime_error("no pipe");
    alive_ = ends[1];
    const auto port = std::to_string(first.port);
    for (int i = 0; i < count; ++i) {
      const auto pid = ::fork();
      if (pid == 0) {
        ::dup2(ends[0], STDIN_FILENO);
        ::execl(program, program, "--branch", first.host.c_str(), port.c_str(),
                nullptr);
        ::_exit(127);
      }
      pids_.push_back(pid);
    }
    ::close(ends[0]);
  }
  ~branches() {
    ::close(alive_);
    for (const auto pid : pids_)
      ::waitpid(pid, nullptr, 0);
  }

private:
  int alive_ = -1;
  std::vector<pid_t> pids_;
};

/// How often each transfer is in the lists.
std::map<std::uint64_t, int>
count(const std::vector<statement>& all,
      std::vector<std::uint64_t> statement::*list) {
  std::map<std::uint64_t, int> n;
  for (const auto& s : all)
    for (const auto t : s.*list)
      ++n[t];
  return n;
}

bool check(const std::vector<statement>& all, const book& b) {
  std::int64_t money = 0;
  for (const auto& s : all)
    money += s.balance;
  const auto taken = count(all, &statement::taken);
  const auto given = count(all, &statement::given);
  const auto once = [](const auto& n) {
    return std::all_of(n.begin(), n.end(),
                       [](const auto& each) { return each.second == 1; });
  };
  const auto both = std::all_of(b.done.begin(), b.done.end(), [&](auto t) {
    return taken.contains(t) && given.contains(t);
  });
  return money == opening_balance * static_cast<std::int64_t>(all.size())
         && once(taken) && once(given) && both && taken.size() == b.done.size()
         && given.size() == b.done.size();
}

int run(const char* program, int processes, int accounts, int transfers) {
  tern::actor_system here;
  add_types(here);
  const branches others(program, processes - 1, here.self());
  while (here.members().size() < static_cast<std::size_t>(processes))
    ::usleep(10'000);
  wander route{{}, 5};
  for (const auto& m : here.members())
    route.nodes.push_back(m.id.value);
  std::vector<tern::ref<account>> all;
  for (int i = 0; i < accounts; ++i) {
    all.push_back(here.spawn<account>(opening_balance));
    here.send(all.back(), route);
  }
  const auto clerk = here.spawn<teller>();
  std::mt19937 random(1);
  const auto anyone = [&] {
    return all[random() % all.size()];
  };
  for (int i = 0; i < transfers; ++i)
    here.send(clerk, transfer{static_cast<std::uint64_t>(i), anyone(), anyone(),
                              1 + static_cast<std::int64_t>(random() % 100)});
  auto b = here.request(clerk, show_book{}).get();
  while (b.size() < static_cast<std::uint64_t>(transfers)) {
    ::usleep(20'000);
    b = here.request(clerk, show_book{}).get();
  }
  std::vector<statement> statements;
  std::uint64_t moves = 0;
  for (const auto& a : all) {
    statements.push_back(here.request(a, show{}).get());
    moves += statements.back().moves;
  }
  const bool ok = check(statements, b);
  std::cout << "transfers done or refused: " << b.done.size() + b.refused.size()
            << " of " << transfers << "\nmoves: "
            << (moves > 100 ? "more than 100" : std::to_string(moves))
            << "\nno money made or lost, each transfer once: "
            << (ok ? "yes" : "NO") << '\n';
  return ok ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 3 && arguments[0] == "--branch")
    return be_branch(arguments[1], arguments[2]);
  if (!arguments.empty() && arguments.size() != 3) {
    std::cerr << "usage: example_bank [PROCESSES ACCOUNTS TRANSFERS]\n";
    return 2;
  }
  const auto number = [&](std::size_t i, int otherwise) {
    return arguments.empty() ? otherwise : std::stoi(arguments[i]);
  };
  try {
    return run("/proc/self/exe", number(0, 3), number(1, 20),
               number(2, 200000));
  } catch (const std::exception& e) {
    std::cerr << "example_bank: " << e.what() << '\n';
    return 1;
  }
}
