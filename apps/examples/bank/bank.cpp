// A bank on several processes whose accounts move all the time. At the end a
// checker reads all statements: no money was made or lost, and each transfer
// that was acknowledged happened once on either side. With a TRACE all that the
// actors do goes into that file, and `replay` has one do it again.
// Usage: example_bank [PROCESSES ACCOUNTS TRANSFERS [TRACE]]
//        example_bank replay TRACE ACTOR

#include "apps/examples/bank/actors.hpp"
#include "apps/examples/node_process.hpp"

#include <tern/replay.hpp>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace {

using namespace bank;

constexpr std::int64_t opening_balance = 1000;

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

/// All statements, once no account is on its way any more.
std::vector<statement>
statements_of(tern::actor_system& here,
              const std::vector<tern::ref<account>>& all) {
  const auto look = [&] {
    std::vector<statement> now;
    for (const auto& a : all)
      now.push_back(here.request(a, show{}).get());
    return now;
  };
  const auto moved = [](const std::vector<statement>& now) {
    std::uint64_t moves = 0;
    for (const auto& s : now)
      moves += s.moves;
    return moves;
  };
  auto now = look();
  for (auto before = ~std::uint64_t{0}; moved(now) != before; now = look()) {
    before = moved(now);
    ::usleep(100'000);
  }
  return now;
}

int run(const std::string& program, int processes, int accounts, int transfers,
        const std::string& trace) {
  tern::actor_system::options options;
  options.trace_file = trace;
  options.traced = tern::trace_level::payloads;
  tern::actor_system here{options};
  here.add<account>();
  here.add<teller>();
  std::vector<example::node_process> branches;
  for (int i = 1; i < processes; ++i)
    branches.emplace_back(program, std::vector<std::string>{"--branch"},
                          here.self());
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
  const auto statements = statements_of(here, all);
  std::uint64_t moves = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& s = statements[i];
    moves += s.moves;
    if (!trace.empty())
      std::cout << "account: " << to_string(all[i].id()) << ' ' << s.balance
                << ' ' << s.moves << '\n';
  }
  if (!trace.empty())
    here.write_trace(); // while the branches are there
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
    return example::be_node<account, teller>(arguments[1], arguments[2]);
  if (!arguments.empty() && arguments[0] == "replay")
    return tern::replay_main<account, teller>(argc - 1, argv + 1);
  if (!arguments.empty() && arguments.size() != 3 && arguments.size() != 4) {
    std::cerr << "usage: example_bank [PROCESSES ACCOUNTS TRANSFERS [TRACE]]\n"
                 "       example_bank replay TRACE ACTOR\n";
    return 2;
  }
  const auto number = [&](std::size_t i, int otherwise) {
    return arguments.empty() ? otherwise : std::stoi(arguments[i]);
  };
  try {
    return run("/proc/self/exe", number(0, 3), number(1, 20), number(2, 200000),
               arguments.size() == 4 ? arguments[3] : "");
  } catch (const std::exception& e) {
    std::cerr << "example_bank: " << e.what() << '\n';
    return 1;
  }
}
