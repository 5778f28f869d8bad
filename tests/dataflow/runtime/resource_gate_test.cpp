#include "dataflow/runtime/compute_pool.hpp"
#include "dataflow/runtime/resource_gate.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <limits>
#include <thread>
#include <vector>

using namespace tern;

namespace {

/// Only somebody who has tasks.
class some_plan final : public runnable_plan {
public:
  resource_gate::waiter task(std::uint32_t priority) {
    auto& r = tasks_.emplace_back(block_key{}, 0u, 0u, true, priority);
    return {this, &r, priority};
  }
  void run(task_record&) override {}
  task_record* next_source(bool) override {
    return nullptr;
  }
  bool make_room() override {
    return false;
  }
  std::uint32_t source_priority() const noexcept override {
    return std::numeric_limits<std::uint32_t>::max();
  }
  bool waits_for_blocks() const noexcept override {
    return false;
  }

private:
  std::deque<task_record> tasks_;
};

/// A gate that remembers whom it woke.
struct gate_and_plan {
  std::vector<std::uint32_t> woken; ///< priorities
  some_plan plan;
  resource_gate gate;

  explicit gate_and_plan(resource_counts all)
    : gate(std::move(all), [this](const resource_gate::waiter& w) {
        woken.push_back(w.priority);
      }) {}
  bool take(const resource_counts& needs, std::uint32_t priority = 0) {
    return gate.take_or_wait(needs, plan.task(priority));
  }
  std::vector<std::uint32_t> taken_woken() {
    return std::exchange(woken, {});
  }
};

using numbers = std::vector<std::uint32_t>;
const resource_counts gpu{{"GPU", 1}};
const resource_counts two_gpus{{"GPU", 2}};
const resource_counts licence{{"licence", 1}};

} // namespace

BOOST_AUTO_TEST_SUITE(resource_gates)

BOOST_AUTO_TEST_CASE(no_more_run_at_once_than_there_is_enough_for) {
  gate_and_plan g{{{"GPU", 2}, {"licence", 1}}};
  BOOST_TEST(g.take(gpu));
  BOOST_TEST(g.take(gpu));
  BOOST_TEST(!g.take(gpu));
  BOOST_TEST(g.take(licence)); // the others are in the way of nobody else
  BOOST_TEST(!g.take({{"GPU", 1}, {"licence", 1}}));
  BOOST_TEST(!g.take({{"disk", 1}}));
}

BOOST_AUTO_TEST_CASE(the_first_in_the_order_that_fit_are_woken) {
  gate_and_plan g{{{"GPU", 2}}};
  BOOST_TEST(g.take(two_gpus));
  BOOST_TEST(!g.take(gpu, 7));
  BOOST_TEST(!g.take(gpu, 5));
  BOOST_TEST(!g.take(two_gpus, 6));
  BOOST_TEST(!g.take(licence, 1)); // nobody gives that back
  BOOST_TEST(g.woken.empty());
  g.gate.give_back(two_gpus);
  BOOST_TEST(g.taken_woken() == (numbers{5, 7}),
             boost::test_tools::per_element());
  BOOST_TEST(g.take(gpu, 5));
  g.gate.give_back(gpu);
  BOOST_TEST(g.taken_woken() == numbers{6}, boost::test_tools::per_element());
}

// Whoever is woken tries once more; if another was faster it waits again.
BOOST_AUTO_TEST_CASE(nobody_is_forgotten_who_was_woken_in_vain) {
  gate_and_plan g{{{"GPU", 1}}};
  BOOST_TEST(g.take(gpu));
  BOOST_TEST(!g.take(gpu, 3));
  g.gate.give_back(gpu);
  BOOST_TEST(g.taken_woken() == numbers{3}, boost::test_tools::per_element());
  BOOST_TEST(g.take(gpu, 9));
  BOOST_TEST(!g.take(gpu, 3));
  g.gate.give_back(gpu);
  BOOST_TEST(g.taken_woken() == numbers{3}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_plan_that_ends_wakes_nobody) {
  gate_and_plan g{{{"GPU", 1}}};
  some_plan other;
  BOOST_TEST(g.take(gpu));
  BOOST_TEST(!g.take(gpu, 1));
  BOOST_TEST(!g.gate.take_or_wait(gpu, other.task(2)));
  g.gate.forget(g.plan);
  g.gate.give_back(gpu);
  BOOST_TEST(g.taken_woken() == numbers{2}, boost::test_tools::per_element());
}

// The one that was woken was in the queue of the pool, which its plan left.
BOOST_AUTO_TEST_CASE(who_was_woken_and_is_gone_is_in_nobodys_way) {
  gate_and_plan g{{{"GPU", 1}}};
  some_plan other;
  BOOST_TEST(g.take(gpu));
  BOOST_TEST(!g.take(gpu, 1));
  BOOST_TEST(!g.gate.take_or_wait(gpu, other.task(2)));
  g.gate.give_back(gpu);
  BOOST_TEST(g.taken_woken() == numbers{1}, boost::test_tools::per_element());
  g.gate.forget(g.plan);
  BOOST_TEST(g.taken_woken() == numbers{2}, boost::test_tools::per_element());
  BOOST_TEST(!g.gate.is_waiting(*other.task(2).task));
}

BOOST_AUTO_TEST_CASE(after_some_have_gone_elsewhere_others_try) {
  gate_and_plan g{{{"GPU", 1}}};
  BOOST_TEST(g.take(gpu));
  BOOST_TEST(!g.take(gpu, 1));
  BOOST_TEST(!g.take(gpu, 2));
  g.gate.give_back(gpu);
  BOOST_TEST(g.taken_woken() == numbers{1}, boost::test_tools::per_element());
  g.gate.wake(); // a thief has got the first
  BOOST_TEST(g.taken_woken() == numbers{2}, boost::test_tools::per_element());
}

// A call that goes on after a wait comes before others, but only where they
// need the same.
BOOST_AUTO_TEST_CASE(who_waits_on_a_thread_stops_nobody_who_needs_others) {
  gate_and_plan g{{{"GPU", 1}, {"licence", 1}}};
  BOOST_TEST(g.take(gpu));
  std::thread goes_on{[&] {
    g.gate.take(gpu);
  }};
  while (g.gate.takers() == 0)
    std::this_thread::yield();
  BOOST_TEST(g.take(licence, 3));
  BOOST_TEST(!g.take(licence, 4));
  BOOST_TEST(!g.take(gpu, 1));
  g.gate.give_back(licence);
  BOOST_TEST(g.taken_woken() == numbers{4}, boost::test_tools::per_element());
  g.gate.give_back(gpu);
  goes_on.join();
  BOOST_TEST(g.taken_woken().empty()); // it has it
  g.gate.give_back(gpu);
  BOOST_TEST(g.taken_woken() == numbers{1}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(those_that_wait_can_be_given_to_whoever_can_run_them) {
  gate_and_plan g{{{"GPU", 1}}};
  BOOST_TEST(g.take(gpu));
  std::vector<resource_gate::waiter> waiting;
  for (std::uint32_t i = 0; i < 3; ++i) {
    waiting.push_back(g.plan.task(i));
    BOOST_TEST(!g.gate.take_or_wait(gpu, waiting.back()));
  }
  const auto stuck = g.plan.task(9);
  BOOST_TEST(!g.gate.take_or_wait(licence, stuck));
  BOOST_TEST(g.gate.surplus() == 1u + 2u); // all that never can, half of others
  BOOST_TEST(g.gate.is_waiting(*waiting[2].task));
  const auto last = g.gate.take_back(g.plan, 1, {{"GPU", 4}});
  BOOST_TEST_REQUIRE(last.size() == 1u);
  BOOST_TEST(last[0] == waiting[2].task);
  BOOST_TEST(!g.gate.is_waiting(*waiting[2].task));
  BOOST_TEST(g.gate.take_back(g.plan, 9, {{"disk", 1}}).empty());
  some_plan other;
  BOOST_TEST(g.gate.take_back(other, 9, {{"GPU", 4}}).empty());
  const auto rest = g.gate.take_back(g.plan, 9, {{"licence", 1}});
  BOOST_TEST_REQUIRE(rest.size() == 1u);
  BOOST_TEST(rest[0] == stuck.task);
}

// A function that waits for others gives back what it has, lest they need it.
BOOST_AUTO_TEST_CASE(a_grant_rests_while_its_task_waits_for_others) {
  gate_and_plan g{{{"GPU", 1}}};
  BOOST_TEST(g.take(gpu));
  {
    resource_grant grant{g.gate, gpu};
    grant.rest();
    BOOST_TEST(g.take(gpu));
    BOOST_TEST(!g.take(gpu, 4));
    std::thread ends{[&] {
      g.gate.give_back(gpu);
    }};
    grant.go_on(); // waits for that, and goes before the one that waits
    ends.join();
  }
  BOOST_TEST(g.taken_woken() == numbers{4}, boost::test_tools::per_element());
  const resource_grant nothing;
}

BOOST_AUTO_TEST_SUITE_END()
