#include "dataflow/runtime/compute_pool.hpp"
#include "dataflow/runtime/running_call.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <thread>
#include <vector>

using namespace tern;

namespace {

/// Tasks that are functions.
class functions_to_run final : public runnable_plan {
public:
  explicit functions_to_run(compute_pool& pool) : pool_(pool) {
    pool_.add(*this);
  }
  ~functions_to_run() override {
    pool_.remove(*this);
  }

  void start(std::function<void()> f) {
    auto& task = *tasks_.emplace_back(std::make_unique<one>());
    task.f = std::move(f);
    pool_.push(*this, task);
  }
  void run(task_record& task) override {
    static_cast<one&>(task).f();
  }
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
  struct one : task_record {
    one() : task_record({}, 0, 0, true, 1) {}
    std::function<void()> f;
  };
  compute_pool& pool_;
  std::vector<std::unique_ptr<one>> tasks_;
};

bool soon(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!done() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return done();
}

} // namespace

BOOST_AUTO_TEST_SUITE(compute_pools)

BOOST_AUTO_TEST_CASE(another_thread_runs_tasks_while_one_waits) {
  compute_pool pool{1};
  functions_to_run plan{pool};
  std::atomic<int> ran{0};
  constexpr int deep = 10;
  for (int i = 0; i < deep; ++i)
    plan.start([&] {
      const waiting_task waits;
      ran.fetch_add(1);
      while (ran.load() < deep + 1)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    });
  plan.start([&] { ran.fetch_add(1); });
  BOOST_TEST(soon([&] { return ran.load() == deep + 1; }));
  BOOST_TEST(soon([&] { return !pool.is_active(plan); }));
  BOOST_TEST(pool.threads() == 1u);
  // those that stood in rest again
  std::atomic<int> at_once{0};
  std::atomic<int> most{0};
  std::atomic<int> done{0};
  for (int i = 0; i < 2 * deep; ++i)
    plan.start([&] {
      const auto now = at_once.fetch_add(1) + 1;
      for (auto seen = most.load(); seen < now;)
        if (most.compare_exchange_weak(seen, now))
          break;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      at_once.fetch_sub(1);
      done.fetch_add(1);
    });
  BOOST_TEST(soon([&] { return done.load() == 2 * deep; }));
  BOOST_TEST(most.load() == 1);
}

BOOST_AUTO_TEST_CASE(a_task_that_waits_is_told_of_the_end) {
  std::atomic<bool> ended{false};
  compute_pool pool{1};
  functions_to_run plan{pool};
  plan.start([&] {
    const waiting_task waits;
    while (!waits.is_abandoned())
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ended = true;
  });
  BOOST_TEST(soon([&] { return pool.is_active(plan); }));
  BOOST_TEST(!ended.load());
  pool.abandon();
  BOOST_TEST(soon([&] { return ended.load(); }));
}

BOOST_AUTO_TEST_CASE(no_more_tasks_wait_than_may) {
  compute_pool pool{1};
  functions_to_run plan{pool};
  std::atomic<unsigned> waiting{0};
  std::atomic<unsigned> refused{0};
  std::atomic<bool> over{false};
  constexpr unsigned all = compute_pool::most_waiting + 1;
  for (unsigned i = 0; i < all; ++i)
    plan.start([&] {
      const waiting_task waits;
      (waits.is_refused() ? refused : waiting).fetch_add(1);
      if (!waits.is_refused())
        over.wait(false);
    });
  BOOST_TEST(soon([&] { return waiting.load() + refused.load() == all; }));
  BOOST_TEST(refused.load() == 1u);
  over = true;
  over.notify_all();
}

BOOST_AUTO_TEST_CASE(other_threads_may_wait_as_they_like) {
  const waiting_task waits;
  BOOST_TEST(!waits.is_refused());
  BOOST_TEST(!waits.is_abandoned());
}

BOOST_AUTO_TEST_SUITE_END()
