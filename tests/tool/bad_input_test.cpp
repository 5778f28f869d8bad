#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tern::test;

namespace {

const std::string climatology =
    "/usr/share/ferret-vis/data/coads_climatology.cdf";

struct mistake {
  const char* program;
  const char* words; ///< of the message
};

void check_usage(const std::vector<mistake>& all) {
  for (const auto& m : all) {
    const auto r = tern::test::tern({"eval", m.program});
    BOOST_TEST_CONTEXT(m.program << " said: " << r.err) {
      BOOST_TEST(r.status == 2);
      BOOST_TEST(r.out.empty());
      BOOST_TEST(r.err.find(m.words) != std::string::npos);
      BOOST_TEST(r.err.find('^') != std::string::npos);
    }
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(bad_input)

BOOST_AUTO_TEST_CASE(
    mistakes_of_shape_name_and_size_have_a_caret_and_status_2) {
  check_usage({
      {"ones((10, 10), chunks=(3, 3, 3))", "chunks=(3, 3, 3) does not fit"},
      {"ones((3, 4)) + ones((2, 4))", "(3, 4) and (2, 4) do not broadcast"},
      {"zeros((10**9, 10**9, 10**9))", "too large"},
      {"ones((1,) + (1, 1, 1, 1, 1, 1, 1, 1) + (1, 1, 1, 1, 1, 1, 1, 1) + "
       "(1, 1, 1, 1, 1, 1, 1, 1) + (1, 1, 1, 1, 1, 1, 1, 1))",
       "at most 32"},
      {"zeroes(3)", "did you mean 'zeros'?"},
      {"1 / 0", "division by zero"},
      {"lambda x: x", "'lambda' is not part of this language"},
      {"open_nc('/no/such/file.nc', 'v')",
       "cannot open /no/such/file.nc: No such file"},
  });
}

BOOST_AUTO_TEST_CASE(a_missing_variable_is_named_with_those_there_are) {
  const auto r =
      tern::test::tern({"eval", "open_nc('" + climatology + "', 'SSTT')"});
  BOOST_TEST(r.status == 2);
  BOOST_TEST(r.err.find("no variable 'SSTT'") != std::string::npos, r.err);
  BOOST_TEST(r.err.find("SST, AIRT") != std::string::npos, r.err);
}

BOOST_AUTO_TEST_CASE(arrays_divide_by_zero_as_in_numpy) {
  const auto r = tern::test::tern({"eval", "arange(-1, 2) / zeros(3)"});
  BOOST_TEST(r.status == 0, r.err);
  BOOST_TEST(r.out == "[-inf  nan  inf]\n");
  const auto whole = tern::test::tern({"eval", "arange(3) // 0"});
  BOOST_TEST(whole.status == 0, whole.err);
  BOOST_TEST(whole.out == "[0 0 0]\n");
}

// Refused before it runs; the limit that it names is enough, and no less is.
BOOST_AUTO_TEST_CASE(a_plan_that_does_not_fit_is_told_what_would_do) {
  const std::string statement =
      "x = random.random((600, 600), chunks=100); (x @ x).sum()";
  for (const std::string scheduler : {"synchronous", "threads", "processes"}) {
    std::vector<std::string> args{"eval", statement, "--scheduler", scheduler,
                                  "--memory"};
    auto with = [&](const std::string& limit) {
      auto all = args;
      all.push_back(limit);
      return tern::test::tern(all);
    };
    const auto refused = with("100kB");
    BOOST_TEST(refused.status == 1);
    const std::string words = "that would do is ";
    const auto at = refused.err.find(words);
    BOOST_TEST_REQUIRE(at != std::string::npos, refused.err);
    auto limit = refused.err.substr(at + words.size());
    limit.erase(limit.find_last_not_of('\n') + 1);
    const auto fits = with(limit);
    BOOST_TEST(fits.status == 0, fits.err);
    BOOST_TEST(with("1MB").status == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_port_in_use_and_one_where_nobody_listens_are_named) {
  test_node first;
  const auto taken = tern::test::tern({"node", "--listen", first.address()});
  BOOST_TEST(taken.status == 1);
  BOOST_TEST(taken.err.find(first.address()) != std::string::npos, taken.err);
  const auto alone = tern::test::tern({"node", "--join", "127.0.0.1:1"});
  BOOST_TEST(alone.status == 1);
  BOOST_TEST(alone.err.find("127.0.0.1:1") != std::string::npos, alone.err);
}

BOOST_AUTO_TEST_SUITE_END()
