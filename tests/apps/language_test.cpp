#include "apps/tern/language/evaluate.hpp"
#include "apps/tern/language/functions.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <set>
#include <string>
#include <vector>

using namespace tern;

namespace {

std::string shown(const std::string& program) {
  return language::represent(evaluate(program));
}

array array_of(const std::string& program) {
  const auto v = evaluate(program);
  BOOST_REQUIRE_MESSAGE(std::holds_alternative<array>(v),
                        program << " gives " << language::describe(v));
  return std::get<array>(v);
}

/// "float64 (3, 4)".
std::string kind_of(const std::string& program) {
  const auto a = array_of(program);
  return std::string(name_of(a.type())) + " " + to_string(a.shape());
}

struct expectation {
  const char* program;
  const char* result;
};

void check_all(const std::vector<expectation>& table,
               std::string (*of)(const std::string&)) {
  for (const auto& e : table) {
    BOOST_TEST_CONTEXT(e.program) {
      try {
        BOOST_TEST(of(e.program) == e.result);
      } catch (const language_error& error) {
        BOOST_ERROR(error.what());
      }
    }
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(language_values)

BOOST_AUTO_TEST_CASE(numbers_are_written_as_in_python) {
  check_all({{"1", "1"},
             {"1_000", "1000"},
             {"0", "0"},
             {"9223372036854775807", "9223372036854775807"},
             {"1.5", "1.5"},
             {"1.", "1.0"},
             {".5", "0.5"},
             {"1e3", "1000.0"},
             {"1e-7", "1e-07"},
             {"2.5E+20", "2.5e+20"},
             {"1e-400", "0.0"},
             {"0.1 + 0.2", "0.30000000000000004"},
             {"nan", "nan"},
             {"-inf", "-inf"},
             {"pi", "3.141592653589793"},
             {"e", "2.718281828459045"},
             {"True", "True"},
             {"None", "None"},
             {"'a' ", "'a'"},
             {R"("it's\n")", R"('it\'s\n')"}},
            shown);
}

BOOST_AUTO_TEST_CASE(complex_numbers_are_pythons) {
  check_all({{"2j", "2j"},
             {"1.5e3J", "1500j"},
             {".5j", "0.5j"},
             {"1_0j", "10j"},
             {"007j", "7j"},
             {"1 + 2j", "(1+2j)"},
             {"1 - 2j", "(1-2j)"},
             {"-2j", "(-0-2j)"},
             {"0.1 + 1e-7j", "(0.1+1e-07j)"},
             {"1e20 * 1j", "1e+20j"},
             {"nan + 1j", "(nan+1j)"},
             {"(1 + 2j) * (3 - 1j)", "(5+5j)"},
             {"(1 + 2j) / (3 - 4j)", "(-0.2+0.4j)"},
             {"1 / 2j", "-0.5j"},
             {"(1 + 2j) ** 2", "(-3+4j)"},
             {"(1 + 2j) ** -1", "(0.2-0.4j)"},
             {"2j ** 0", "(1+0j)"},
             {"1e200j ** -2", "(nan+nanj)"},
             {"1j ** 1j", "(0.20787957635076193+0j)"},
             {"(-8) ** (1 / 3)", "(1.0000000000000002+1.7320508075688772j)"},
             {"1 + 0j == 1", "True"},
             {"1j != 2j", "True"},
             {"(1 + 2j).real", "1.0"},
             {"(1 + 2j).imag", "2.0"},
             {"(3).imag", "0"},
             {"abs(3 + 4j)", "5.0"},
             {"conj(1 + 2j)", "(1-2j)"},
             {"angle(1j)", "1.5707963267948966"},
             {"angle(1j, deg=True)", "90.0"},
             {"real(1 + 2j) + imag(2j)", "3.0"},
             {"sqrt(-4 + 0j)", "2j"},
             {"isinf(inf * 1j)", "True"},
             {"complex(3)", "(3+0j)"},
             {"complex64(0.1j)", "0.10000000149011612j"},
             {"bool(0j)", "False"}},
            shown);
}

BOOST_AUTO_TEST_CASE(complex_arrays_have_numpys_dtypes) {
  check_all({{"arange(3) * 1j", "complex128 (3,)"},
             {"ones(3, dtype=float32) * 1j", "complex64 (3,)"},
             {"zeros(3, dtype=complex)", "complex128 (3,)"},
             {"zeros(3, dtype='complex64')", "complex64 (3,)"},
             {"full(3, 1 + 2j)", "complex128 (3,)"},
             {"(arange(3) * 1j).real", "float64 (3,)"},
             {"arange(3).imag", "int64 (3,)"},
             {"(arange(3) * 1j).conj()", "complex128 (3,)"},
             {"conjugate(complex64(arange(3)))", "complex64 (3,)"},
             {"angle(complex64(arange(3)))", "float32 (3,)"},
             {"abs(complex64(arange(3)))", "float32 (3,)"},
             {"x = arange(3) * 1j; x == x", "bool (3,)"},
             {"isinf(arange(3) * 1j)", "bool (3,)"},
             {"(arange(3) * 1j).std()", "float64 ()"},
             {"arange(3).sum(dtype=complex64)", "complex64 ()"},
             {"(arange(3) * 1j).astype(bool)", "bool (3,)"},
             {"where(arange(3) > 1, 1j, 0)", "complex128 (3,)"}},
            kind_of);
}

BOOST_AUTO_TEST_CASE(precedence_is_pythons) {
  check_all({{"1 + 2 * 3", "7"},
             {"(1 + 2) * 3", "9"},
             {"2 ** 3 ** 2", "512"},
             {"-2 ** 2", "-4"},
             {"2 ** -1", "0.5"},
             {"- - 2", "2"},
             {"~5", "-6"},
             {"~True", "-2"},
             {"10 - 4 - 3", "3"},
             {"100 / 10 / 2", "5.0"},
             {"1 | 2 & 3 ^ 1", "3"},
             {"6 & 3 == 2", "True"},
             {"1 + 1 == 2", "True"},
             {"7 // 2 * 2 + 7 % 2", "7"},
             {"2 * -3", "-6"},
             {"1 < 2", "True"},
             {"True & False", "False"},
             {"True + True", "2"}},
            shown);
}

BOOST_AUTO_TEST_CASE(division_rounds_down_as_in_python) {
  check_all({{"7 // 2", "3"},
             {"-7 // 2", "-4"},
             {"7 // -2", "-4"},
             {"-7 % 3", "2"},
             {"7 % -3", "-2"},
             {"7.5 // 2", "3.0"},
             {"-7.5 // 2", "-4.0"},
             {"-7.5 % 2", "0.5"},
             {"7 / 2", "3.5"},
             {"-9223372036854775807 - 1", "-9223372036854775808"},
             {"(-9223372036854775807 - 1) % -1", "0"}},
            shown);
}

BOOST_AUTO_TEST_CASE(tuples_and_lists_are_values) {
  check_all({{"(1, 2.5, 'a')", "(1, 2.5, 'a')"},
             {"1, 2", "(1, 2)"},
             {"1,", "(1,)"},
             {"()", "()"},
             {"[1, 2,]", "[1, 2]"},
             {"(1)", "1"},
             {"(1,)", "(1,)"},
             {"(1, 2) + (3,)", "(1, 2, 3)"},
             {"(1, 2, 3)[1]", "2"},
             {"(1, 2, 3)[-1]", "3"},
             {"(1, 2, 3)[1:]", "(2, 3)"},
             {"(1, 2, 3)[:-1]", "(1, 2)"},
             {"(1, 2) == (1, 2)", "True"},
             {"(1, 2) != (1, 3)", "True"},
             {"len((1, 2, 3))", "3"},
             {"a, b = 1, 2; b, a", "(2, 1)"}},
            shown);
}

BOOST_AUTO_TEST_CASE(attributes_of_arrays_are_known_without_computing) {
  check_all({{"zeros((3, 4)).shape", "(3, 4)"},
             {"zeros((3, 4)).shape[0] * 2", "6"},
             {"zeros((3, 4)).T.shape", "(4, 3)"},
             {"zeros((3, 4)).size", "12"},
             {"zeros((3, 4)).ndim", "2"},
             {"zeros((3, 4), dtype=float32).nbytes", "48"},
             {"zeros(3).dtype", "dtype('float64')"},
             {"zeros(3).dtype == float64", "True"},
             {"zeros(3, dtype='int64').dtype != int64", "False"},
             {"len(zeros((5, 2)))", "5"}},
            shown);
}

BOOST_AUTO_TEST_CASE(the_last_expression_or_else_assignment_is_the_result) {
  check_all({{"x = 3", "3"},
             {"x = 3; x + 1; y = 5", "4"},
             {"x = y = 2\nx + y", "4"},
             {"x = 1; x += 2; x *= 5", "15"},
             {"x = 7; x //= 2; x **= 2; x -= 1; x", "8"},
             {"x, y = 3, 4; x * y", "12"},
             {"", "None"},
             {"\n\n# nothing\n;;", "None"}},
            shown);
}

BOOST_AUTO_TEST_CASE(lines_of_a_tutorial_run_as_they_stand) {
  check_all({{"import numpy as np\nimport dask.array as da\n"
              ">>> x = da.zeros((4, 4), chunks=2)\n>>> x.sum().compute().shape",
              "()"},
             {">>> x = zeros((2,\n...            3))\n... x.shape", "(2, 3)"},
             {"x = zeros((2, 3))\nx[\n..., 0].shape", "(2,)"},
             {"import numpy as n, dask.array as d; n.pi == np.pi", "True"},
             {"from dask.distributed import Client\n1", "1"},
             {"dask.array.zeros(3).shape", "(3,)"},
             {"np.random.random((3, 2)).shape", "(3, 2)"},
             {"da.random.random(size=(3, 2), chunks=(1, 1)).shape", "(3, 2)"},
             {"x = zeros((2,   # rows\n    3))   # columns\nx.shape", "(2, 3)"},
             {"x = 1 + \\\n  2\nx", "3"},
             {"np.float32", "dtype('float32')"},
             {"3.0.compute()", "3.0"}},
            shown);
}

BOOST_AUTO_TEST_CASE(functions_of_numbers_are_numpys) {
  check_all({{"sqrt(4)", "2.0"},
             {"sqrt(-1)", "nan"},
             {"abs(-3)", "3"},
             {"abs(-2.5)", "2.5"},
             {"maximum(2, 3)", "3"},
             {"minimum(2, 3.5)", "2.0"},
             {"floor(2.7)", "2.0"},
             {"isnan(nan)", "True"},
             {"isinf(-inf)", "True"},
             {"signbit(-0.0)", "True"},
             {"cbrt(27)", "3.0"},
             {"fmod(-7, 3)", "-1"},
             {"left_shift(3, 4)", "48"},
             {"right_shift(-9, 2)", "-3"},
             {"reciprocal(0.5)", "2.0"},
             {"divmod(-7, 2)", "(-4, 1)"},
             {"where(1 < 2, 3, 4)", "3"},
             {"clip(5, 0, 3)", "3"},
             {"logical_and(2, 0)", "False"},
             {"logical_not(0)", "True"},
             {"greater(3, 2)", "True"},
             {"int(3.9)", "3"},
             {"int(-3.9)", "-3"},
             {"float(2)", "2.0"},
             {"float32(0.1)", "0.10000000149011612"},
             {"bool(2)", "True"}},
            shown);
}

BOOST_AUTO_TEST_CASE(sources_have_numpys_dtypes_and_shapes) {
  check_all({{"zeros(3)", "float64 (3,)"},
             {"zeros([3, 4], dtype=int)", "int64 (3, 4)"},
             {"ones(())", "float64 ()"},
             {"full((2, 2), 7)", "int64 (2, 2)"},
             {"full((2, 2), True)", "bool (2, 2)"},
             {"full((2, 2), 7, dtype='float32')", "float32 (2, 2)"},
             {"arange(10)", "int64 (10,)"},
             {"arange(1, 10, 2)", "int64 (5,)"},
             {"arange(0, 1, 0.25)", "float64 (4,)"},
             {"arange(5, dtype=float32)", "float32 (5,)"},
             {"arange(stop=5, start=2)", "int64 (3,)"},
             {"linspace(0, 1, 5)", "float64 (5,)"},
             {"linspace(0, 1, num=5, endpoint=False)", "float64 (5,)"},
             {"eye(3)", "float64 (3, 3)"},
             {"eye(3, 4, chunks=2, dtype=int)", "int64 (3, 4)"},
             {"random((3, 3))", "float64 (3, 3)"},
             {"random.random(5, dtype=float32)", "float32 (5,)"}},
            kind_of);
}

BOOST_AUTO_TEST_CASE(operations_have_numpys_dtypes_and_shapes) {
  check_all({{"zeros((3, 4)) + arange(4)", "float64 (3, 4)"},
             {"arange(3) / 2", "float64 (3,)"},
             {"arange(3) // 2", "int64 (3,)"},
             {"arange(3) < 2", "bool (3,)"},
             {"~(arange(3) < 2)", "bool (3,)"},
             {"-arange(3)", "int64 (3,)"},
             {"2 ** arange(3)", "int64 (3,)"},
             {"ones((3, 4)) @ ones((4, 2))", "float64 (3, 2)"},
             {"ones((3, 4)).dot(ones(4))", "float64 (3,)"},
             {"ones((3, 4), dtype=float32) * 2", "float32 (3, 4)"},
             {"ones((3, 4)).sum(axis=0)", "float64 (4,)"},
             {"ones((3, 4)).sum(0, keepdims=True)", "float64 (1, 4)"},
             {"ones((3, 4)).sum(axis=(0, 1))", "float64 ()"},
             {"ones((3, 4)).mean(axis=-1)", "float64 (3,)"},
             {"sum(ones((3, 4)), axis=1)", "float64 (3,)"},
             {"np.std(arange(4), ddof=1)", "float64 ()"},
             {"arange(4).sum(dtype=float32)", "float32 ()"},
             {"arange(4).max()", "int64 ()"},
             {"(arange(4) > 1).any()", "bool ()"},
             {"nanmean(ones((3, 4)), axis=0)", "float64 (4,)"},
             {"where(arange(4) > 1, arange(4), 0.5)", "float64 (4,)"},
             {"sqrt(arange(4))", "float64 (4,)"},
             {"isnan(ones(4))", "bool (4,)"},
             {"transpose(ones((2, 3, 4)), (2, 0, 1))", "float64 (4, 2, 3)"},
             {"ones((2, 3, 4)).transpose(2, 0, 1)", "float64 (4, 2, 3)"},
             {"ones((2, 3)).transpose()", "float64 (3, 2)"},
             {"arange(4).astype('float32')", "float32 (4,)"},
             {"float64(arange(4))", "float64 (4,)"},
             {"arange(4).clip(1, 2)", "int64 (4,)"},
             {"logical_or(arange(4), arange(4) > 2)", "bool (4,)"},
             {"x = ones(3); x += 1; x", "float64 (3,)"}},
            kind_of);
}

BOOST_AUTO_TEST_CASE(subscripts_are_basic_slices) {
  check_all({{"zeros((5, 6))[0]", "float64 (6,)"},
             {"zeros((5, 6))[-1, 2]", "float64 ()"},
             {"zeros((5, 6))[1:4]", "float64 (3, 6)"},
             {"zeros((5, 6))[::2, ::-1]", "float64 (3, 6)"},
             {"zeros((5, 6))[:, None]", "float64 (5, 1, 6)"},
             {"zeros((5, 6))[..., newaxis]", "float64 (5, 6, 1)"},
             {"zeros((5, 6))[..., 0]", "float64 (5,)"},
             {"n = 2; zeros((5, 6))[n:n + 2, :-n]", "float64 (2, 4)"},
             {"zeros((5, 6))[1:4:1,]", "float64 (3, 6)"},
             {"zeros((5, 6))[:][0:0]", "float64 (0, 6)"}},
            kind_of);
}

BOOST_AUTO_TEST_CASE(an_array_as_an_index_is_computed_first) {
  std::vector<std::string> asked;
  evaluate_options options;
  options.compute = [&](const array& a) -> result<block> {
    asked.push_back(a.expression());
    const std::uint8_t mask[] = {0, 1, 1, 0};
    block_builder out(a.type(), a.shape());
    std::memcpy(out.data(), mask, sizeof mask);
    return out.finish();
  };
  const auto v = evaluate("x = ones(4, chunks=2); x[x > 0]", options);
  BOOST_TEST(std::get<array>(v).shape()[0] == 2);
  BOOST_TEST(asked.size() == 1u);
  options.compute = [](const array&) -> result<block> {
    return fail(failure_kind::node_died, "a node died");
  };
  BOOST_CHECK_THROW(evaluate("x = ones(4); x[x > 0]", options), index_failure);
  BOOST_CHECK_THROW(evaluate("x = ones(4); x[x > 0]"), language_error);
}

BOOST_AUTO_TEST_CASE(blocks_may_be_told_one_by_one) {
  BOOST_TEST(shown("ones((10, 10), chunks=((5, 5), (7, 3))).chunks")
             == "((5, 5), (7, 3))");
  BOOST_TEST(shown("ones(10, chunks=4).chunks") == "((4, 4, 2),)");
  BOOST_TEST(shown("ones((10, 9), chunks=4).numblocks") == "(3, 3)");
  BOOST_CHECK_THROW(evaluate("ones(10, chunks=((3, 7),))"), language_error);
}

BOOST_AUTO_TEST_CASE(chunks_cut_sources) {
  const auto blocks = [](const std::string& program) {
    return to_string(grid(array_of(program).cut()));
  };
  BOOST_TEST(blocks("zeros((10, 10), chunks=3)") == "(4, 4)");
  BOOST_TEST(blocks("zeros((10, 10), chunks=(5, 2))") == "(2, 5)");
  BOOST_TEST(blocks("zeros((10, 10), chunks=(-1, 2))") == "(1, 5)");
  BOOST_TEST(blocks("zeros((10, 10), chunks='auto')") == "(1, 1)");
  BOOST_TEST(blocks("eye(10, chunks=(5, 2))") == "(2, 5)");
  evaluate_options options;
  options.default_chunks = {{4}};
  const auto v = evaluate("arange(10)", options);
  BOOST_TEST(to_string(grid(std::get<array>(v).cut())) == "(3,)");
  const auto own = evaluate("arange(10, chunks=5)", options);
  BOOST_TEST(to_string(grid(std::get<array>(own).cut())) == "(2,)");
}

BOOST_AUTO_TEST_CASE(random_numbers_count_their_calls) {
  const auto seed_of = [](const array& a) {
    const auto g = lower({&a, 1});
    for (const auto& l : g.layers)
      if (const auto* op = std::get_if<op_blockwise>(&l.op))
        for (const auto& o : op->operands)
          if (o.made.kind == source_kind::random_uniform)
            return o.made.seed;
    return ~std::uint64_t{0};
  };
  BOOST_TEST(seed_of(array_of("random((3, 3))")) == 0u);
  BOOST_TEST(seed_of(array_of("x = random(3); random(3)")) == 1u);
  BOOST_TEST(seed_of(array_of("x = random(3, seed=9); random(3)")) == 1u);
  BOOST_TEST(seed_of(array_of("random.random(3, seed=42)")) == 42u);
}

BOOST_AUTO_TEST_CASE(arrays_keep_the_words_that_made_them) {
  BOOST_TEST(array_of("x = ones(3)\n(x  +\n 1).sum( )").expression()
             == "(x + 1).sum( )");
  BOOST_TEST(array_of("x = ones(3); y = x * 2; y").expression() == "x * 2");
  std::string sum = "x = ones(3); x";
  for (int i = 0; i < 50; ++i)
    sum += " + x";
  BOOST_TEST(array_of(sum).expression().size() <= 60u);
}

BOOST_AUTO_TEST_CASE(a_file_is_a_source) {
  const auto a = array_of("open_nc('" + std::string(TERN_SOURCE_DIR)
                          + "/tests/dataflow/io/data/records.nc', 'flow', "
                            "chunks=(2, 3))");
  BOOST_TEST((a.type() == dtype::float32));
  BOOST_TEST(to_string(a.shape()) == "(9, 3)");
  BOOST_TEST(to_string(grid(a.cut())) == "(5, 1)");
}

BOOST_AUTO_TEST_CASE(no_name_is_in_the_table_twice) {
  std::set<std::string_view> names;
  for (const auto& f : language::functions()) {
    BOOST_TEST_CONTEXT(f.name)
    BOOST_TEST(names.insert(f.name).second);
  }
}

BOOST_AUTO_TEST_SUITE_END()
