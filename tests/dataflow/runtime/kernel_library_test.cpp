#include "dataflow/runtime/kernel_library.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace tern;

namespace {

const std::string primes = TERN_BINARY_DIR "/example_primes.so";

std::string library(const std::string& name) {
  return TERN_BINARY_DIR "/test_library_" + name + ".so";
}

/// What comes of loading one file into an empty registry.
std::string error_of(const std::string& file) {
  kernel_registry known;
  const auto loaded = load_kernels(std::array{file}, known);
  return loaded ? "no error" : loaded.error().what;
}

} // namespace

BOOST_AUTO_TEST_SUITE(kernel_libraries)

BOOST_AUTO_TEST_CASE(its_functions_are_there_by_name) {
  kernel_registry known;
  const auto loaded = load_kernels(std::array{primes}, known);
  BOOST_TEST_REQUIRE(loaded.has_value());
  BOOST_TEST(loaded->starts_with("example_primes.so "));
  BOOST_TEST(loaded->size() == std::string{"example_primes.so "}.size() + 16);
  const auto* count = known.find("count_primes");
  BOOST_TEST_REQUIRE(count);
  const std::array numbers{block::of(10.0), block::of(30.0)};
  const auto made = (*count)(numbers, {});
  BOOST_TEST(made.values<std::int64_t>()[0] == 6); // 11 13 17 19 23 29
}

BOOST_AUTO_TEST_CASE(without_libraries_there_is_nothing_to_tell) {
  kernel_registry known;
  BOOST_TEST(*load_kernels({}, known) == "");
}

BOOST_AUTO_TEST_CASE(an_error_names_the_file) {
  const auto missing = library("missing");
  BOOST_TEST(error_of(missing) == missing + ": there is no such file");
  BOOST_TEST(error_of(library("plain"))
             == library("plain")
                    + ": it is no library of functions for tern: it has no "
                      "tern_kernels()");
  BOOST_TEST(error_of(library("old"))
             == library("old")
                    + ": it was built against tern 0.0.9, and this is tern "
                    + library_version);
  BOOST_TEST(error_of(library("throws"))
             == library("throws") + ": the licence has run out");
  BOOST_TEST(error_of(library("twice"))
             == library("twice") + ": two functions are registered as same");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_library_is_an_error) {
  const auto file = std::filesystem::temp_directory_path()
                    / ("tern-no-library-" + std::to_string(::getpid()));
  std::ofstream{file} << "some text";
  const auto said = error_of(file.string());
  std::filesystem::remove(file);
  BOOST_TEST(said.starts_with(file.string() + ": "));
  BOOST_TEST(said.find(file.string(), 1) == said.npos); // named once
}

BOOST_AUTO_TEST_CASE(a_name_that_is_known_already_is_an_error) {
  kernel_registry known;
  known.add("add", [](auto&&...) { return block::of(1.0); });
  const auto loaded = load_kernels(std::array{primes}, known);
  BOOST_TEST_REQUIRE(!loaded.has_value());
  BOOST_TEST(loaded.error().what
             == primes + ": two functions are registered as add");
  BOOST_TEST(!known.find("count_primes")); // all of it, or nothing
}

BOOST_AUTO_TEST_CASE(the_same_library_twice_is_an_error) {
  kernel_registry known;
  BOOST_TEST(!load_kernels(std::array{primes, primes}, known).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
