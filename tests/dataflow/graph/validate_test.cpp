// Each kind of fault, planted into a sound graph.

#include "dataflow/graph/validate.hpp"
#include "tests/dataflow/graph/plans.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <limits>

using namespace tern;
using namespace tern::test;

namespace {

/// x, x.T, x + x.T
graph sum() {
  auto x = random_uniform({6, 6}, 1, dtype::float64, {{2}}).named("x");
  return lowered(x + x.transpose());
}

/// x, partial sums, inner sums, sum
graph reduced() {
  return lowered(random_uniform({9, 9}, 1, dtype::float64, {{2}})
                     .reduce(reduction::sum, {}));
}

graph sliced() {
  return lowered(at(random_uniform({9, 9}, 1, dtype::float64, {{2}}),
                    {cut({}, {}, -3), one(4), newaxis}));
}

template <class Plant>
void check_fault(graph g, const std::string& expected, Plant plant) {
  BOOST_TEST(!find_fault(g));
  plant(g);
  auto fault = find_fault(g);
  BOOST_REQUIRE_MESSAGE(fault, "no fault, but: " << expected);
  BOOST_TEST(fault->find(expected) != std::string::npos, *fault);
}

op_blockwise& work(graph& g, std::size_t layer) {
  return std::get<op_blockwise>(g.layers[layer].op);
}

} // namespace

BOOST_AUTO_TEST_SUITE(validation)

BOOST_AUTO_TEST_CASE(sound_graphs_have_no_fault) {
  for (auto& [name, g] : plans())
    BOOST_TEST(!find_fault(g), name << ": " << find_fault(g).value_or(""));
  for (std::uint64_t seed = 0; seed < 200; ++seed)
    BOOST_TEST(!find_fault(graph_maker{seed}.make()));
}

BOOST_AUTO_TEST_CASE(order_and_roots_are_checked) {
  check_fault(sum(), "is no layer", [](graph& g) { g.roots = {3}; });
  check_fault(sum(), "which is not before it",
              [](graph& g) { g.layers[1].inputs[0].from = 1; });
}

BOOST_AUTO_TEST_CASE(maps_are_checked) {
  auto map = [](graph& g) -> axis_map& {
    return g.layers[2].inputs[0].axes[1];
  };
  check_fault(sum(), "reads blocks 1 and on of 3",
              [&](graph& g) { map(g).offset = 1; });
  check_fault(sum(), "reads blocks -1", [&](graph& g) { map(g).offset = -1; });
  check_fault(sum(), "reads blocks", [&](graph& g) {
    map(g).offset = std::numeric_limits<std::int64_t>::max();
  });
  check_fault(sum(), "follows axis 2", [&](graph& g) { map(g).axis = 2; });
  check_fault(sum(), "follows axis -2", [&](graph& g) { map(g).axis = -2; });
  check_fault(sum(), "unknown kind of map",
              [&](graph& g) { map(g).how = static_cast<axis_map::kind>(5); });
  check_fault(sum(), "1 maps for 2 axes",
              [](graph& g) { g.layers[2].inputs[0].axes.resize(1); });
  check_fault(sum(), "several blocks", [&](graph& g) {
    map(g) = {axis_map::kind::group, -1, 0, 3};
  });
  for (std::int64_t fan : {0, -1, 2, 4})
    check_fault(sum(), "groups 3 blocks", [&](graph& g) {
      map(g) = {axis_map::kind::group, 0, 0, fan};
    });
}

BOOST_AUTO_TEST_CASE(overlaps_stay_inside_their_input) {
  auto map = [](graph& g) -> axis_map& {
    return g.layers[1].inputs[0].axes[0];
  };
  auto wrong = "outside of its input";
  check_fault(sliced(), wrong, [&](graph& g) { map(g).offset = 9; });
  check_fault(sliced(), wrong, [&](graph& g) { map(g).offset = 5; });
  check_fault(sliced(), wrong, [&](graph& g) { map(g).factor = 0; });
  check_fault(sliced(), wrong, [&](graph& g) { map(g).axis = -1; });
  check_fault(sliced(), wrong, [&](graph& g) {
    map(g).factor = std::numeric_limits<std::int64_t>::min();
  });
}

BOOST_AUTO_TEST_CASE(programs_are_checked) {
  check_fault(sum(), "without steps",
              [](graph& g) { work(g, 2).code.steps.clear(); });
  check_fault(sum(), "not there yet",
              [](graph& g) { work(g, 2).code.steps[2].b = 2; });
  check_fault(sum(), "do not fit",
              [](graph& g) { work(g, 2).code.steps[1].a = 2; });
  check_fault(sum(), "unknown opcode", [](graph& g) {
    work(g, 2).code.steps[2].op = static_cast<opcode>(200);
  });
  check_fault(sum(), "unknown dtype", [](graph& g) {
    work(g, 2).code.steps[2].type = static_cast<dtype>(14);
  });
  check_fault(sum(), "do not fit",
              [](graph& g) { work(g, 2).code.steps[2].type = dtype::float32; });
  check_fault(sum(), "not its program's",
              [](graph& g) { g.layers[2].type = dtype::float32; });
}

BOOST_AUTO_TEST_CASE(each_opcode_has_its_dtypes) {
  using d = dtype;
  auto sound = [](opcode op, d result, std::vector<d> operands) {
    program p;
    for (std::uint16_t i = 0; i < operands.size(); ++i)
      p.steps.push_back({opcode::load, operands[i], i, 0, 0, 0});
    p.steps.push_back({op, result, 0, 1, 2, 0});
    return !find_fault(p, operands);
  };
  BOOST_TEST(sound(opcode::add, d::boolean, {d::boolean, d::boolean}));
  BOOST_TEST(!sound(opcode::subtract, d::boolean, {d::boolean, d::boolean}));
  BOOST_TEST(!sound(opcode::add, d::float64, {d::float64, d::float32}));
  BOOST_TEST(!sound(opcode::divide, d::int64, {d::int64, d::int64}));
  BOOST_TEST(sound(opcode::less, d::boolean, {d::int64, d::int64}));
  BOOST_TEST(!sound(opcode::less, d::int64, {d::int64, d::int64}));
  BOOST_TEST(!sound(opcode::less, d::boolean, {d::int64, d::float64}));
  BOOST_TEST(!sound(opcode::bit_and, d::float64, {d::float64, d::float64}));
  BOOST_TEST(!sound(opcode::sqrt, d::int64, {d::int64}));
  BOOST_TEST(sound(opcode::isnan, d::boolean, {d::float32}));
  BOOST_TEST(!sound(opcode::isnan, d::float32, {d::float32}));
  BOOST_TEST(sound(opcode::cast, d::boolean, {d::float32}));
  BOOST_TEST(sound(opcode::left_shift, d::int64, {d::int64, d::int64}));
  BOOST_TEST(!sound(opcode::left_shift, d::float64, {d::float64, d::float64}));
  BOOST_TEST(!sound(opcode::left_shift, d::boolean, {d::boolean, d::boolean}));
  BOOST_TEST(sound(opcode::signbit, d::boolean, {d::float64}));
  BOOST_TEST(!sound(opcode::signbit, d::float64, {d::float64}));
  BOOST_TEST(sound(opcode::fmin, d::boolean, {d::boolean, d::boolean}));
  BOOST_TEST(!sound(opcode::fmod, d::boolean, {d::boolean, d::boolean}));
  BOOST_TEST(!sound(opcode::hypot, d::int64, {d::int64, d::int64}));
  BOOST_TEST(!sound(opcode::cbrt, d::int64, {d::int64}));
  BOOST_TEST(sound(opcode::select, d::int64, {d::boolean, d::int64, d::int64}));
  BOOST_TEST(!sound(opcode::select, d::int64, {d::int64, d::int64, d::int64}));
  BOOST_TEST(
      !sound(opcode::select, d::int64, {d::boolean, d::float64, d::int64}));
  const auto z = d::complex64;
  BOOST_TEST(sound(opcode::multiply, z, {z, z}));
  BOOST_TEST(!sound(opcode::multiply, z, {z, d::float32}));
  BOOST_TEST(!sound(opcode::multiply, d::float32, {z, z}));
  BOOST_TEST(sound(opcode::absolute, d::float32, {z}));
  BOOST_TEST(!sound(opcode::absolute, z, {z}));
  BOOST_TEST(sound(opcode::equal, d::boolean, {z, z}));
  BOOST_TEST(!sound(opcode::less, d::boolean, {z, z}));
  BOOST_TEST(!sound(opcode::maximum, z, {z, z}));
  BOOST_TEST(sound(opcode::imag, d::float64, {d::complex128}));
  BOOST_TEST(!sound(opcode::imag, d::float32, {d::complex128}));
  BOOST_TEST(!sound(opcode::imag, d::float64, {d::float64}));
  BOOST_TEST(!sound(opcode::conjugate, d::float64, {d::float64}));
  BOOST_TEST(sound(opcode::cast, d::complex128, {z}));
  BOOST_TEST(sound(opcode::cast, d::boolean, {z}));
  BOOST_TEST(!sound(opcode::cast, d::float64, {z}));
  BOOST_TEST(sound(opcode::select, z, {d::boolean, z, z}));
}

BOOST_AUTO_TEST_CASE(operands_are_checked) {
  check_fault(sum(), "operand that is no input",
              [](graph& g) { work(g, 2).operands[0].input = 2; });
  check_fault(sum(), "axes that do not fit", [](graph& g) {
    work(g, 2).operands[0].axes = {0, 0};
  });
  check_fault(sum(), "axes that do not fit", [](graph& g) {
    work(g, 2).operands[0].axes = {0, 2};
  });
  check_fault(sum(), "axes that do not fit",
              [](graph& g) { work(g, 2).operands[0].axes = {0}; });
  auto source_of = [](graph& g) -> source& {
    return work(g, 0).operands[0].made;
  };
  check_fault(sum(), "axes that do not fit",
              [&](graph& g) { source_of(g).extents = {6}; });
  check_fault(sum(), "too large", [&](graph& g) {
    source_of(g).extents = {std::int64_t{1} << 40, std::int64_t{1} << 40};
  });
  check_fault(sum(), "not floats",
              [&](graph& g) { source_of(g).type = dtype::int64; });
  check_fault(sum(), "unknown source", [&](graph& g) {
    source_of(g).kind = static_cast<source_kind>(3);
  });
  check_fault(sum(), "arange that is not one axis",
              [&](graph& g) { source_of(g).kind = source_kind::arange; });
}

BOOST_AUTO_TEST_CASE(reductions_are_checked) {
  auto chunk = [](graph& g) -> op_reduce_chunk& {
    return std::get<op_reduce_chunk>(g.layers[1].op);
  };
  check_fault(reduced(), "blocks that do not fit", [&](graph& g) {
    chunk(g).axes = {true, false};
  });
  check_fault(reduced(), "axes that do not fit",
              [&](graph& g) { chunk(g).axes = {true}; });
  check_fault(reduced(), "wrong kind of partial",
              [](graph& g) { g.layers[1].parts = 2; });
  check_fault(reduced(), "wrong kind of partial",
              [](graph& g) { g.layers[1].type = dtype::int64; });
  check_fault(lowered(zeros({6}, dtype::complex64, {{2}}).sum()), "orders",
              [&](graph& g) { chunk(g).how = reduction::max; });
  check_fault(reduced(), "another reduction", [](graph& g) {
    std::get<op_reduce_combine>(g.layers[2].op).how = reduction::mean;
  });
  check_fault(reduced(), "unknown", [](graph& g) {
    std::get<op_reduce_combine>(g.layers[2].op).how =
        static_cast<reduction>(99);
  });
  check_fault(reduced(), "no partial result",
              [](graph& g) { g.layers[3].inputs[0].from = 0; });
  check_fault(reduced(), "partial result",
              [](graph& g) { g.layers[3].parts = 1; });
}

BOOST_AUTO_TEST_CASE(slices_are_checked) {
  auto op = [](graph& g) -> op_slice& {
    return std::get<op_slice>(g.layers[1].op);
  };
  check_fault(sliced(), "slices blocks that do not fit",
              [&](graph& g) { op(g).extent[0] = 4; });
  check_fault(sliced(), "slices blocks that do not fit",
              [&](graph& g) { op(g).step[1] = 0; });
  check_fault(sliced(), "slices blocks that do not fit", [&](graph& g) {
    op(g).dropped = {true, false};
  });
  check_fault(sliced(), "slices axes that do not fit",
              [&](graph& g) { op(g).added = {false}; });
  check_fault(sliced(), "slices axes that do not fit",
              [&](graph& g) { op(g).start.pop_back(); });
  check_fault(sliced(), "is no array",
              [](graph& g) { g.layers[1].type = dtype::float32; });
}

BOOST_AUTO_TEST_CASE(takes_are_checked) {
  const std::int64_t picks[] = {0, 2, 3, 3, 8, 7};
  const auto g =
      lowered(take(random_uniform({9, 9}, 1, dtype::float64, {{2}}), picks, 1));
  auto taken = [](graph& made) -> layer& {
    return *std::find_if(
        made.layers.begin(), made.layers.end(),
        [](const layer& l) { return std::holds_alternative<op_take>(l.op); });
  };
  check_fault(g, "more or fewer elements", [&](graph& made) {
    std::get<op_take>(taken(made).op).at.push_back(1);
  });
  check_fault(g, "no array",
              [&](graph& made) { std::get<op_take>(taken(made).op).axis = 2; });
  check_fault(g, "do not fit", [&](graph& made) {
    taken(made).inputs[0].axes[0].how = axis_map::kind::first;
  });
}

BOOST_AUTO_TEST_CASE(sizes_are_checked) {
  check_fault(sum(), "without blocks",
              [](graph& g) { g.layers[2].out[0] = axis_chunks{}; });
  check_fault(sum(), "too many blocks", [](graph& g) {
    g.layers[0].out = {axis_chunks::ones(1 << 21), axis_chunks::ones(1 << 21)};
  });
  check_fault(sum(), "too many elements", [](graph& g) {
    auto large =
        axis_chunks::regular(std::int64_t{1} << 40, std::int64_t{1} << 30);
    g.layers[0].out = {large, large};
  });
  check_fault(sum(), "33 axes", [](graph& g) {
    g.layers[0].out.resize(33, axis_chunks::ones(1));
  });
}

BOOST_AUTO_TEST_CASE(explicit_edges_are_checked) {
  auto chain = [] {
    auto edges = std::make_shared<explicit_edges>();
    edges->offsets = {0, 0, 1, 3};
    edges->predecessors = {0, 0, 1};
    edges->index();
    graph g;
    g.layers.emplace_back();
    g.layers[0].op = op_call{"f", {}};
    g.layers[0].out.push_back(axis_chunks::ones(3));
    g.layers[0].edges = edges;
    g.roots = {0};
    return g;
  };
  auto change = [](graph& g, auto how) {
    auto edges = std::make_shared<explicit_edges>(*g.layers[0].edges);
    how(*edges);
    g.layers[0].edges = edges;
  };
  check_fault(chain(), "one that is not before it", [&](graph& g) {
    change(g, [](explicit_edges& e) { e.predecessors[2] = 2; });
  });
  check_fault(chain(), "out of order", [&](graph& g) {
    change(g, [](explicit_edges& e) { e.offsets = {0, 2, 1, 3}; });
  });
  check_fault(chain(), "do not fit its tasks", [&](graph& g) {
    change(g, [](explicit_edges& e) { e.offsets.pop_back(); });
  });
  check_fault(chain(), "not indexed", [&](graph& g) {
    change(g, [](explicit_edges& e) { e.consumers.clear(); });
  });
  check_fault(chain(), "no row of calls",
              [](graph& g) { g.layers[0].op = op_dot{}; });
}

BOOST_AUTO_TEST_CASE(retries_have_a_bound) {
  graph g;
  g.layers.emplace_back();
  g.layers[0].op = op_call{"f", {}, true, most_retries, -1};
  g.roots = {0};
  BOOST_TEST(!find_fault(g).has_value());
  check_fault(g, "is to be run again 101 times", [](graph& bad) {
    std::get<op_call>(bad.layers[0].op).retries = 101;
  });
}

BOOST_AUTO_TEST_CASE(only_calls_read_blocks_of_unknown_shape) {
  check_fault(sum(), "blocks of unknown shape", [](graph& g) {
    g.layers[0].op = op_call{"f", {}, true};
  });
}

BOOST_AUTO_TEST_SUITE_END()
