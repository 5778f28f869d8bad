#include "dataflow/graph/graph_codec.hpp"
#include "dataflow/graph/same_work.hpp"
#include "dataflow/graph/validate.hpp"
#include "serialization/compression.hpp"
#include "tests/dataflow/graph/plans.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>

using namespace tern;
using namespace tern::test;

namespace {

using bytes = std::vector<std::byte>;

void check_same(const graph& a, const graph& b) {
  BOOST_TEST(a.roots == b.roots);
  BOOST_REQUIRE(a.layers.size() == b.layers.size());
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    auto left = a.layers[i], right = b.layers[i];
    BOOST_TEST(left.expression == right.expression);
    BOOST_REQUIRE(!left.edges == !right.edges);
    if (left.edges) {
      BOOST_TEST(left.edges->offsets == right.edges->offsets);
      BOOST_TEST(left.edges->predecessors == right.edges->predecessors);
      BOOST_TEST(left.edges->consumers == right.edges->consumers);
    }
    left.edges = right.edges = nullptr;
    BOOST_TEST(same_work(left, right), "layer " << i);
  }
}

/// The same plan with its message as it is, so that bytes mean something.
bytes uncompressed(const bytes& plan) {
  std::uint64_t size = 0;
  std::memcpy(&size, plan.data() + 8, 8);
  bytes result(16 + size);
  std::memcpy(result.data(), plan.data(), 16);
  auto payload = std::span{plan}.subspan(16);
  auto raw = std::span{result}.subspan(16);
  if (payload.size() == size)
    return plan;
  BOOST_REQUIRE(decompress(payload, encoding::lz4, 1, raw));
  return result;
}

/// A sound graph or a failure that says what it is about.
void check_total(const bytes& any) {
  auto g = decode_graph(any);
  if (g)
    BOOST_TEST(!find_fault(*g));
  else
    BOOST_TEST((g.error().kind == failure_kind::malformed));
}

} // namespace

BOOST_AUTO_TEST_SUITE(graph_codec)

BOOST_AUTO_TEST_CASE(every_plan_comes_back) {
  for (auto& [name, g] : plans()) {
    BOOST_TEST_CONTEXT(name) {
      auto back = decode_graph(encode(g));
      BOOST_REQUIRE_MESSAGE(back, (back ? "" : back.error().what));
      check_same(g, *back);
      BOOST_TEST((encode(*back) == encode(g)));
      auto plain = decode_graph(uncompressed(encode(g)));
      BOOST_REQUIRE(plain);
      check_same(g, *plain);
    }
  }
}

BOOST_AUTO_TEST_CASE(random_graphs_come_back) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    auto g = graph_maker{seed}.make();
    auto back = decode_graph(encode(g));
    BOOST_REQUIRE(back);
    check_same(g, *back);
  }
}

BOOST_AUTO_TEST_CASE(the_slide_over_a_million_blocks_is_below_4_kb) {
  auto g = lowered(slide(1'000'000, 1000));
  BOOST_TEST(element_count(grid(g.layers[0].out)) == 1'000'000);
  BOOST_TEST(encode(g).size() <= 4096);
  BOOST_TEST(encode(optimize(g)).size() <= 4096);
}

BOOST_AUTO_TEST_CASE(a_million_explicit_edges_come_back) {
  auto edges = std::make_shared<explicit_edges>();
  edges->offsets.push_back(0);
  for (std::uint32_t i = 0; i < 300'000; ++i) {
    for (std::uint32_t k = 0; k < 3 && i > k; ++k)
      edges->predecessors.push_back(i - k - 1);
    edges->offsets.push_back(edges->predecessors.size());
  }
  edges->index();
  graph g;
  g.layers.emplace_back();
  g.layers[0].op = op_call{"f", {}};
  g.layers[0].out.push_back(axis_chunks::ones(300'000));
  g.layers[0].edges = edges;
  g.roots = {0};
  auto back = decode_graph(encode(g));
  BOOST_REQUIRE(back);
  check_same(g, *back);
}

BOOST_AUTO_TEST_CASE(edges_from_tasks_that_are_not_there_are_malformed) {
  for (std::uint32_t from : {2u, 0xfffffffeu, 0xffffffffu}) {
    auto edges = std::make_shared<explicit_edges>();
    edges->offsets = {0, 0, 1};
    edges->predecessors = {from};
    graph g;
    g.layers.emplace_back();
    g.layers[0].op = op_call{"f", {}};
    g.layers[0].out.push_back(axis_chunks::ones(2));
    g.layers[0].edges = edges;
    g.roots = {0};
    auto back = decode_graph(encode(g));
    BOOST_REQUIRE(!back);
    BOOST_TEST(back.error().what.find("not there") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(truncated_plans_are_malformed) {
  for (auto& [name, g] : plans())
    for (auto& plan : {encode(g), uncompressed(encode(g))})
      for (std::size_t n = 0; n < plan.size(); ++n)
        BOOST_TEST(!decode_graph({plan.data(), n}));
}

BOOST_AUTO_TEST_CASE(damaged_plans_give_a_sound_graph_or_a_failure) {
  for (auto& [name, g] : plans())
    for (auto plan : {encode(g), uncompressed(encode(g))})
      for (std::size_t i = 0; i < plan.size(); ++i)
        for (auto bit : {0, 3, 7}) {
          plan[i] ^= std::byte{1} << bit;
          check_total(plan);
          plan[i] ^= std::byte{1} << bit;
        }
}

BOOST_AUTO_TEST_CASE(sizes_that_cannot_be_are_refused_before_memory_is_taken) {
  auto plan = encode(lowered(slide(8, 2)));
  for (auto size : {std::uint64_t{1} << 62, std::uint64_t{1} << 40,
                    std::uint64_t{1} << 30}) {
    std::memcpy(plan.data() + 8, &size, 8);
    auto g = decode_graph(plan);
    BOOST_REQUIRE(!g);
    BOOST_TEST(g.error().what.find("plan: ") == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()
