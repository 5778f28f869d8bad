#include "dataflow/array/array.hpp"
#include "dataflow/graph/evaluate.hpp"
#include "dataflow/graph/validate.hpp"
#include "dataflow/runtime/held_blocks.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace tern;

namespace {

const held_call from{7, 3, {node_id{11}, node_id{12}}};
const std::uint64_t task = pack({3, 5});

/// A node on which nothing is held; questions are kept, `answers` of them are
/// answered with `reply`.
struct small_world {
  std::vector<node_id> asked;
  std::size_t unanswered = 0;
  dataflow_message reply = message_of(message_kind::block_data, 0, task);
  std::vector<node_id> living{node_id{11}, node_id{12}};
  held_blocks blocks{
      {.here = [](std::uint64_t, std::uint64_t) { return block{}; },
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
           }}};

  std::string error() {
    try {
      blocks.take(from, 5);
    } catch (const task_error& e) {
      return e.what();
    }
    return "no error";
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(held)

BOOST_AUTO_TEST_CASE(what_is_here_is_taken_as_it_is) {
  held_blocks blocks{{.here =
                          [](std::uint64_t plan, std::uint64_t name) {
                            BOOST_TEST(plan == 7u);
                            BOOST_TEST(name == task);
                            return block::of(2.5);
                          },
                      .ask = {},
                      .lives = {}}};
  BOOST_TEST(blocks.take(from, 5).item() == 2.5);
}

BOOST_AUTO_TEST_CASE(what_is_elsewhere_is_asked_for) {
  small_world w;
  w.reply.data = block::of(4.0);
  BOOST_TEST(w.blocks.take(from, 5).item() == 4.0);
  BOOST_TEST(w.asked.size() == 1u);
  BOOST_TEST(!w.blocks.arrived(from.plan, w.reply)); // nobody waits any more
}

BOOST_AUTO_TEST_CASE(a_question_without_an_answer_goes_to_the_next_node) {
  small_world w;
  w.unanswered = 1;
  w.reply.data = block::of(4.0);
  BOOST_TEST(w.blocks.take(from, 5).item() == 4.0);
  BOOST_TEST((w.asked == std::vector{node_id{11}, node_id{12}}));
}

BOOST_AUTO_TEST_CASE(the_error_of_the_task_is_passed_on) {
  small_world w;
  w.reply.error = std::make_shared<task_failure>(
      task_failure{{3, 5}, {failure_kind::kernel, "it failed"}});
  BOOST_TEST(w.error() == "it failed");
}

BOOST_AUTO_TEST_CASE(without_a_living_node_there_is_nobody_to_ask) {
  small_world w;
  w.living.clear();
  BOOST_TEST(w.error()
             == "no node of plan 7, which held this array, is there any more");
  BOOST_TEST(w.asked.empty());
}

BOOST_AUTO_TEST_CASE(a_node_that_ends_sends_the_waiting_away) {
  small_world w;
  w.unanswered = 1000;
  w.blocks.close();
  BOOST_TEST(w.error() == "no node of plan 7 gave a block that it holds");
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
