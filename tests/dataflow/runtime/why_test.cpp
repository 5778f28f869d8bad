#include "dataflow/array/array.hpp"
#include "dataflow/optimize/optimize.hpp"
#include "dataflow/runtime/why.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <utility>
#include <vector>

using namespace tern;

namespace {

constexpr node_id a{10};
constexpr node_id b{11};

/// A cluster that answers as it is told.
class told_cluster {
public:
  task_report& operator()(layer_id layer, std::int64_t index) {
    auto& r = reports_[{layer, index}];
    r.task = {layer, index};
    r.node = a;
    return r;
  }
  void waits(layer_id layer, std::int64_t index, block_key input,
             node_id holder = {}) {
    auto& r = (*this)(layer, index);
    r.phase = holder ? task_phase::fetching : task_phase::waiting;
    r.missing = input;
    r.holder = holder;
  }
  task_question question() {
    return [this](const std::vector<block_key>& tasks) {
      ++questions;
      std::vector<std::optional<task_report>> out;
      for (const auto& task : tasks) {
        const auto found = reports_.find({task.layer, task.index});
        out.push_back(found == reports_.end() ? std::nullopt
                                              : std::optional{found->second});
      }
      return out;
    };
  }

  int questions = 0;

private:
  std::map<std::pair<layer_id, std::int64_t>, task_report> reports_;
};

std::string words(const task_report& r, std::uint32_t slots = 2,
                  const resource_counts* needs = nullptr) {
  return words_of({r.task, r}, slots, needs,
                  [](node_id who) { return who == a ? "A" : "B"; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(whys)

BOOST_AUTO_TEST_CASE(the_chain_ends_at_what_waits_for_nothing) {
  told_cluster c;
  c.waits(5, 0, {3, 2});
  c.waits(3, 2, {1, 7});
  c(1, 7).phase = task_phase::running;
  c(1, 7).run = execution{1, 2'500'000'000};
  const auto chain = reasons_of({5, 0}, c.question());
  BOOST_TEST_REQUIRE(chain.size() == 3u);
  BOOST_TEST(chain[0].task.layer == 5u);
  BOOST_TEST(chain[1].task.index == 2);
  BOOST_TEST(words(*chain[2].report)
             == "runs on compute thread 1 of node A since 2.5 s");
}

BOOST_AUTO_TEST_CASE(what_is_done_needs_no_reason) {
  told_cluster c;
  c(5, 0).phase = task_phase::held;
  BOOST_TEST(reasons_of({5, 0}, c.question()).empty());
  // it was made while the others were asked
  c.waits(6, 0, {5, 0});
  BOOST_TEST(reasons_of({6, 0}, c.question()).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_block_under_way_is_the_last_reason) {
  told_cluster c;
  c.waits(5, 0, {3, 2}, b);
  c(3, 2).phase = task_phase::held;
  const auto chain = reasons_of({5, 0}, c.question());
  BOOST_TEST_REQUIRE(chain.size() == 1u);
  BOOST_TEST(words(*chain[0].report)
             == "waits on node A for block 3/2, which is on its way from node "
                "B");
}

BOOST_AUTO_TEST_CASE(one_for_whom_nobody_answers_is_the_last_reason) {
  told_cluster c;
  c.waits(5, 0, {3, 2});
  const auto chain = reasons_of({5, 0}, c.question());
  BOOST_TEST_REQUIRE(chain.size() == 2u);
  BOOST_TEST(!chain[1].report.has_value());
  BOOST_TEST(words_of(chain[1], 0, nullptr, [](node_id) {
               return "";
             }).starts_with("nobody answers"));
}

BOOST_AUTO_TEST_CASE(a_circle_has_an_end) {
  told_cluster c;
  c.waits(5, 0, {5, 0});
  BOOST_TEST(reasons_of({5, 0}, c.question()).size() < 10'000u);
}

BOOST_AUTO_TEST_CASE(the_first_result_that_is_not_there_is_found) {
  const auto x = random_uniform({600, 600}, 1, dtype::float64, {{10}});
  const std::vector<array> roots{binary(opcode::add, x, x.T())};
  const edge_index edges{optimize(lower(roots))};
  const auto root = edges.source().roots.front();
  told_cluster c;
  for (std::int64_t i = 0; i < 3600; ++i)
    c(root, i).phase = i % 2 ? task_phase::released : task_phase::held;
  BOOST_TEST(!first_unfinished(edges, c.question()).has_value());
  BOOST_TEST(c.questions < 20); // many tasks a question
  c(root, 3599).phase = task_phase::ready;
  const auto found = first_unfinished(edges, c.question());
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST(found->index == 3599);
}

BOOST_AUTO_TEST_CASE(a_report_says_what_the_message_does) {
  auto m = message_of(message_kind::inspected, 0, pack({4, 9}));
  m.node = b;
  m.ordinal = 1;
  m.epoch = 3;
  m.text = "fetching";
  m.slot = 2;
  m.bytes = pack({2, 1});
  m.asker = a;
  const auto r = report_in(m);
  BOOST_TEST_REQUIRE(r.has_value());
  BOOST_TEST((r->task == block_key{4, 9}));
  BOOST_TEST((r->phase == task_phase::fetching));
  BOOST_TEST((r->missing == block_key{2, 1}));
  BOOST_TEST((r->holder == a));
  BOOST_TEST(r->filled == 2u);
  m.text = "running";
  m.slot = 1;
  m.bytes = 77;
  BOOST_TEST(report_in(m)->run->thread == 0u);
  BOOST_TEST(report_in(m)->run->ns == 77u);
  BOOST_TEST(!report_in(m)->missing.has_value());
  m.slot = 0;
  BOOST_TEST(!report_in(m)->run.has_value());
  m.text = "ready";
  m.bytes = 1;
  BOOST_TEST((report_in(m)->lack == resource_lack::in_use));
  m.bytes = 3; // of a later version
  BOOST_TEST((report_in(m)->lack == resource_lack::none));
  m.text = "dancing"; // the same
  BOOST_TEST(!report_in(m).has_value());
}

BOOST_AUTO_TEST_CASE(sources_and_crowds_have_words) {
  task_report r;
  r.node = b;
  BOOST_TEST(words(r, 0).find("for memory") != std::string::npos);
  r.phase = task_phase::ready;
  BOOST_TEST(words(r).find("a compute thread of node B") != std::string::npos);
  const resource_counts needs{{"GPU", 2}};
  BOOST_TEST(words(r, 2, &needs) == words(r)); // there is enough
  r.lack = resource_lack::in_use;
  BOOST_TEST(words(r, 2, &needs)
             == "is ready, and waits for GPU=2 on node B, which other tasks "
                "use");
  r.lack = resource_lack::never_there;
  BOOST_TEST(words(r, 2, &needs)
             == "is ready on node B, but needs GPU=2, which that node does not "
                "have: it waits for a node that has it");
  r.phase = task_phase::running;
  BOOST_TEST(words(r).find("another plan") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
