// Reductions against NumPy over every set of axes, then what they promise: a
// partial result depends on shape and values, not on how operands lie; steps
// combine to the whole; sums are nearly exact.

#include "dataflow/block/instruction_set.hpp"
#include "tests/dataflow/block/reference_data.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

using namespace tern;
using namespace tern::test;

namespace {

constexpr reduction all_reductions[] = {
    reduction::sum,           reduction::mean,
    reduction::min,           reduction::max,
    reduction::nanmean,       reduction::nansum,
    reduction::std_deviation, reduction::variance,
    reduction::prod,          reduction::any,
    reduction::all,           reduction::nanmin,
    reduction::nanmax,        reduction::count_nonzero,
    reduction::nanprod,       reduction::nan_std_deviation,
    reduction::nan_variance};

program plain(dtype type) {
  return {{{.op = opcode::load, .type = type}}};
}

shape without(const shape& s, const std::vector<bool>& axes) {
  shape kept;
  for (std::size_t axis = 0; axis < s.size(); ++axis)
    if (!axes[axis])
      kept.insert(kept.end(), s[axis]);
  return kept;
}

block chunk(reduction r, const block& x, const std::vector<bool>& axes) {
  const auto from = whole(x);
  return reduce_chunk(r, plain(x.type()), {&from, 1}, x.shape(), axes);
}

block reduce(reduction r, const block& x, const std::vector<bool>& axes) {
  return reduce_finish(r, chunk(r, x, axes), without(x.shape(), axes),
                       result_type(r, x.type()), 0);
}

double number(const block& b, std::int64_t i) {
  return dispatch_real(b.type(), [&](auto zero) {
    return static_cast<double>(b.values<decltype(zero)>()[i]);
  });
}

/// 14 additions and a division deep: a few roundings. float32 results are
/// rounded to 24 bits here, while NumPy's are added up in float32.
double tolerance(dtype type) {
  return type == dtype::float32 ? 2e-6 : 4e-15;
}

bool near(double got, double want, double tolerance) {
  if (std::isnan(want) || std::isinf(want))
    return std::isnan(want) ? std::isnan(got) : got == want;
  return std::fabs(got - want) <= tolerance * std::max(1.0, std::fabs(want));
}

void check_against_numpy(const std::string& name,
                         std::span<const reduction> reductions) {
  const auto x = load("reduce_" + name);
  const auto results = load("reduce_" + name + "_results");
  for (std::size_t k = 0; k < reductions.size(); ++k) {
    const auto want = row(results, static_cast<std::int64_t>(k));
    std::int64_t at = 0;
    for (int bits = 0; bits < 8; ++bits) {
      const std::vector<bool> axes{(bits & 1) != 0, (bits & 2) != 0,
                                   (bits & 4) != 0};
      const auto got = reduce(reductions[k], x, axes);
      BOOST_TEST((got.type() == result_type(reductions[k], x.type())));
      for (std::int64_t i = 0; i < got.size(); ++i, ++at)
        BOOST_TEST(near(number(got, i), want.values<double>()[at],
                        tolerance(x.type())),
                   name << ", reduction " << k << ", axes " << bits
                        << ", element " << i << ": " << number(got, i)
                        << ", not " << want.values<double>()[at]);
    }
    BOOST_TEST(at == want.size());
  }
}

/// x.T, to be seen as x.
operand transposed(const block& x, block& storage) {
  auto turned = whole(x);
  turned.axes.assign({1, 0});
  storage =
      elementwise(plain(x.type()), {&turned, 1}, {x.shape()[1], x.shape()[0]});
  auto back = whole(storage);
  back.axes.assign({1, 0});
  return back;
}

/// The sum in 64 more bits.
long double long_sum(const block& x) {
  long double total = 0;
  for (double value : x.values<double>())
    total += value;
  return total;
}

} // namespace

BOOST_AUTO_TEST_SUITE(reductions)

BOOST_AUTO_TEST_CASE(results_are_those_of_numpy_for_all_sets_of_axes) {
  for (auto set : {instruction_set::baseline, instruction_set::avx2,
                   instruction_set::avx512}) {
    choose_instruction_set(set);
    for (const auto* name : {"float64", "float32", "int64", "bool"})
      check_against_numpy(name, all_reductions);
  }
  choose_instruction_set(best_instruction_set());
}

BOOST_AUTO_TEST_CASE(missing_values_are_left_out_as_in_numpy) {
  const reduction leave_out[] = {
      reduction::nanmean,     reduction::nansum,  reduction::nanmin,
      reduction::nanmax,      reduction::nanprod, reduction::nan_std_deviation,
      reduction::nan_variance};
  check_against_numpy("gaps", leave_out);
}

BOOST_AUTO_TEST_CASE(a_missing_value_spoils_what_does_not_leave_it_out) {
  const double nan = std::nan("");
  for (std::int64_t n : {3, 40, 700, 1500}) {
    std::vector<double> values(static_cast<std::size_t>(n), 1.0);
    values[static_cast<std::size_t>(n / 2)] = nan;
    const auto x = make<double>({n}, values);
    for (auto r : {reduction::sum, reduction::mean, reduction::min,
                   reduction::max, reduction::prod, reduction::variance}) {
      BOOST_TEST(std::isnan(reduce(r, x, {true}).item()));
      const auto tall = make<double>({n, 1}, values);
      BOOST_TEST(std::isnan(reduce(r, tall, {true, false}).item()));
    }
    BOOST_TEST(reduce(reduction::nanmin, x, {true}).item() == 1.0);
    BOOST_TEST(reduce(reduction::any, x, {true}).item() == 1.0);
  }
}

BOOST_AUTO_TEST_CASE(bits_do_not_depend_on_how_an_operand_lies) {
  for (const shape& s : {shape{5, 7},
                         {100, 100},
                         {40, 600},
                         {600, 40},
                         {33, 1500},
                         {1500, 33},
                         {1, 2000}}) {
    const auto x = noise(s, 3);
    block storage;
    const auto along = whole(x);
    const auto across = transposed(x, storage);
    for (auto r : all_reductions)
      for (int bits = 0; bits < 4; ++bits) {
        const std::vector<bool> axes{(bits & 1) != 0, (bits & 2) != 0};
        const auto a = reduce_chunk(r, plain(x.type()), {&along, 1}, s, axes);
        const auto b = reduce_chunk(r, plain(x.type()), {&across, 1}, s, axes);
        BOOST_TEST(identical(a, b), to_string(s) << " " << bits);
      }
  }
}

BOOST_AUTO_TEST_CASE(bits_do_not_depend_on_the_instruction_set) {
  const auto x = noise({70, 90}, 3);
  for (auto r : all_reductions)
    for (int bits = 0; bits < 4; ++bits) {
      const std::vector<bool> axes{(bits & 1) != 0, (bits & 2) != 0};
      choose_instruction_set(instruction_set::baseline);
      const auto a = chunk(r, x, axes);
      choose_instruction_set(best_instruction_set());
      BOOST_TEST(identical(a, chunk(r, x, axes)));
    }
}

BOOST_AUTO_TEST_CASE(a_source_reduces_as_the_block_it_makes) {
  const shape s{90, 700};
  const source made{source_kind::random_uniform, dtype::float64, 0, 0, 8, s};
  const auto held = whole(noise(s, 8));
  const operand source_of{
      .data = {}, .axes = {}, .made = &made, .origin = {0, 0}};
  for (int bits = 1; bits < 4; ++bits) {
    const std::vector<bool> axes{(bits & 1) != 0, (bits & 2) != 0};
    const auto code = plain(dtype::float64);
    BOOST_TEST(identical(
        reduce_chunk(reduction::variance, code, {&held, 1}, s, axes),
        reduce_chunk(reduction::variance, code, {&source_of, 1}, s, axes)));
  }
}

BOOST_AUTO_TEST_CASE(the_elementwise_work_before_is_not_stored) {
  const shape s{130, 270};
  const auto x = noise(s, 1);
  const auto y = noise(s, 2);
  const operand from[] = {whole(x), whole(y)};
  const auto code = single(opcode::multiply, dtype::float64, dtype::float64);
  const auto product = elementwise(code, from, s);
  for (int bits = 0; bits < 4; ++bits) {
    const std::vector<bool> axes{(bits & 1) != 0, (bits & 2) != 0};
    BOOST_TEST(identical(reduce_chunk(reduction::mean, code, from, s, axes),
                         chunk(reduction::mean, product, axes)));
  }
}

BOOST_AUTO_TEST_CASE(axes_of_many_kinds_reduce_as_one_after_the_other) {
  const shape s{3, 1, 4, 5, 1, 6};
  const auto x = noise(s, 4);
  for (int bits = 0; bits < 64; ++bits) {
    std::vector<bool> axes;
    block want = x;
    for (int axis = 0; axis < 6; ++axis) {
      axes.push_back((bits >> axis & 1) != 0);
      if (!axes.back())
        continue;
      std::vector<bool> one(6, false);
      one[static_cast<std::size_t>(axis)] = true;
      auto kept = want.shape();
      kept[static_cast<std::size_t>(axis)] = 1;
      want = reduce_finish(reduction::sum, chunk(reduction::sum, want, one),
                           kept, dtype::float64, 0);
    }
    const auto got = reduce(reduction::sum, x, axes);
    BOOST_REQUIRE_EQUAL(got.size(), want.size());
    for (std::int64_t i = 0; i < got.size(); ++i)
      BOOST_TEST(near(number(got, i), number(want, i), 1e-14));
  }
}

BOOST_AUTO_TEST_CASE(a_sum_of_a_million_is_nearly_exact) {
  const std::int64_t n = 1'000'003;
  const auto x = noise({n}, 21);
  const auto want = long_sum(x);
  // 16 + 5 + 11 roundings of at most half an ulp of what they add up to;
  // signs differ, so far fewer count
  const double ulp = 0x1p-53 * static_cast<double>(want);
  const auto got = reduce(reduction::sum, x, {true}).item();
  BOOST_TEST(std::fabs(static_cast<double>(got - want)) <= 4 * ulp);
  const auto tall =
      make<double>({n, 1}, std::vector<double>(x.values<double>().begin(),
                                               x.values<double>().end()));
  const auto rows = reduce(reduction::sum, tall, {true, false}).item();
  BOOST_TEST(std::fabs(static_cast<double>(rows - want)) <= 8 * ulp);
}

BOOST_AUTO_TEST_CASE(float32_is_added_up_in_float64) {
  const std::int64_t n = 1 << 18;
  const auto x = noise({n}, 22, dtype::float32);
  double want = 0; // exact: 24 bits and 18 bits of carries
  for (float value : x.values<float>())
    want += static_cast<double>(value);
  BOOST_TEST(chunk(reduction::sum, x, {true}).item() == want);
}

BOOST_AUTO_TEST_CASE(variance_holds_where_the_mean_is_large) {
  // mean 1e9, variance 1/12: the squares alone would have no digit left
  const std::int64_t n = 100'000;
  const auto u = noise({n}, 23);
  const operand from[] = {whole(u), whole(block::of(1e9))};
  const auto code = single(opcode::add, dtype::float64, dtype::float64);
  const auto part = reduce_chunk(reduction::variance, code, from, {n}, {true});
  const auto got =
      reduce_finish(reduction::variance, part, {}, dtype::float64, 0).item();
  const auto plain_variance = reduce(reduction::variance, u, {true}).item();
  // 1e9 + u is rounded to 1.2e-7 before
  BOOST_TEST(std::fabs(got - plain_variance) < 1e-8);
  const auto tall = elementwise(code, from, {n});
  const auto rows =
      make<double>({n, 1}, std::vector<double>(tall.values<double>().begin(),
                                               tall.values<double>().end()));
  BOOST_TEST(
      near(reduce(reduction::variance, rows, {true, false}).item(), got, 1e-9));
}

BOOST_AUTO_TEST_CASE(partial_results_of_pieces_combine_to_the_whole) {
  const auto x = load("reduce_float64");
  const std::vector<bool> axes{true, true, false};
  for (auto r : all_reductions) {
    std::vector<block> parts;
    for (std::int64_t start : {0, 0, 5, 6})
      parts.push_back(
          chunk(r,
                slice(x, {0, start, 0}, {1, 1, 1},
                      {4,
                       start == 0 ? static_cast<std::int64_t>(parts.size()) * 5
                       : start == 5 ? 1
                                    : 7,
                       5},
                      {4,
                       start == 0 ? static_cast<std::int64_t>(parts.size()) * 5
                       : start == 5 ? 1
                                    : 7,
                       5}),
                axes)); // 0, 5, 1 and 7 of the 13
    const auto type = result_type(r, x.type());
    const auto got = reduce_finish(r, reduce_combine(r, parts), {5}, type, 0);
    const auto want = reduce(r, x, axes);
    for (std::int64_t i = 0; i < 5; ++i)
      BOOST_TEST(near(number(got, i), number(want, i), 4e-15));
  }
}

BOOST_AUTO_TEST_CASE(no_elements_give_what_changes_nothing) {
  const auto none = make<double>({0, 3}, {});
  const std::vector<bool> axes{true, false};
  auto finished = [&](reduction r) {
    return number(reduce(r, none, axes), 2);
  };
  BOOST_TEST(finished(reduction::sum) == 0);
  BOOST_TEST(finished(reduction::prod) == 1);
  BOOST_TEST(finished(reduction::any) == 0);
  BOOST_TEST(finished(reduction::all) == 1);
  BOOST_TEST(std::isnan(finished(reduction::mean)));
  BOOST_TEST(std::isnan(finished(reduction::variance)));
  BOOST_TEST(finished(reduction::min)
             == std::numeric_limits<double>::infinity());
  BOOST_TEST(std::isnan(finished(reduction::nanmax)));
  BOOST_TEST(reduce(reduction::sum, none, {false, true}).size() == 0);
}

BOOST_AUTO_TEST_CASE(ddof_lowers_the_divisor_but_not_below_zero) {
  const auto x = make<double>({4}, {1, 2, 3, 6});
  const auto part = chunk(reduction::variance, x, {true});
  auto finish = [&](double ddof) {
    return reduce_finish(reduction::variance, part, {}, dtype::float64, ddof)
        .item();
  };
  BOOST_TEST(finish(0) == 3.5);
  BOOST_TEST(finish(2) == 7.0);
  BOOST_TEST(std::isinf(finish(4)));
  BOOST_TEST(std::isinf(finish(5)));
}

BOOST_AUTO_TEST_CASE(sums_of_integers_wrap) {
  const auto most = std::numeric_limits<std::int64_t>::max();
  const auto x = make<std::int64_t>({2}, {most, 1});
  const auto got = reduce(reduction::sum, x, {true});
  BOOST_TEST(got.values<std::int64_t>()[0]
             == std::numeric_limits<std::int64_t>::min());
}

BOOST_AUTO_TEST_CASE(mistakes_are_refused) {
  const auto x = noise({3, 4}, 1);
  BOOST_CHECK_THROW(chunk(reduction::sum, x, {true}), std::invalid_argument);
  const auto part = chunk(reduction::sum, x, {true, true});
  BOOST_CHECK_THROW(reduce_finish(reduction::sum, part, {2}, dtype::float64, 0),
                    std::invalid_argument);
  BOOST_CHECK_THROW(reduce_combine(reduction::mean, {&part, 1}),
                    std::invalid_argument);
  BOOST_CHECK_THROW(reduce_combine(reduction::sum, {}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
