// `tern report`: real runs on two nodes as one file.

#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

using namespace tern::test;

namespace {

const std::string folder = std::string{TERN_BINARY_DIR} + "/";

/// A file for the life of the object.
struct kept_file {
  std::string path;
  explicit kept_file(const std::string& name) : path(folder + name) {
    std::filesystem::remove(path);
  }
  ~kept_file() {
    std::filesystem::remove(path);
  }
  kept_file(const kept_file&) = delete;
  kept_file& operator=(const kept_file&) = delete;

  std::string text() const {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
};

void trace_run(const kept_file& to, const std::string& statements,
               int status = 0) {
  const auto r = tern::test::tern({"eval", statements, "--scheduler",
                                   "processes", "--nodes", "2", "--threads",
                                   "1", "--rotate", "--trace", to.path});
  BOOST_TEST_REQUIRE(r.status == status, r.err);
}

outcome report(std::vector<std::string> traces, const std::string& to,
               std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"report"};
  arguments.insert(arguments.end(), traces.begin(), traces.end());
  arguments.insert(arguments.end(), {"-o", to, "--json"});
  arguments.insert(arguments.end(), more.begin(), more.end());
  return tern::test::tern(arguments);
}

/// The name of a tag, what is between `<` or `</` and the first space or `>`.
std::string_view name_of_tag(std::string_view tag) {
  const auto end = std::ranges::find_if(
      tag, [](char c) { return std::isspace(static_cast<unsigned char>(c)); });
  return tag.substr(0, static_cast<std::size_t>(end - tag.begin()));
}

/// What is wrong with the tags; empty: each is closed, in order. What is in
/// scripts and styles is passed over, as browsers do.
std::string problem_of(std::string_view html) {
  constexpr std::string_view empty_ones[] = {"!doctype", "meta", "input"};
  std::vector<std::string_view> open;
  std::size_t at = html.find('<');
  while (at != html.npos) {
    const auto end = html.find('>', at);
    if (end == html.npos)
      return "a tag without an end";
    auto tag = html.substr(at + 1, end - at - 1);
    const bool closes = tag.starts_with('/');
    tag = name_of_tag(closes ? tag.substr(1) : tag);
    if (closes && (open.empty() || open.back() != tag))
      return "</" + std::string{tag} + "> closes nothing";
    if (closes)
      open.pop_back();
    else if (std::ranges::find(empty_ones, tag) == std::end(empty_ones))
      open.push_back(tag);
    const bool raw = !closes && (tag == "script" || tag == "style");
    at = raw ? html.find("</" + std::string{tag}, end) : html.find('<', end);
  }
  return open.empty() ? "" : "<" + std::string{open.back()} + "> stays open";
}

nlohmann::json data_of(const std::string& html) {
  const std::string opened = R"(<script type="application/json" id="report">)";
  const auto begin = html.find(opened);
  BOOST_TEST_REQUIRE(begin != html.npos);
  const auto from = begin + opened.size();
  return nlohmann::json::parse(
      html.substr(from, html.find("</script>", from) - from));
}

} // namespace

BOOST_AUTO_TEST_SUITE(run_reports)

BOOST_AUTO_TEST_CASE(every_task_that_ended_is_in_the_report) {
  const kept_file trace{"report.tern-trace"};
  const kept_file file{"report.html"};
  trace_run(trace, "x = random.random((400, 400), chunks=50); (x @ x.T).std()");
  const auto r = report({trace.path}, file.path);
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  const auto summary =
      tern::test::tern({"trace", "summary", trace.path, "--json"}).json();
  std::uint64_t ended = 0;
  for (const auto& n : summary["nodes"])
    ended += n["tasks"].get<std::uint64_t>();
  BOOST_TEST(ended > 200u);
  BOOST_TEST(r.json()["tasks"] == ended);

  const auto html = file.text();
  BOOST_TEST(problem_of(html) == "");
  BOOST_TEST(html.size() == r.json()["bytes"]);
  for (const auto* outside : {"src=", "@import", "url("})
    BOOST_TEST(html.substr(0, html.find("<script>")).find(outside)
               == html.npos);
  const auto data = data_of(html);
  const auto& stream = data["stream"];
  std::uint64_t drawn = 0;
  for (const auto& t : stream["tasks"])
    drawn += t[0].get<std::size_t>() < stream["lanes"].size();
  for (const auto& b : stream["bars"])
    drawn += b[4].get<std::uint64_t>();
  BOOST_TEST(drawn + stream["counts"]["off_lane"].get<std::uint64_t>()
             == ended);
  std::uint64_t by_layer = 0;
  for (const auto& l : data["layers"]) {
    by_layer += l["tasks"].get<std::uint64_t>();
    BOOST_TEST(l["kernel"] != "");
  }
  BOOST_TEST(by_layer == ended);

  BOOST_TEST_REQUIRE(data["plans"].size() == 1u);
  const auto& plan = data["plans"][0];
  BOOST_TEST(plan["graph"]["boxes"].size() >= 3u);
  BOOST_TEST(plan["graph"]["edges"].size() >= 2u);
  const auto critical =
      tern::test::tern({"critical", trace.path, "--json"}).json();
  BOOST_TEST(plan["critical"]["parts_ns"] == critical["parts_ns"]);
  BOOST_TEST(data["summary"]["messages"] == summary["messages"]);
  BOOST_TEST(!stream["arrows"].empty()); // --rotate moves tasks
  BOOST_TEST(!data["actors"].empty());
}

BOOST_AUTO_TEST_CASE(a_title_and_words_of_the_user_are_text) {
  const kept_file trace{"report_title.tern-trace"};
  const kept_file file{"report_title.html"};
  trace_run(trace, "ones((40, 40), chunks=20).sum()");
  const std::string hostile = "</title><script>alert('&')</script>";
  const auto r = report({trace.path}, file.path, {"--title", hostile});
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  const auto html = file.text();
  BOOST_TEST(problem_of(html) == "");
  BOOST_TEST(html.find("<script>alert") == html.npos);
  BOOST_TEST(data_of(html)["title"] == hostile);
}

BOOST_AUTO_TEST_CASE(several_files_of_a_run_are_one_report) {
  const kept_file trace{"report_a.tern-trace"};
  const kept_file other{"report_b.tern-trace"};
  const kept_file file{"report_both.html"};
  trace_run(trace, "ones((40, 40), chunks=20).sum()");
  trace_run(other, "(ones((40, 40), chunks=20) * 3).sum()");
  const auto one = report({trace.path}, file.path).json();
  const auto twice = report({trace.path, trace.path}, file.path).json();
  BOOST_TEST(twice["tasks"] == one["tasks"]);
  BOOST_TEST(twice["nodes"] == one["nodes"]);
  const auto both = report({trace.path, other.path}, file.path).json();
  BOOST_TEST(both["plans"] == 2);
  BOOST_TEST(both["tasks"].get<int>() > one["tasks"].get<int>());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_or_written_is_named) {
  const kept_file trace{"report_bad.tern-trace"};
  const kept_file file{"report_bad.html"};
  std::ofstream{trace.path} << "this is no trace";
  auto r = report({trace.path}, file.path);
  BOOST_TEST(r.status == 1);
  BOOST_TEST(r.err.find(trace.path) != std::string::npos);
  BOOST_TEST(!std::filesystem::exists(file.path));
  r = report({folder + "there_is_none.tern-trace"}, file.path);
  BOOST_TEST(r.status == 1);
  BOOST_TEST(r.err.find("there_is_none") != std::string::npos);
  trace_run(trace, "ones((40, 40), chunks=20).sum()");
  r = report({trace.path}, folder + "no_such_folder/report.html");
  BOOST_TEST(r.status == 1);
  BOOST_TEST(r.err.find("no_such_folder/report.html") != std::string::npos);
  r = tern::test::tern({"report", trace.path});
  BOOST_TEST(r.status == 2); // no -o
}

BOOST_AUTO_TEST_SUITE_END()
