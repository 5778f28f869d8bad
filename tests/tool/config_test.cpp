#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

using namespace tern::test;

namespace {

/// A variable of the environment of the programs that a test starts.
struct variable {
  std::string name;
  std::optional<std::string> before;

  variable(std::string which, const std::string& value)
    : name(std::move(which)) {
    if (const char* old = std::getenv(name.c_str()))
      before = old;
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  ~variable() {
    if (before)
      ::setenv(name.c_str(), before->c_str(), 1);
    else
      ::unsetenv(name.c_str());
  }
};

/// A configuration file in force.
struct settings_file {
  std::string path = std::string{TERN_BINARY_DIR} + "/config_test.toml";
  variable place{"TERN_CONFIG", path};

  explicit settings_file(const std::string& text) {
    std::ofstream(path) << text;
  }
  ~settings_file() {
    std::filesystem::remove(path);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(config)

BOOST_AUTO_TEST_CASE(what_is_in_force_is_shown_with_where_it_comes_from) {
  const settings_file file{"scheduler = 'sync'\nthreads = 2\n"};
  const variable threads{"TERN_THREADS", "3"};
  const auto r = tern::test::tern({"config", "--memory", "4GB", "--json"});
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  const auto j = r.json();
  BOOST_TEST(j["file"] == file.path);
  const auto& all = j["settings"];
  BOOST_TEST(all["scheduler"]["value"] == "sync");
  BOOST_TEST(all["scheduler"]["from"] == "file");
  BOOST_TEST(all["scheduler"]["where"] == file.path + ":1");
  BOOST_TEST(all["threads"]["value"] == "3");
  BOOST_TEST(all["threads"]["where"] == "TERN_THREADS");
  BOOST_TEST(all["memory"]["from"] == "flag");
  BOOST_TEST(all["nodes"]["from"] == "default");
  BOOST_TEST(all["nodes"]["where"].is_null());
  const auto table = tern::test::tern({"config"});
  BOOST_TEST(table.out.find(file.path + ":1") != std::string::npos, table.out);
}

BOOST_AUTO_TEST_CASE(settings_hold_for_a_computation_and_flags_override_them) {
  const settings_file file{"scheduler = 'processes'\nnodes = 2\n"
                           "chunks = 10\n"};
  const std::string sum = "ones(100).sum()";
  const auto by_file = tern::test::tern({"eval", sum, "--json"});
  BOOST_TEST_REQUIRE(by_file.status == 0, by_file.err);
  BOOST_TEST(by_file.json()["nodes"] == 2);
  const auto by_flags = tern::test::tern(
      {"eval", sum, "--scheduler", "threads", "--chunks", "100", "--json"});
  BOOST_TEST_REQUIRE(by_flags.status == 0, by_flags.err);
  BOOST_TEST(by_flags.json()["nodes"] == 1);
  BOOST_TEST(by_flags.json()["tasks"] < by_file.json()["tasks"]);
}

BOOST_AUTO_TEST_CASE(an_address_in_the_file_is_joined_unless_a_flag_says_more) {
  test_node running;
  const settings_file file{"join = '" + running.address() + "'\n"};
  const auto status = tern::test::tern({"status", "--json"});
  BOOST_TEST_REQUIRE(status.status == 0, status.err);
  BOOST_TEST(status.json()["nodes"][0]["port"] == running.port());
  // the nodes of a session of its own join that session, not this address
  const auto own =
      tern::test::tern({"eval", "ones(100, chunks=10).sum()", "--scheduler",
                        "processes", "--nodes", "2", "--json"});
  BOOST_TEST_REQUIRE(own.status == 0, own.err);
  BOOST_TEST(own.json()["nodes"] == 2);
  const auto joined = tern::test::tern({"eval", "ones(100).sum()", "--json"});
  BOOST_TEST_REQUIRE(joined.status == 0, joined.err);
  BOOST_TEST(joined.json()["nodes"] == 1);
}

BOOST_AUTO_TEST_CASE(a_mistake_names_line_or_variable_and_has_status_2) {
  {
    const settings_file file{"\nthread = 3\n"};
    const auto r = tern::test::tern({"eval", "1"});
    BOOST_TEST(r.status == 2);
    BOOST_TEST(r.err
               == "tern eval: " + file.path
                      + ", line 2: unknown setting 'thread'; did you mean "
                        "'threads'?\n");
    BOOST_TEST(tern::test::tern({"--version"}).status == 0);
    BOOST_TEST(tern::test::tern({"eval", "--help"}).status == 0);
  }
  const variable memory{"TERN_MEMORY", "lots"};
  for (const char* command : {"config", "status"}) {
    const auto r = tern::test::tern({command});
    BOOST_TEST(r.status == 2);
    BOOST_TEST(r.err.find("TERN_MEMORY: 'lots' is no size")
                   != std::string::npos,
               r.err);
  }
}

BOOST_AUTO_TEST_SUITE_END()
