#include "dataflow/array/array.hpp"
#include "dataflow/graph/evaluate.hpp"
#include "dataflow/graph/validate.hpp"
#include "dataflow/runtime/held_blocks.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

using namespace tern;

namespace {

const held_call from{7, 3, {node_id{11}, node_id{12}}};
const std::uint64_t task = pack({3, 5});

/// A node on which nothing is held but `at_hand`; questions are kept, all but
/// the first `unanswered` are answered with `reply`. Time passes in `wait`.
struct small_world {
  std::vector<node_id> asked;
  std::size_t unanswered = 0;
  dataflow_message reply = message_of(message_kind::block_data, 0, task);
  std::vector<node_id> living{node_id{11}, node_id{12}};
  block at_hand;
  std::vector<std::function<void()>> due;
  std::vector<result<block>> got;
  held_blocks blocks{
      {.here =
           [this](std::uint64_t plan, std::uint64_t name) {
             BOOST_TEST(plan == from.plan);
             BOOST_TEST(name == task);
             return at_hand;
           },
       .ask =
           [this](std::uint64_t plan, node_id to, const dataflow_message& m) {
             BOOST_TEST(plan == from.plan);
             BOOST_TEST(m.to == task);
             asked.push_back(to);
             if (asked.size() > unanswered)
               BOOST_TEST(blocks.arrived(plan, reply));
           },
       .lives =
           [this](node_id who) {
             return std::find(living.begin(), living.end(), who)
                    != living.end();
           },
       .later =
           [this](std::chrono::milliseconds, std::function<void()> f) {
             due.push_back(std::move(f));
           }}};

  void fetch() {
    blocks.fetch(from, 5,
                 [this](result<block> b) { got.push_back(std::move(b)); });
  }
  void wait() {
    for (auto& f : std::exchange(due, {}))
      f();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(held)

BOOST_AUTO_TEST_CASE(what_is_here_is_taken_as_it_is) {
  small_world w;
  w.at_hand = block::of(2.5);
  w.fetch();
  BOOST_TEST_REQUIRE(w.got.size() == 1u);
  BOOST_TEST(w.got[0]->item() == 2.5);
  BOOST_TEST(w.asked.empty());
}

BOOST_AUTO_TEST_CASE(what_is_elsewhere_is_asked_for) {
  small_world w;
  w.reply.data = block::of(4.0);
  w.fetch();
  BOOST_TEST_REQUIRE(w.got.size() == 1u);
  BOOST_TEST(w.got[0]->item() == 4.0);
  BOOST_TEST(w.asked.size() == 1u);
  BOOST_TEST(!w.blocks.arrived(from.plan, w.reply)); // nobody waits any more
  w.wait();
  BOOST_TEST(w.asked.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_question_without_an_answer_goes_to_the_next_node) {
  small_world w;
  w.unanswered = 1;
  w.reply.data = block::of(4.0);
  w.fetch();
  BOOST_TEST(w.got.empty());
  w.wait();
  BOOST_TEST(w.got.size() == 1u);
  BOOST_TEST((w.asked == std::vector{node_id{11}, node_id{12}}));
}

BOOST_AUTO_TEST_CASE(one_question_serves_all_who_want_a_block) {
  small_world w;
  w.unanswered = 1;
  w.fetch();
  w.fetch();
  BOOST_TEST(w.asked.size() == 1u);
  w.reply.data = block::of(1.0);
  BOOST_TEST(w.blocks.arrived(from.plan, w.reply));
  BOOST_TEST(w.got.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_block_that_moved_here_meanwhile_is_found) {
  small_world w;
  w.unanswered = 1000;
  w.fetch();
  w.at_hand = block::of(3.0);
  w.wait();
  BOOST_TEST(w.got.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_error_of_the_task_is_passed_on) {
  small_world w;
  w.reply.error = std::make_shared<task_failure>(
      task_failure{{3, 5}, {failure_kind::kernel, "it failed"}});
  w.fetch();
  BOOST_TEST_REQUIRE(w.got.size() == 1u);
  BOOST_TEST(w.got[0].error().what == "it failed");
}

BOOST_AUTO_TEST_CASE(without_a_living_node_there_is_nobody_to_ask) {
  small_world w;
  w.unanswered = 1000;
  w.fetch();
  w.living.clear();
  w.wait();
  BOOST_TEST_REQUIRE(w.got.size() == 1u);
  BOOST_TEST(w.got[0].error().what
             == "no node of plan 7, which held this array, is there any more");
}

BOOST_AUTO_TEST_CASE(a_node_that_ends_forgets_who_waits) {
  small_world w;
  w.unanswered = 1000;
  w.fetch();
  w.blocks.close();
  w.wait();
  w.fetch();
  BOOST_TEST(w.got.empty());
  BOOST_TEST(w.asked.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_held_call_reads_back) {
  const auto call = encode(from);
  BOOST_TEST((decode_held(call) == from));
  auto cut = call;
  while (!cut.arguments.empty()) {
    cut.arguments.pop_back();
    BOOST_TEST((!decode_held(cut) || decode_held(cut)->nodes.size() == 1u));
  }
  BOOST_TEST(!decode_held({"sum", call.arguments}));
}

BOOST_AUTO_TEST_CASE(receipts_come_before_what_they_are_for) {
  const auto x = random_uniform({9, 7}, 1, dtype::float64, {{2, 3}});
  const array roots[] = {x, x.sum(0)};
  const auto g = with_receipts(lower(roots));
  BOOST_TEST(!find_fault(g));
  BOOST_TEST_REQUIRE(g.roots.size() == 4u);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& receipt = g.layers[g.roots[i]];
    BOOST_TEST(is_receipt(std::get<op_call>(receipt.op)));
    BOOST_TEST(receipt.inputs[0].from == g.roots[i + 2]);
    BOOST_TEST((grid(receipt.out) == grid(roots[i].cut())));
    BOOST_TEST(extents(receipt.out).size() == roots[i].ndim());
  }
}

BOOST_AUTO_TEST_SUITE_END()
