#include "dataflow/optimize/optimize.hpp"
#include "tests/dataflow/array/computed.hpp"
#include "tests/dataflow/array/operators.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

using namespace tern;
using namespace tern::test;

namespace {

/// Expressions of all operations over arrays whose blocks line up. The same
/// seed gives the same one.
class expression_maker {
public:
  explicit expression_maker(std::uint64_t seed) : random_(seed) {
    size_ = between(2, 7);
    cut_ = {between(1, 3)};
    square_.push_back(
        random_uniform({size_, size_}, seed, dtype::float64, {cut_}));
    square_.push_back(at(random_uniform({size_ + cut_[0], size_}, seed + 1,
                                        dtype::float32, {cut_}),
                         {cut(cut_[0])}));
    auto ramp =
        arange(std::int64_t{-2}, size_ - 2, std::int64_t{1}, {}, {cut_});
    square_.push_back(at(ramp, {whole, newaxis}) * ramp);
    flat_.push_back(ramp);
    flat_.push_back(square_[0].reduce(reduction::mean, axes{0}));
    flat_.push_back(at(square_[1], {one(0)}));
  }

  std::vector<array> make() {
    for (auto steps = between(2, 14); steps > 0; --steps)
      square_.push_back(step());
    std::vector<array> roots;
    roots.push_back(result(square_.back()));
    if (between(0, 2) == 0)
      roots.push_back(any(square_));
    if (between(0, 4) == 0)
      roots.push_back(any(flat_));
    return roots;
  }

private:
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>{low, high}(random_);
  }

  const array& any(const std::vector<array>& from) {
    return from[static_cast<std::size_t>(
        between(0, static_cast<std::int64_t>(from.size()) - 1))];
  }

  /// One that lines up with a square array.
  value operand() {
    switch (between(0, 6)) {
    case 0:
      return any(flat_);
    case 1:
      return at(any(flat_), {whole, newaxis});
    case 2:
      return scalar{between(-3, 3)};
    case 3:
      return scalar{0.25};
    case 4:
      return any(square_).transpose();
    default:
      return any(square_);
    }
  }

  array step() {
    auto& x = any(square_);
    switch (between(0, 9)) {
    case 0:
      return x.transpose();
    case 1:
      return unary(opcode::exp, x);
    case 2:
      return unary(opcode::absolute, x);
    case 3:
      return where(less(x, operand()), x, operand());
    case 4:
      return x.astype(between(0, 1) ? dtype::float32 : dtype::int64);
    case 5:
      return x - x.reduce(reduction::max, axes{between(0, 1)}, true);
    case 6:
      return binary(opcode::minimum, x, operand());
    case 7:
      flat_.push_back(x.reduce(reduction::sum, axes{between(0, 1)}));
      return x * operand();
    case 8:
      return operand_first(x);
    default:
      return x + operand();
    }
  }

  array operand_first(const array& x) {
    return operand() - x;
  }

  array result(const array& x) {
    switch (between(0, 3)) {
    case 0:
      return x.reduce(reduction::std_deviation, {});
    case 1:
      return x.reduce(reduction::sum, axes{between(0, 1)});
    case 2:
      return x.dot(any(square_));
    default:
      return x;
    }
  }

  std::mt19937_64 random_;
  std::int64_t size_ = 0;
  std::vector<std::int64_t> cut_;
  std::vector<array> square_;
  std::vector<array> flat_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(optimization)

BOOST_AUTO_TEST_CASE(random_expressions_keep_their_bits) {
  std::size_t saved = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    auto roots = expression_maker{seed}.make();
    auto g = lower(roots);
    auto fused = optimize(g);
    saved += g.layers.size() - fused.layers.size();
    auto expected = run(g);
    auto got = run(fused);
    BOOST_REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i)
      BOOST_TEST((got[i] == expected[i]),
                 "seed " << seed << ": " << roots[i].expression());
  }
  BOOST_TEST(saved > 1000);
}

BOOST_AUTO_TEST_CASE(layers_that_no_root_reaches_are_dropped) {
  auto x = zeros({6}, dtype::float64, {{2}});
  auto y = ones({6}, dtype::float64, {{2}});
  auto g = lower(std::vector{x, y});
  g.roots = {1};
  auto culled = cull(g);
  BOOST_TEST(culled.layers.size() == 1);
  BOOST_TEST(culled.roots[0] == 0);
  BOOST_TEST(run(culled)[0][0] == 1);
}

BOOST_AUTO_TEST_CASE(passes_are_watched_in_order) {
  auto x = zeros({6}) + 1;
  std::string seen;
  optimize(lower({&x, 1}), [&](std::string_view name, const graph& g) {
    seen += std::string{name} + " " + std::to_string(g.layers.size()) + ";";
  });
  BOOST_TEST(seen == "cull 2;fuse 1;rematerialise 1;fuse 1;share 1;");
}

BOOST_AUTO_TEST_CASE(unsound_graphs_are_named_with_pass_and_layer) {
  auto x = zeros({6}) + 1;
  auto g = lower({&x, 1});
  g.layers[1].type = dtype::int64;
  try {
    check(g, "fuse");
    BOOST_FAIL("it is not sound");
  } catch (const std::logic_error& e) {
    std::string what = e.what();
    BOOST_TEST(what.find("after fuse: layer 1 (") == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()
