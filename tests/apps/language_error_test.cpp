#include "apps/tern/language/evaluate.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tern;

namespace {

using kind = language_error::kind;

struct complaint {
  kind why;
  std::size_t line;
  std::size_t column;
  std::string message;
  std::string text;
};

complaint complaint_of(const std::string& program) {
  try {
    const auto v = evaluate(program);
    BOOST_ERROR("no error: " << program << " is " << language::describe(v));
  } catch (const language_error& e) {
    return {e.why(), e.line(), e.column(), e.message(), e.what()};
  }
  return {};
}

struct expectation {
  const char* program;
  kind why;
  std::size_t line;
  std::size_t column;
  const char* part; ///< of the message
};

void check_all(const std::vector<expectation>& table) {
  for (const auto& e : table) {
    BOOST_TEST_CONTEXT(e.program) {
      const auto c = complaint_of(e.program);
      BOOST_TEST((c.why == e.why));
      BOOST_TEST(c.line == e.line);
      BOOST_TEST(c.column == e.column);
      BOOST_TEST_CONTEXT(c.message)
      BOOST_TEST(c.message.find(e.part) != std::string::npos);
    }
  }
}

std::string repeated(const std::string& part, int times) {
  std::string result;
  for (int i = 0; i < times; ++i)
    result += part;
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(language_errors)

BOOST_AUTO_TEST_CASE(syntax_errors_say_what_was_expected_and_found) {
  check_all({
      {"x + * 2", kind::syntax, 1, 5, "expected an expression, found '*'"},
      {"x = ", kind::syntax, 1, 5, "expected an expression, found the end"},
      {"1 +\n2", kind::syntax, 1, 4, "found the end of the line"},
      {"(1 + 2", kind::syntax, 1, 7,
       "expected ',' or ')' for the '(' of line 1"},
      {"zeros((3, 4)", kind::syntax, 1, 13, "expected ',' or ')'"},
      {"[1, 2", kind::syntax, 1, 6, "']'"},
      {"x[1, 2", kind::syntax, 1, 7, "']' for the '[' of line 1"},
      {"x[]", kind::syntax, 1, 3, "expected an index"},
      {"(1\n + 2\n * )", kind::syntax, 3, 4, "expected an expression"},
      {"(1,, 2)", kind::syntax, 1, 4, "found ','"},
      {"f(a b)", kind::syntax, 1, 5, "found 'b'"},
      {"1 2", kind::syntax, 1, 3, "expected an operator"},
      {"2x", kind::syntax, 1, 2, "expected an operator after the number"},
      {"'abc", kind::syntax, 1, 5, "' at the end of the string"},
      {"\"a\nb\"", kind::syntax, 1, 3, "\" at the end of the string"},
      {"'\\q'", kind::syntax, 1, 1, "unknown escape"},
      {"x.", kind::syntax, 1, 3, "a name after the dot"},
      {"1 = 2", kind::syntax, 1, 3, "only names can be assigned to"},
      {"x[0] = 2", kind::syntax, 1, 6, "only names can be assigned to"},
      {"x = = 2", kind::syntax, 1, 5, "only names"},
      {"f(1, a=2, 3)", kind::syntax, 1, 11, "positional argument after"},
      {"1 < 2 < 3", kind::syntax, 1, 7, "chain of comparisons"},
      {"a and b", kind::syntax, 1, 3, "use & between parentheses"},
      {"a or b", kind::syntax, 1, 3, "use |"},
      {"not a", kind::syntax, 1, 1, "use ~"},
      {"lambda x: x", kind::syntax, 1, 1, "not part of this language"},
      {"for i in x:", kind::syntax, 1, 1, "not part of this language"},
      {"x is None", kind::syntax, 1, 3, "'is' is not part"},
      {"assert 1", kind::syntax, 1, 1, "'assert' is not part"},
      {"await x", kind::syntax, 1, 1, "'await' is not part"},
      {"x = f'a{1}'", kind::syntax, 1, 5, "prefix 'f' are not part"},
      {"open_nc(r'a', 'b')", kind::syntax, 1, 9, "prefix 'r' are not part"},
      {"'''abc'''", kind::syntax, 1, 1, "triple quotes are not part"},
      {"{1: 2}", kind::syntax, 1, 1, "dictionaries and sets are not part"},
      {"True = 3", kind::syntax, 1, 1, "True is no name for a value"},
      {"1 if 2 else 3", kind::syntax, 1, 3, "'if' is not part"},
      {"007", kind::syntax, 1, 1, "does not begin with 0"},
      {"9223372036854775808", kind::syntax, 1, 1, "64 bits"},
      {"1e999", kind::syntax, 1, 1, "range of float64"},
      {"x = 1\ny = 2 $ 3", kind::syntax, 2, 7, "found '$'"},
      {"\x01", kind::syntax, 1, 1, "the byte 0x01"},
      {"a\xc3\xa9 + * 2", kind::syntax, 1, 2, "expected"},
  });
}

BOOST_AUTO_TEST_CASE(unknown_names_come_with_the_nearest_known) {
  check_all({
      {"x = 1\nx + zeroes(3)", kind::name, 2, 5, "did you mean 'zeros'?"},
      {"temperature = 1; temprature + 1", kind::name, 1, 18,
       "did you mean 'temperature'?"},
      {"np.sqr(2)", kind::name, 1, 4, "did you mean 'sqrt'?"},
      {"np.random.randum(2)", kind::name, 1, 11, "did you mean 'random'?"},
      {"ones(3).men()", kind::name, 1, 9, "did you mean"},
      {"ones(3).shap", kind::name, 1, 9, "did you mean 'shape'?"},
      {"ones(3).sqrt()", kind::name, 1, 9, "write sqrt(...)"},
      {"ones(3, chunk=2)", kind::name, 1, 9, "did you mean 'chunks'?"},
      {"q", kind::name, 1, 1, "unknown name 'q'"},
      {"x += 1", kind::name, 1, 1, "'x' has no value yet"},
      {"(1).shape", kind::name, 1, 5, "no attribute 'shape'"},
  });
}

BOOST_AUTO_TEST_CASE(calls_that_do_not_fit_name_function_and_parameter) {
  check_all({
      {"zeros()", kind::type, 1, 1, "zeros() needs 'shape'"},
      {"zeros(1, 2, 3, 4)", kind::type, 1, 16, "takes 3 positional"},
      {"zeros(3, shape=3)", kind::type, 1, 10, "got 'shape' twice"},
      {"zeros('a')", kind::type, 1, 7, "'shape' must be"},
      {"zeros((2, 2.5))", kind::type, 1, 7, "tuple of integers"},
      {"zeros(-1)", kind::type, 1, 7, "at least 0"},
      {"zeros(3, dtype='complex256')", kind::type, 1, 16, "a dtype"},
      {"zeros(3, chunks=0)", kind::type, 1, 17, "block sizes"},
      {"sqrt()", kind::type, 1, 1, "sqrt() needs 'x'"},
      {"average(ones((3, 2)), axis=0, weights=[2])", kind::type, 1, 39,
       "of the array's shape"},
      {"diff(ones(5000), 1001)", kind::type, 1, 18, "to 1000"},
      {"diag([1, 2], 1)", kind::type, 1, 14, "0 for an array of one axis"},
      {"ones((2, 5), chunks=((), (5,)))", kind::type, 1, 21, "at least one"},
      {"sqrt(float32)", kind::type, 1, 6, "not the dtype"},
      {"maximum(1)", kind::type, 1, 1, "needs 'x2'"},
      {"sum(3)", kind::type, 1, 5, "'a' must be an array, not the number 3"},
      {"ones(3).sum(axis='x')", kind::type, 1, 18, "'axis' must be"},
      {"ones(3).sum(keepdims=7)", kind::type, 1, 22, "True or False"},
      {"ones(3).sum", kind::type, 1, 1, "is a method"},
      {"ones(3).shape()", kind::type, 1, 1, "cannot be called"},
      {"x = 3; x(1)", kind::type, 1, 8, "cannot be called"},
      {"np(3)", kind::type, 1, 1, "a module cannot be called"},
      {"sqrt", kind::type, 1, 1, "the function sqrt, not a value"},
      {"random(3, seed=-1)", kind::type, 1, 16, "at least 0"},
      {"arange(3j)", kind::type, 1, 8, "must be a real number"},
      {"random(3, dtype=complex64)", kind::type, 1, 17, "float32 or float64"},
      {"arange(1, 2, 0)", kind::type, 1, 14, "not 0"},
      {"open_nc(1, 'v')", kind::type, 1, 9, "'file' must be a string"},
  });
}

BOOST_AUTO_TEST_CASE(values_that_do_not_work_together_are_refused) {
  check_all({
      {"1 + 'a'", kind::type, 1, 1, "+ does not work on the number 1"},
      {"ones(3) + 'a'", kind::type, 1, 1, "does not work on"},
      {"-'a'", kind::type, 1, 1, "has no sign"},
      {"1 / 0", kind::type, 1, 1, "division by zero"},
      {"x = 3; 5 + 1 // (x - 3)", kind::type, 1, 12, "division by zero"},
      {"2 ** 100", kind::type, 1, 1, "64 bits"},
      {"9223372036854775807 + 1", kind::type, 1, 1, "64 bits"},
      {"1j < 2", kind::type, 1, 1, "< does not work on complex numbers"},
      {"1j // 2", kind::type, 1, 1, "// does not work on complex numbers"},
      {"1j & 1", kind::type, 1, 1, "& does not work on complex numbers"},
      {"~1j", kind::type, 1, 1, "needs an integer"},
      {"1j / 0", kind::type, 1, 1, "division by zero"},
      {"1e200j ** 2", kind::type, 1, 1, "out of the range of complex128"},
      {"0j ** -1", kind::type, 1, 1, "negative or complex power"},
      {"float(1j)", kind::type, 1, 1, "write real(x)"},
      {"floor(1j)", kind::type, 1, 1, "not defined for complex numbers"},
      {"1.5 & 1", kind::type, 1, 1, "needs integers"},
      {"~1.5", kind::type, 1, 1, "needs an integer"},
      {"1 @ 2", kind::type, 1, 1, "@ needs arrays"},
      {"ones(3) @ 2", kind::type, 1, 1, "both sides"},
      {"int(nan)", kind::type, 1, 1, "int64"},
      {"(1)[0]", kind::type, 1, 1, "has no items"},
      {"(1, 2)[5]", kind::type, 1, 1, "index 5 of 2 items"},
      {"ones(3)[1.5]", kind::type, 1, 9, "an index is"},
      {"x = ones(3); x[x > 0]", kind::type, 1, 16, "an array as an index"},
      {"ones(3)['a':]", kind::type, 1, 9, "a slice is made of integers"},
      {"a, b = 1, 2, 3", kind::type, 1, 1, "2 names for 3 values"},
      {"a, b = 1", kind::type, 1, 1, "2 names for the number 1"},
      {"...", kind::type, 1, 1, "not a value"},
  });
}

BOOST_AUTO_TEST_CASE(what_the_array_layer_refuses_gets_the_operations_place) {
  check_all({
      {"x = ones(3)\ny = ones(4)\nx * 2 + y", kind::expression, 3, 1, "(4,)"},
      {"1 + (ones((2, 3)) @ ones((2, 3)))", kind::expression, 1, 5, "(2, 3)"},
      {"ones(3)[5]", kind::expression, 1, 1, "5"},
      {"ones((2, 2)).sum(axis=3)", kind::expression, 1, 1, "3"},
      {"open_nc('/no/such.nc', 'v')", kind::expression, 1, 1, "/no/such.nc"},
      {"~ones(3)", kind::expression, 1, 1, "float64"},
      {"ones(3) * 1j < 2", kind::expression, 1, 1, "less: not defined"},
      {"float64(ones(3) * 1j)", kind::expression, 1, 1, "take real("},
      {"round(ones(3) * 1j, 2)", kind::expression, 1, 1, "complex128"},
      {"radians(ones(3) * 1j)", kind::expression, 1, 1, "complex128"},
  });
}

BOOST_AUTO_TEST_CASE(the_excerpt_has_a_caret_below_the_place) {
  BOOST_TEST(complaint_of("y = 1\nx = y + * 2").text
             == "line 2, column 9: expected an expression, found '*'\n"
                "  x = y + * 2\n"
                "          ^");
  BOOST_TEST(complaint_of("1 + zeroes(3)").text
             == "line 1, column 5: unknown name 'zeroes'; did you mean "
                "'zeros'?\n"
                "  1 + zeroes(3)\n"
                "      ^~~~~~");
  // columns are characters, not bytes
  BOOST_TEST(complaint_of("'\xc3\xa9\xc3\xa9' + $").text
             == "line 1, column 8: expected an expression, found '$'\n"
                "  '\xc3\xa9\xc3\xa9' + $\n"
                "         ^");
}

BOOST_AUTO_TEST_CASE(a_long_line_is_shown_around_the_place) {
  const auto text =
      complaint_of("x = " + repeated("1 + ", 100) + "$" + repeated(" + 1", 100))
          .text;
  const auto line = text.substr(text.find('\n') + 1);
  const auto middle = line.find('\n');
  BOOST_TEST(middle < 120u);
  const auto caret = line.substr(middle + 1).find('^');
  BOOST_TEST(line[caret] == '$');
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_refused_and_not_a_crash) {
  for (const int depth : {150, 190}) {
    const auto v = evaluate(repeated("(", depth) + "1" + repeated(")", depth));
    BOOST_TEST(language::represent(v) == "1");
    BOOST_TEST(language::represent(evaluate(repeated("-", depth) + "1"))
               == "1");
  }
  for (const char* open : {"(", "[", "f(", "x[", "-", "~", "2**", "(1,", "-("})
    for (const int depth : {250, 100'000}) {
      const auto c = complaint_of(repeated(open, depth));
      BOOST_TEST((c.why == kind::syntax));
      BOOST_TEST(c.message.find("nested deeper than 200") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(long_chains_are_refused_and_not_a_crash) {
  BOOST_TEST(language::represent(evaluate("0" + repeated(" + 1", 900)))
             == "900");
  for (const char* part : {" + 1", ".T", "[0]", "()"}) {
    const auto c = complaint_of("x" + repeated(part, 100'000));
    BOOST_TEST((c.why == kind::syntax));
    BOOST_TEST(c.message.find("chain of more than 1000") != std::string::npos);
  }
  // deep graphs out of many short statements
  const auto c =
      complaint_of("x = ones(3)\n" + repeated("x = x + 1\n", 20'000));
  BOOST_TEST(c.message.find("more than 10000 operations") != std::string::npos);
  BOOST_TEST(std::holds_alternative<array>(
      evaluate("x = ones(3)\n" + repeated("x = x + 1\n", 9'000))));
}

BOOST_AUTO_TEST_CASE(values_that_would_grow_without_bound_are_refused) {
  check_all({
      {"zeros((10**9, 10**9, 10**9))", kind::type, 1, 7, "too large"},
      {"zeros(9223372036854775807)", kind::type, 1, 7, "too large"},
      {"random((10**15, 10**15))", kind::type, 1, 8, "too large"},
  });
  const auto doubling =
      complaint_of("t = (1,)\n" + repeated("t = t + t\n", 80));
  BOOST_TEST(doubling.message.find("more than 1000 items")
             != std::string::npos);
  const auto nesting =
      complaint_of("t = (1,)\n" + repeated("t = (t, t)\n", 80));
  BOOST_TEST(nesting.message.find("more than 1000 items") != std::string::npos);
  BOOST_TEST(
      complaint_of("zeros(" + repeated("9", 400) + ")").message.find("64 bits")
      != std::string::npos);
  BOOST_TEST(complaint_of("zeros((" + repeated("1,", 40) + "))")
                 .message.find("at most 32")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_text_of_megabytes_is_refused) {
  const auto c = complaint_of(std::string(2 << 20, ' '));
  BOOST_TEST((c.why == kind::syntax));
  BOOST_TEST(c.message.find("bytes") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
