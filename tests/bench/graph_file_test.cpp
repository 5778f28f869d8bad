#include "bench/graph_file.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <limits>
#include <string>

using namespace tern;
using namespace tern::bench;

namespace {

/// What is said of a text that is no graph; empty: it is one.
std::string complaint(const std::string& text) {
  const auto read = parse_graph(text, "g.tsv");
  return read ? std::string{} : read.error().what;
}

} // namespace

BOOST_AUTO_TEST_SUITE(graph_files)

BOOST_AUTO_TEST_CASE(a_line_is_a_task) {
  const auto read =
      parse_graph("0\t1.5\t100\n1\t2\t0\t0\n7\t0\t3.5\t0\t1\n", "");
  BOOST_REQUIRE(read);
  BOOST_TEST((*read == timed_graph{{1.5, {}}, {2, {0}}, {0, {0, 1}}}));
}

BOOST_AUTO_TEST_CASE(the_last_line_may_end_or_not_and_lines_may_end_as_in_dos) {
  const timed_graph expected{{1, {}}, {2, {0}}};
  for (const auto* text : {"0\t1\t0\n1\t2\t0\t0", "0\t1\t0\n1\t2\t0\t0\n",
                           "0\t1\t0\r\n1\t2\t0\t0\r\n"}) {
    const auto read = parse_graph(text, "");
    BOOST_REQUIRE(read);
    BOOST_TEST((*read == expected));
  }
}

BOOST_AUTO_TEST_CASE(tasks_may_come_before_what_they_read) {
  const auto read = parse_graph("5\t1\t0\t9\n4\t2\t0\t5\n9\t3\t0\n", "");
  BOOST_REQUIRE(read);
  BOOST_TEST((*read == timed_graph{{3, {}}, {1, {0}}, {2, {1}}}));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_told_with_its_file_and_line) {
  BOOST_TEST(complaint("0\t1\t0\n1\t1\n")
             == "g.tsv:2: needs an id, seconds and bytes, with tabs between");
  BOOST_TEST(complaint("0\t1\t0\n\n1\t1\t0\n")
             == "g.tsv:2: needs an id, seconds and bytes, with tabs between");
  BOOST_TEST(complaint("one\t1\t0\n") == "g.tsv:1: 'one' is no id");
  BOOST_TEST(complaint("-1\t1\t0\n") == "g.tsv:1: '-1' is no id");
  BOOST_TEST(complaint("0\t1\t0\t\n") == "g.tsv:1: '' is no id");
  BOOST_TEST(complaint("0\t1s\t0\n") == "g.tsv:1: '1s' are no seconds");
  BOOST_TEST(complaint("0\t-1\t0\n") == "g.tsv:1: '-1' are no seconds");
  BOOST_TEST(complaint("0\tnan\t0\n") == "g.tsv:1: 'nan' are no seconds");
  BOOST_TEST(complaint("0\tinf\t0\n") == "g.tsv:1: 'inf' are no seconds");
  BOOST_TEST(complaint("0\t1\tmany\n") == "g.tsv:1: 'many' are no bytes");
  BOOST_TEST(complaint("0\t1\t0\n0\t1\t0\n") == "g.tsv:2: a second task 0");
  BOOST_TEST(complaint("0\t1\t0\n1\t1\t0\t2\n")
             == "g.tsv:2: reads 2, which is no task");
  BOOST_TEST(complaint("0\t1\t0\n1\t1\t0\t0\t0\n") == "g.tsv:2: reads 0 twice");
}

BOOST_AUTO_TEST_CASE(tasks_that_wait_for_each_other_are_found) {
  BOOST_TEST(complaint("0\t1\t0\t0\n")
             == "g.tsv:1: waits for itself, through what it reads");
  BOOST_TEST(complaint("0\t1\t0\n1\t1\t0\t2\n2\t1\t0\t1\n")
             == "g.tsv:2: waits for itself, through what it reads");
}

BOOST_AUTO_TEST_CASE(a_graph_without_tasks_or_time_is_none) {
  BOOST_TEST(complaint("") == "g.tsv: no task in it");
  BOOST_TEST(complaint("0\t0\t0\n1\t0\t0\t0\n")
             == "g.tsv: its tasks take no time");
}

// Every text that is cut off somewhere, or damaged, is a graph or an error.
BOOST_AUTO_TEST_CASE(damage_gives_a_graph_or_an_error) {
  const std::string whole = "0\t1.5\t100\n1\t2\t0\t0\n2\t0\t3\t0\t1\n";
  for (std::size_t at = 0; at < whole.size(); ++at) {
    static_cast<void>(parse_graph(whole.substr(0, at), ""));
    for (int byte = 0; byte <= std::numeric_limits<unsigned char>::max();
         ++byte) {
      auto damaged = whole;
      damaged[at] = static_cast<char>(byte);
      const auto read = parse_graph(damaged, "");
      if (!read) {
        BOOST_TEST(!read.error().what.empty());
        continue;
      }
      for (std::size_t i = 0; i < read->size(); ++i)
        for (const auto input : (*read)[i].reads)
          BOOST_TEST(input < i);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_or_a_folder_is_named) {
  const auto folder = std::filesystem::temp_directory_path().string();
  const auto none = read_graph_file(folder + "/no-such-graph.tsv");
  BOOST_REQUIRE(!none);
  BOOST_TEST((none.error().kind == failure_kind::not_found));
  BOOST_TEST(none.error().what
             == folder + "/no-such-graph.tsv: cannot be opened");
  const auto no_file = read_graph_file(folder);
  BOOST_REQUIRE(!no_file);
  BOOST_TEST((no_file.error().kind == failure_kind::io));
  BOOST_TEST(no_file.error().what == folder + ": cannot be read");
}

BOOST_AUTO_TEST_SUITE_END()
