#include "apps/tern/language/evaluate.hpp"
#include "tests/apps/runners.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstring>
#include <fstream>
#include <string>

using namespace tern;
using namespace tern::testing;

namespace {

constexpr std::int64_t fewest_blocks = 20;

nlohmann::json references() {
  std::ifstream file(TERN_SOURCE_DIR "/tests/apps/references/references.json");
  BOOST_REQUIRE(file);
  return nlohmann::json::parse(file);
}

array array_of(const nlohmann::json& reference) {
  auto program = reference["program"].get<std::string>();
  const std::string mark = "{source}";
  for (auto at = program.find(mark); at != std::string::npos;
       at = program.find(mark))
    program.replace(at, mark.size(), TERN_SOURCE_DIR);
  evaluate_options options;
  options.compute = runners().front().run;
  return std::get<array>(evaluate(program, options));
}

double number_in(const nlohmann::json& j) {
  if (j.is_null())
    return std::nan("");
  if (j.is_string())
    return j == "inf" ? INFINITY : -INFINITY;
  return j.get<double>();
}

std::complex<double> complex_in(const nlohmann::json& j) {
  return {number_in(j[0]), number_in(j[1])};
}

/// Equal, both NaN, or as near as the tolerance (relative, of at least 1e-300)
/// says.
bool agrees(double found, double expected, double tolerance) {
  if (std::isnan(expected))
    return std::isnan(found);
  return found == expected
         || std::abs(found - expected) <= tolerance * std::abs(expected);
}

/// Both parts, or as near as the tolerance, relative to the absolute value,
/// says.
bool agrees(std::complex<double> found, std::complex<double> expected,
            double tolerance) {
  const bool near =
      std::abs(found - expected) <= tolerance * std::abs(expected);
  return near
         || (agrees(found.real(), expected.real(), 0)
             && agrees(found.imag(), expected.imag(), 0));
}

template <class T>
void check_values(const block& found, const nlohmann::json& reference) {
  const auto& expected = reference["values"];
  const auto tolerance = reference["tolerance"].get<double>();
  const auto values = found.values<T>();
  BOOST_REQUIRE(values.size() == expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    bool same = false;
    if constexpr (is_complex_type<T>)
      same = agrees(std::complex<double>(values[i]), complex_in(expected[i]),
                    tolerance);
    else if constexpr (std::is_floating_point_v<T>)
      same = agrees(static_cast<double>(values[i]), number_in(expected[i]),
                    tolerance);
    else
      same = values[i] == expected[i].get<T>();
    if (!same) {
      BOOST_ERROR("element " << i << " is " << values[i] << ", expected "
                             << expected[i]);
      return;
    }
  }
}

/// Any NaN equals any NaN.
template <class T>
bool same_bits(const block& a, const block& b) {
  const auto x = a.values<T>();
  const auto y = b.values<T>();
  const auto same = []<class N>(N p, N q) {
    return (p != p && q != q) || std::memcmp(&p, &q, sizeof(N)) == 0;
  };
  return std::equal(x.begin(), x.end(), y.begin(), y.end(), [&](T p, T q) {
    if constexpr (is_complex_type<T>)
      return same(p.real(), q.real()) && same(p.imag(), q.imag());
    else
      return same(p, q);
  });
}

bool is_ragged(const chunks& cut) {
  return std::any_of(cut.begin(), cut.end(), [](const axis_chunks& axis) {
    return axis.runs().size() > 1;
  });
}

/// What a layer's tasks run over: the space that a reduction reduces.
const chunks& worked_on(const layer& l) {
  if (const auto* op = std::get_if<op_reduce_chunk>(&l.op))
    return op->space;
  return l.out;
}

/// A part of what is put together, directly or by way of another part.
bool is_part(const graph& g, const layer& l) {
  const auto id = static_cast<layer_id>(&l - g.layers.data());
  return std::any_of(g.layers.begin(), g.layers.end(), [&](const layer& r) {
    const bool reads =
        std::any_of(r.inputs.begin(), r.inputs.end(),
                    [&](const layer_input& in) { return in.from == id; });
    return reads
           && (std::holds_alternative<op_assemble>(r.op) || is_part(g, r));
  });
}

/// Layers that come after a reduction may be small; so may the sources of
/// one axis that meet others in a larger layer, and views of those; and the
/// parts of what is put together.
bool may_be_small(const graph& g, const layer& l) {
  if (std::holds_alternative<op_reduce_combine>(l.op)
      || std::holds_alternative<op_reduce_finish>(l.op))
    return true;
  if (is_part(g, l))
    return true;
  if (l.inputs.empty())
    return l.out.size() < 2;
  return std::any_of(l.inputs.begin(), l.inputs.end(), [&](const auto& i) {
    return may_be_small(g, g.layers[i.from]);
  });
}

/// One reference after another; a mistake in one does not hide the others.
template <class F>
void each_reference(F&& f) {
  for (const auto& reference : references())
    BOOST_TEST_CONTEXT(reference["program"].get<std::string>()) {
      try {
        f(reference, array_of(reference));
      } catch (const std::exception& error) {
        BOOST_ERROR(error.what());
      }
    }
}

void check_answer(const nlohmann::json& reference, const array& a) {
  const auto s = reference["shape"].get<std::vector<std::int64_t>>();
  BOOST_TEST(name_of(a.type()) == reference["dtype"].get<std::string>());
  BOOST_TEST(to_string(a.shape()) == to_string({s.begin(), s.end()}));
  for (const auto& r : runners())
    BOOST_TEST_CONTEXT("by " << r.name) {
      const auto found = r.run(a);
      if (found)
        dispatch(a.type(),
                 [&]<class T>(T) { check_values<T>(*found, reference); });
      else
        BOOST_ERROR(found.error().what);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(references_by_numpy)

BOOST_AUTO_TEST_CASE(every_runner_gives_numpys_answers) {
  each_reference(check_answer);
}

BOOST_AUTO_TEST_CASE(every_runner_gives_the_same_bits) {
  each_reference([](const nlohmann::json&, const array& a) {
    const auto oracle = runners().front().run(a).value();
    for (const auto& r : runners().subspan(1)) {
      const auto found = r.run(a).value();
      BOOST_TEST_CONTEXT("by " << r.name)
      dispatch(a.type(),
               [&]<class T>(T) { BOOST_TEST(same_bits<T>(found, oracle)); });
    }
  });
}

BOOST_AUTO_TEST_CASE(the_longest_program_is_computed) {
  std::string program = "x = ones(40, chunks=2)\n";
  for (int i = 0; i < 4000; ++i)
    program += "x = x + 1\n";
  const auto a = std::get<array>(evaluate(program));
  for (const auto& r : runners())
    BOOST_TEST_CONTEXT("by " << r.name) {
      const auto found = r.run(a);
      BOOST_REQUIRE_MESSAGE(found, found.error().what);
      for (double x : found->values<double>())
        BOOST_REQUIRE(x == 4001);
    }
}

BOOST_AUTO_TEST_CASE(every_operation_runs_over_many_blocks) {
  std::size_t count = 0;
  std::size_t ragged = 0;
  each_reference([&](const nlohmann::json&, const array& a) {
    const auto g = lower({&a, 1});
    std::int64_t largest = 0;
    bool some_ragged = false;
    for (const auto& l : g.layers) {
      const auto blocks = element_count(grid(worked_on(l)));
      largest = std::max(largest, blocks);
      some_ragged |= is_ragged(worked_on(l));
      if (!may_be_small(g, l))
        BOOST_TEST(blocks >= fewest_blocks, l.expression);
    }
    BOOST_TEST(largest >= fewest_blocks);
    ++count;
    ragged += some_ragged ? 1 : 0;
  });
  BOOST_TEST(count >= 30u);
  BOOST_TEST(ragged * 10 >= count * 9);
}

BOOST_AUTO_TEST_SUITE_END()
