#include "dataflow/graph/resources.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <string>

using namespace tern;

namespace {

std::string wrong_in(const std::string& text) {
  const auto counts = parse_resources(text);
  return counts ? "nothing" : counts.error().what;
}

} // namespace

BOOST_AUTO_TEST_SUITE(resource_texts)

BOOST_AUTO_TEST_CASE(text_and_counts_say_the_same) {
  const auto counts = parse_resources("licence=2,GPU=1,a/b:c-d_e.f=4294967295");
  BOOST_TEST_REQUIRE(counts.has_value());
  BOOST_TEST(counts->size() == 3u);
  BOOST_TEST(counts->at("licence") == 2u);
  BOOST_TEST(text_of(*counts) == "GPU=1,a/b:c-d_e.f=4294967295,licence=2");
  BOOST_TEST((parse_resources(text_of(*counts)) == *counts));
  BOOST_TEST(parse_resources("")->empty());
  BOOST_TEST(text_of({}) == "");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_in_a_text_is_named) {
  const std::string count = "a count is a whole number from 1 to 4294967295";
  const std::string name = "is no name: up to 64 letters, digits and _-.:/";
  for (const auto* bad : {"GPU=-1", "GPU=0", "GPU=", "GPU=one", "GPU=1.5",
                          "GPU=4294967296", "GPU= 1", "GPU=1=2"})
    BOOST_TEST(wrong_in(bad) == "'" + std::string{bad} + "': " + count);
  BOOST_TEST(wrong_in("GPU") == "'GPU': is not NAME=COUNT");
  BOOST_TEST(wrong_in("a=1,") == "'': is not NAME=COUNT");
  BOOST_TEST(wrong_in("a=1,a=2") == "'a=2': named twice");
  BOOST_TEST(wrong_in("a=1, b=1") == "' b=1': ' b' " + name);
  BOOST_TEST(wrong_in("=1") == "'=1': '' " + name);
  const std::string longest(longest_resource_name, 'x');
  BOOST_TEST(wrong_in(longest + "=1") == "nothing");
  BOOST_TEST(wrong_in(longest + "y=1").ends_with(name));
  std::string many;
  for (std::size_t i = 0; i <= most_resources; ++i)
    many += (many.empty() ? "r" : ",r") + std::to_string(i) + "=1";
  BOOST_TEST(wrong_in(many) == "'r64=1': more than 64 of them");
}

BOOST_AUTO_TEST_CASE(what_is_needed_fits_so_many_times) {
  const resource_counts all{{"GPU", 5}, {"licence", 2}};
  BOOST_TEST(times_in({{"GPU", 2}}, all) == 2u);
  BOOST_TEST(times_in({{"GPU", 1}, {"licence", 1}}, all) == 2u);
  BOOST_TEST(times_in({{"GPU", 6}}, all) == 0u);
  BOOST_TEST(times_in({{"disk", 1}}, all) == 0u);
  BOOST_TEST(times_in({}, {}) == std::numeric_limits<std::uint32_t>::max());
  BOOST_TEST(fits({{"GPU", 5}}, all));
  BOOST_TEST(!fits({{"GPU", 5}, {"licence", 3}}, all));
}

BOOST_AUTO_TEST_CASE(counts_that_no_text_gives_have_a_fault) {
  BOOST_TEST(!fault_of({{"GPU", 1}}));
  BOOST_TEST(*fault_of({{"GPU", 0}}) == "none of GPU are needed");
  BOOST_TEST(fault_of({{"a,b", 1}})->starts_with("'a,b' is no name"));
  resource_counts many;
  for (std::size_t i = 0; i <= most_resources; ++i)
    many["r" + std::to_string(i)] = 1;
  BOOST_TEST(*fault_of(many) == "65 of them, and 64 are the most");
}

BOOST_AUTO_TEST_SUITE_END()
