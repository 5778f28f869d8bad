#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace tern::test;

namespace {

const std::string slide = "x = random.random((400, 300), chunks=(47, 31)); "
                          "((x + 1) * 2 - x.mean(axis=0)).std()";

std::string scratch(const std::string& name) {
  return std::string{TERN_BINARY_DIR} + "/" + name;
}

void expect_complaint(const std::vector<std::string>& arguments, int status,
                      const std::string& words) {
  const auto r = tern::test::tern(arguments);
  BOOST_TEST(r.status == status, arguments.back() << ": " << r.err);
  BOOST_TEST(r.out.empty());
  BOOST_TEST(r.err.find(words) != std::string::npos,
             "'" << words << "' is not in: " << r.err);
}

} // namespace

BOOST_AUTO_TEST_SUITE(eval)

BOOST_AUTO_TEST_CASE(the_last_line_is_one_json_object) {
  const auto r =
      tern::test::tern({"eval", "ones((150,), chunks=(5,)).sum()", "--json"});
  BOOST_TEST(r.status == 0);
  const auto j = r.json();
  BOOST_TEST(j["value"] == 150.0);
  BOOST_TEST(j["shape"].empty());
  BOOST_TEST(j["dtype"] == "float64");
  BOOST_TEST(j["nodes"] == 1);
  for (const char* key :
       {"seconds", "tasks", "messages", "migrations", "steals", "bytes_moved",
        "bytes_spilled", "peak_bytes"})
    BOOST_TEST(j.contains(key), key);
}

BOOST_AUTO_TEST_CASE(three_schedulers_give_the_same_bits) {
  const auto a =
      tern::test::tern({"eval", slide, "--scheduler", "sync", "--json"});
  const auto b = tern::test::tern({"eval", slide, "--json"});
  const auto c = tern::test::tern(
      {"eval", slide, "--scheduler", "processes", "--nodes", "3", "--json"});
  BOOST_TEST(a.json()["value"].dump() == b.json()["value"].dump());
  BOOST_TEST(a.json()["value"].dump() == c.json()["value"].dump());
  BOOST_TEST(c.json()["nodes"] == 3);
  BOOST_TEST(c.json()["tasks"] == a.json()["tasks"]);
}

// 128 MB in rows, wanted in columns: of every row each of four nodes needs a
// quarter. Whole rows would be 384 MB.
BOOST_AUTO_TEST_CASE(an_array_that_is_cut_anew_moves_once) {
  const auto r = tern::test::tern(
      {"eval",
       "ones((4000, 4000), chunks=(200, 4000)).cumsum(axis=1)"
       ".rechunk((4000, 200)).max(axis=0).sum()",
       "--scheduler", "processes", "--nodes", "4", "--threads", "1", "--json"});
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  BOOST_TEST(r.json()["value"] == 8002000.0);
  BOOST_TEST(r.json()["bytes_moved"].get<double>() < 300e6);
}

BOOST_AUTO_TEST_CASE(complex_numbers_are_printed_in_both_ways_and_not_drawn) {
  const std::string z = "z = arange(6, chunks=2).reshape(2, 3) * (1 - 0.5j); ";
  const auto text = tern::test::tern({"eval", z + "z"});
  BOOST_TEST(text.out
             == "[[0.+0.j  1.-0.5j 2.-1.j ]\n"
                " [3.-1.5j 4.-2.j  5.-2.5j]]\n");
  const auto sum = tern::test::tern({"eval", z + "z.sum()", "--json"}).json();
  BOOST_TEST(sum["value"].dump() == "[15.0,-7.5]");
  BOOST_TEST(sum["dtype"] == "complex128");
  for (const std::string name : {"complex.nc", "complex.png"}) {
    const auto path = scratch(name);
    expect_complaint({"eval", z + "z", "-o", path}, 2, "complex128");
    BOOST_TEST(!std::filesystem::exists(path));
  }
}

BOOST_AUTO_TEST_CASE(the_lines_of_a_tutorial_run_as_they_stand) {
  const auto printed = [](const std::string& program) {
    return tern::test::tern({"eval", program}).out;
  };
  BOOST_TEST(printed("import dask.array as da\n"
                     "x = da.ones((150000,), chunks=(50000,))\n"
                     "x.sum()")
             == "150000.0\n");
  BOOST_TEST(printed(">>> x = da.ones((15, 15), chunks=(5, 5))\n"
                     ">>> y = (x.dot(x.T + 1) - x.mean()).std()\n"
                     ">>> y.compute()")
             == "0.0\n");
  const auto corners =
      printed("X = dask.array.random((100000, 100000), chunks=(1000, 1000))\n"
              "(X + X.T) - X.mean(axis=0)");
  BOOST_TEST(std::count(corners.begin(), corners.end(), '\n') == 13);
  BOOST_TEST(corners.find(" ... ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_array_is_written_to_a_file_whole) {
  const auto path = scratch("written.npy");
  const auto r = tern::test::tern(
      {"eval", "arange(1000, chunks=7)", "-o", path, "--json"});
  BOOST_TEST(r.status == 0, r.err);
  BOOST_TEST(r.json()["value"].is_null());
  BOOST_TEST(std::filesystem::file_size(path) == 128u + 8000u);
  std::filesystem::remove(path);
}

BOOST_AUTO_TEST_CASE(a_map_is_written_for_two_axes_and_refused_for_others) {
  const auto path = scratch("map_of_a_slide.png");
  const auto r = tern::test::tern(
      {"eval", "random.random((100, 90), chunks=(13, 17))", "-o", path});
  BOOST_TEST(r.status == 0, r.err);
  BOOST_TEST(r.out.empty());
  std::ifstream file(path, std::ios::binary);
  std::string head(8, ' ');
  file.read(head.data(), 8);
  BOOST_TEST(head == "\x89PNG\r\n\x1a\n");
  std::filesystem::remove(path);
  expect_complaint({"eval", "ones(3)", "-o", path}, 2, "two axes");
  expect_complaint({"eval", "ones((3, 3))", "-o", scratch("map.gif")}, 2,
                   ".png");
  expect_complaint({"eval", "ones((3, 3))", "-o", "/no/such/folder/map.png"}, 1,
                   "/no/such/folder/map.png");
}

BOOST_AUTO_TEST_CASE(a_mistake_is_shown_with_a_caret_and_status_2) {
  const auto r = tern::test::tern({"eval", "x = ones(3) +"});
  BOOST_TEST(r.status == 2);
  BOOST_TEST(r.err.find('^') != std::string::npos);
}

BOOST_AUTO_TEST_CASE(names_shapes_and_words_that_are_wrong_have_status_2) {
  expect_complaint({"eval", "ones(3) + undefined_name"}, 2, "undefined_name");
  expect_complaint({"eval", "ones((3, 4)) + ones(5)"}, 2, "(3, 4)");
  expect_complaint({"eval", "1", "--scheduler", "magic"}, 2, "magic");
  expect_complaint({"eval", "1", "--memory", "lots"}, 2, "lots");
  expect_complaint({"eval", "1", "--chunks", "3,x"}, 2, "3,x");
  expect_complaint({"eval", "1", "--no-such-flag"}, 2, "no-such-flag");
  expect_complaint({"eval", "1", "--join", "nowhere"}, 2, "nowhere");
  expect_complaint({"eval", "open_nc('no-such-file.nc', 'v').sum()"}, 2,
                   "no-such-file.nc");
}

BOOST_AUTO_TEST_CASE(files_that_are_not_netcdf_or_cut_short_are_named) {
  const auto junk = scratch("junk.nc");
  std::ofstream(junk) << std::string(5000, 'x');
  expect_complaint({"eval", "open_nc('" + junk + "', 'v').sum()"}, 2, junk);
  std::filesystem::remove(junk);
}

BOOST_AUTO_TEST_CASE(an_address_where_nobody_answers_is_named) {
  expect_complaint({"eval", "ones(3).sum()", "--join", "127.0.0.1:1"}, 1,
                   "127.0.0.1:1");
}

BOOST_AUTO_TEST_CASE(help_shows_examples) {
  for (const char* command : {"eval", "node", "status", "sim", "story", "trace",
                              "move", "where", "why"}) {
    const auto r = tern::test::tern({command, "--help"});
    BOOST_TEST(r.status == 0);
    BOOST_TEST(r.out.find("Example") != std::string::npos, command);
  }
}

BOOST_AUTO_TEST_CASE(explain_lists_the_layers_after_each_pass) {
  const auto r = tern::test::tern({"eval", slide, "--explain"});
  BOOST_TEST(r.status == 0);
  BOOST_TEST(r.err.find("after fuse: ") != std::string::npos);
  BOOST_TEST(r.err.find("after cull: nothing changed") != std::string::npos,
             r.err);
}

// What it says will be moved is moved, and the result; more if nodes steal.
BOOST_AUTO_TEST_CASE(explain_knows_what_a_plan_will_take) {
  const auto r = tern::test::tern(
      {"eval", "x = random.random((600, 600), chunks=100); (x @ x.T).sum()",
       "--explain", "--scheduler", "processes", "--nodes", "2", "--threads",
       "1", "--json"});
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  const auto at = r.err.find("plan:");
  BOOST_TEST_REQUIRE(at != std::string::npos, r.err);
  std::istringstream table{r.err.substr(at)};
  std::string word;
  std::uint64_t tasks = 0;
  while (table >> word && word != "all")
    continue;
  std::string memory;
  std::string fetched;
  table >> tasks >> memory >> fetched;
  BOOST_TEST(tasks == r.json()["tasks"].get<std::uint64_t>());
  BOOST_TEST(fetched.ends_with("MB"), fetched);
  const auto moved = r.json()["bytes_moved"].get<double>();
  BOOST_TEST(moved > 0.99 * std::stod(fetched) * 1e6);
  // a product of a row of blocks and a column has the most inputs
  const auto inputs = 12 * 100 * 100 * 8.0;
  BOOST_TEST(moved < 1.01 * std::stod(fetched) * 1e6
                         + r.json()["steals"].get<double>() * inputs);
  BOOST_TEST(r.err.find("smallest --memory: ") != std::string::npos, r.err);
}

BOOST_AUTO_TEST_CASE(simulated_seeds_pass_and_are_counted) {
  const auto r = tern::test::tern(
      {"sim", "--nodes", "4", "--seeds", "1..50", "--rotate", "--json"});
  BOOST_TEST(r.status == 0, r.err);
  const auto j = r.json();
  BOOST_TEST(j["seeds"] == 50);
  BOOST_TEST(j["failed"] == 0);
  BOOST_TEST(j["first_failing"].is_null());
  BOOST_TEST(j["migrations"] > 0);
}

BOOST_AUTO_TEST_CASE(a_result_of_several_parts_is_not_written_in_part) {
  const auto r = tern::test::tern({"eval", "ones(3), 2", "-o", "parts.npy"});
  BOOST_TEST(r.status == 2);
  BOOST_TEST(r.err.find("one array") != std::string::npos, r.err);
}

BOOST_AUTO_TEST_CASE(a_word_that_is_no_command_is_named) {
  const auto r = tern::test::tern({"frobnicate"});
  BOOST_TEST(r.status == 2);
  BOOST_TEST(r.err.find("'frobnicate'") != std::string::npos, r.err);
}

BOOST_AUTO_TEST_SUITE_END()
