// A shop goes from version 1 of its program to version 2 while it is open: a
// rolling restart. Its accounts are on three nodes of version 1. One after the
// other gets a successor of version 2, to which its accounts move, and ends.
// Orders come in all the time, from a till that still has version 1. What
// version 2 says to version 1 meanwhile is refused, in words, and nothing is
// lost by that. At the end each account has its orders, each once and in order.
// Usage: example_upgrade

#include "apps/examples/node_process.hpp"
#include "apps/examples/upgrade/v1/account.hpp"
#include "apps/examples/upgrade/v2/account.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace shop;
using std::chrono::steady_clock;
using tern::node_id;

constexpr std::size_t nodes = 3;
constexpr std::size_t accounts = 12;
/// None of the till's: these orders are refused.
constexpr std::uint64_t order_for_nobody = 1'000'000'000;

void wait_until(const std::string& what, auto&& holds) {
  const auto limit = steady_clock::now() + 30s;
  while (!holds()) {
    if (steady_clock::now() > limit)
      throw std::runtime_error("waited in vain until " + what);
    std::this_thread::sleep_for(5ms);
  }
}

/// A till that has version 1 for the whole time. Order n goes to account n
/// modulo their number.
class till {
public:
  till(tern::actor_system& here, std::vector<tern::ref<v1::account>> all)
    : here_(here), accounts_(std::move(all)), works_([this] { work(); }) {}
  ~till() {
    close();
  }
  /// No orders any more. How many there were.
  std::uint64_t close() {
    open_ = false;
    if (works_.joinable())
      works_.join();
    return orders_;
  }
  std::uint64_t orders() const {
    return orders_;
  }

private:
  void work() {
    while (open_) {
      const auto n = orders_.load();
      here_.send(accounts_[n % accounts_.size()], v1::order{n, 1});
      orders_ = n + 1;
      std::this_thread::sleep_for(50us);
    }
  }

  tern::actor_system& here_;
  std::vector<tern::ref<v1::account>> accounts_;
  std::atomic<bool> open_{true};
  std::atomic<std::uint64_t> orders_{0};
  std::thread works_; // last: it uses the others
};

class upgrade {
public:
  upgrade();
  bool go();

private:
  struct node {
    example::node_process process;
    node_id id;
  };
  node start(const std::string& program);
  void end(node old);
  void ask_of_old_ones(const node& old);
  void move_all(const node& from, const node& to);
  void try_to_move_back(const node& from, const node& to);
  tern::ref<v2::account> account_on(node_id id);
  void refused(const std::string& why);
  bool is_right(std::size_t i, std::uint64_t orders);
  bool check(std::uint64_t orders);

  tern::actor_system old_client_; // speaks version 1
  tern::actor_system new_client_; // speaks version 2
  std::vector<node> nodes_;
  std::vector<tern::ref<v1::account>> accounts_;
  std::set<std::string> refusals_;
};

upgrade::upgrade() {
  old_client_.add<v1::account>();
  new_client_.add<v2::account>();
  const auto& contact = old_client_.self();
  new_client_.join(contact.host, contact.port);
  for (std::size_t i = 0; i < nodes; ++i)
    nodes_.push_back(start("example_shop_1"));
  for (std::size_t i = 0; i < accounts; ++i)
    accounts_.push_back(
        old_client_.spawn_on<v1::account>(nodes_[i % nodes].id));
  for (std::size_t i = 0; i < accounts; ++i)
    wait_until("an account is on its node", [&] {
      return old_client_.where(accounts_[i]) == nodes_[i % nodes].id;
    });
}

upgrade::node upgrade::start(const std::string& program) {
  const auto beside =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / program;
  example::node_process p(beside.string(), {}, old_client_.self());
  node_id id;
  for (auto* client : {&old_client_, &new_client_})
    wait_until("a new node is a member", [&] {
      const auto all = client->members();
      const auto found = std::ranges::find(all, p.pid(), &tern::member::pid);
      if (found != all.end())
        id = found->id;
      return found != all.end();
    });
  return {std::move(p), id};
}

void upgrade::end(node old) {
  old.process.end();
  wait_until("the others go on without an old node", [&] {
    return !std::ranges::count(old_client_.members(), old.id,
                               &tern::member::id);
  });
}

void upgrade::refused(const std::string& why) {
  if (refusals_.insert(why).second)
    std::cout << "refused: " << why << '\n';
}

/// Some account on this node.
tern::ref<v2::account> upgrade::account_on(node_id id) {
  for (const auto& a : accounts_)
    if (old_client_.where(a) == id)
      return tern::ref<v2::account>{a.id()};
  throw std::logic_error("a node has no account");
}

// A message of an unknown type, and one of a later version.
void upgrade::ask_of_old_ones(const node& old) {
  const auto account = account_on(old.id);
  const auto points = new_client_.request(account, v2::count_points{}).wait();
  const auto order =
      new_client_.request(account, v2::order{order_for_nobody, 1, "SPRING"})
          .wait();
  if (points || order)
    throw std::logic_error("version 1 answers version 2");
  refused(points.error().what);
  refused(order.error().what);
}

void upgrade::move_all(const node& from, const node& to) {
  for (const auto& a : accounts_)
    if (old_client_.where(a) == from.id)
      old_client_.migrate(a, to.id);
}

// Version 1 cannot read the state: the account stays where it is.
void upgrade::try_to_move_back(const node& from, const node& to) {
  const auto account = account_on(from.id);
  try {
    new_client_.migrate(account, to.id);
    throw std::logic_error("version 1 took a state of version 2");
  } catch (const tern::actor_error& e) {
    const std::string why = e.what();
    refused(why.substr(why.find("did not move")));
  }
  if (new_client_.where(account) != from.id)
    throw std::logic_error("an account did not stay");
}

/// Whether account i has its orders, each once and in order; and points for
/// those that version 2 has booked, in addition to the first ones.
bool upgrade::is_right(std::size_t i, std::uint64_t orders) {
  std::vector<std::uint64_t> expected;
  for (auto n = i; n < orders; n += accounts)
    expected.push_back(n);
  const auto booked =
      old_client_.request(accounts_[i], v1::list_orders{}).get();
  const tern::ref<v2::account> account{accounts_[i].id()};
  const auto points =
      new_client_.request(account, v2::count_points{}).get() - v2::first_points;
  return booked == expected && points > 0
         && points < static_cast<std::int64_t>(expected.size());
}

bool upgrade::check(std::uint64_t orders) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < accounts; ++i)
    right += is_right(i, orders);
  std::cout << "accounts of version 2 with each of their orders once: " << right
            << " of " << accounts << '\n';
  return right == accounts;
}

bool upgrade::go() {
  till open(old_client_, accounts_);
  for (std::size_t i = 0; i < nodes; ++i) {
    const auto before = open.orders();
    auto successor = start("example_shop_2");
    ask_of_old_ones(nodes_[i]);
    move_all(nodes_[i], successor);
    if (i + 1 < nodes)
      try_to_move_back(successor, nodes_[i + 1]);
    end(std::exchange(nodes_[i], std::move(successor)));
    wait_until("orders go on", [&] { return open.orders() > before + 1000; });
  }
  return check(open.close());
}

} // namespace

int main() {
  try {
    return upgrade{}.go() ? 0 : 1;
  } catch (const std::exception& e) {
    std::cerr << "example_upgrade: " << e.what() << '\n';
    return 1;
  }
}
