// Two suites: `house` judges this source tree; `house_rules` plants each kind
// of violation into a tree that keeps the rules, and sees that it is found.

#include "tests/house/house_rules.hpp"
#include "tests/house/include_arrows.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

using namespace tern::house;

namespace {

// A tree on disk that keeps all rules, until a test adds to it.
class small_house {
public:
  small_house() {
    write("actors/README.md", {"actors"});
    write("actors/node.hpp",
          {"#pragma once", "#include \"serialization/buffer.hpp\"",
           "#include <caf/actor.hpp>"});
    write("actors/node.cpp", {"#include \"actors/node.hpp\""});
    write("actors/lean_actor.cpp", {"#include <caf/resumable.hpp>"});
    write("actors/CMakeLists.txt",
          {"tern_library(tern_actors", "  SOURCES node.cpp lean_actor.cpp)"});
    write("serialization/README.md", {"serialization"});
    write("serialization/buffer.hpp", {"#pragma once"});
  }

  ~small_house() {
    std::filesystem::remove_all(root_);
  }

  void write(const std::string& path, const std::vector<std::string>& lines) {
    auto file = root_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream out(file);
    for (const auto& line : lines)
      out << line << '\n';
  }

  std::vector<violation> check() const {
    return check_house(read_tree(root_));
  }

private:
  static std::filesystem::path fresh_folder() {
    auto name = "tern-house-" + std::to_string(std::random_device()());
    auto folder = std::filesystem::temp_directory_path() / name;
    std::filesystem::create_directory(folder);
    return folder;
  }

  std::filesystem::path root_ = fresh_folder();
};

// A header that may stand anywhere, with one more line.
std::vector<std::string> header_with(const std::string& line) {
  return {"#pragma once", line};
}

std::string only(const std::vector<violation>& found) {
  BOOST_TEST_REQUIRE(found.size() == 1u);
  std::ostringstream out;
  out << found.front();
  return out.str();
}

} // namespace

BOOST_AUTO_TEST_SUITE(house)

BOOST_AUTO_TEST_CASE(this_tree_keeps_the_rules) {
  auto tree = read_tree(TERN_SOURCE_DIR);
  BOOST_TEST(tree.size() > 50u);
  for (const auto& v : check_house(tree))
    BOOST_ERROR(v);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(house_rules)

BOOST_FIXTURE_TEST_CASE(a_tree_that_keeps_the_rules_passes, small_house) {
  BOOST_TEST(check().empty());
}

BOOST_AUTO_TEST_CASE(the_arrows_go_one_way) {
  BOOST_TEST(may_include("apps", "serialization"));
  BOOST_TEST(may_include("tests", "apps"));
  BOOST_TEST(may_include("dataflow/runtime", "dataflow/io"));
  BOOST_TEST(may_include("dataflow/optimize", "dataflow/block"));
  BOOST_TEST(may_include("dataflow/graph", "dataflow/graph"));

  BOOST_TEST(!may_include("serialization", "actors"));
  BOOST_TEST(!may_include("actors", "dataflow/block"));
  BOOST_TEST(!may_include("dataflow/block", "dataflow/graph"));
  BOOST_TEST(!may_include("dataflow/graph", "dataflow/array"));
  BOOST_TEST(!may_include("dataflow/array", "dataflow/runtime"));
  BOOST_TEST(!may_include("dataflow/frame", "dataflow/runtime"));
  BOOST_TEST(!may_include("dataflow/array", "dataflow/frame"));
  BOOST_TEST(!may_include("dataflow/array", "dataflow/optimize"));
  BOOST_TEST(!may_include("dataflow/io", "dataflow/runtime"));
  BOOST_TEST(!may_include("dataflow/runtime", "apps"));
  BOOST_TEST(!may_include("apps", "tests"));
  BOOST_TEST(!may_include("bench", "tests"));
  BOOST_TEST(!may_include("", "actors"));
}

BOOST_AUTO_TEST_CASE(a_path_names_its_part_of_the_house) {
  BOOST_TEST(component_of("dataflow/graph/key.hpp") == "dataflow/graph");
  BOOST_TEST(component_of("dataflow/api.hpp") == "dataflow");
  BOOST_TEST(component_of("actors/link/frame.hpp") == "actors");
  BOOST_TEST(component_of("actors.hpp").empty());
  BOOST_TEST(component_of("key.hpp").empty());
}

BOOST_FIXTURE_TEST_CASE(an_include_against_the_arrows_is_found, small_house) {
  write("serialization/frame.hpp", header_with("#include \"actors/node.hpp\""));
  BOOST_TEST(only(check())
             == "serialization/frame.hpp:2: serialization may not include "
                "actors");
}

BOOST_FIXTURE_TEST_CASE(two_classes_of_one_name_are_found, small_house) {
  const auto header = [](const std::string& space, const std::string& start) {
    return std::vector<std::string>{"#pragma once", "namespace " + space + " {",
                                    start,          "  int x;",
                                    "};",           "}"};
  };
  write("actors/census.hpp", header("tern", "class census {"));
  write("serialization/census.hpp", header("tern::wire", "struct census {"));
  BOOST_TEST(check().empty());
  write("serialization/other.hpp", header("tern", "struct census {"));
  BOOST_TEST(only(check())
             == "serialization/other.hpp:3: defines census, as does "
                "actors/census.hpp");
}

BOOST_FIXTURE_TEST_CASE(an_include_from_elsewhere_is_found, small_house) {
  write("actors/link.hpp", header_with("  #  include \"node.hpp\""));
  BOOST_TEST(only(check()).find("does not start at the root")
             != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(caf_outside_its_folders_is_found, small_house) {
  write("dataflow/README.md", {"dataflow"});
  write("dataflow/block/block.hpp", header_with("#include <caf/actor.hpp>"));
  BOOST_TEST(only(check()) == "dataflow/block/block.hpp:2: includes CAF");
}

BOOST_FIXTURE_TEST_CASE(caf_internals_elsewhere_are_found, small_house) {
  for (auto name : {"monitorable_actor.hpp", "resumable.hpp", "type_id.hpp",
                    "scheduler/abstract_coordinator.hpp", "actor_storage.hpp",
                    "detail/thread_safe_actor_clock.hpp"}) {
    write("actors/host.hpp",
          header_with("#include <caf/" + std::string(name) + ">"));
    BOOST_TEST(only(check())
               == "actors/host.hpp:2: includes the CAF internal caf/"
                      + std::string(name));
  }
}

BOOST_FIXTURE_TEST_CASE(heavy_includes_in_headers_are_found, small_house) {
  for (auto target : {"\"serialization/schema/frame.capnp.h\"", "<caf/all.hpp>",
                      "<caf/io/all.hpp>", "<hwy/highway.h>"}) {
    write("actors/link.hpp", header_with("#include " + std::string(target)));
    BOOST_TEST(only(check()).find("a header includes") != std::string::npos);
  }
}

BOOST_FIXTURE_TEST_CASE(heavy_includes_in_sources_are_allowed, small_house) {
  write("actors/node.cpp", {"#include \"serialization/schema/frame.capnp.h\""});
  BOOST_TEST(check().empty());
}

BOOST_FIXTURE_TEST_CASE(a_public_header_that_is_not_thin_is_found,
                        small_house) {
  write("tern/README.md", {"tern"});
  write("dataflow/README.md", {"dataflow"});
  write("tern/tern.hpp", header_with("#include \"dataflow/api.hpp\""));
  write("dataflow/api.hpp", header_with("#include <vector>"));
  BOOST_TEST(check().empty());
  write("dataflow/api.hpp", header_with("#include \"actors/node.hpp\""));
  BOOST_TEST(only(check())
             == "actors/node.hpp:3: <tern/tern.hpp> reaches caf/actor.hpp");
  write("tern/tern.hpp", header_with("#include <vector>"));
  write("tern/simulation.hpp", header_with("#include \"actors/node.hpp\""));
  BOOST_TEST(only(check())
             == "actors/node.hpp:3: <tern/simulation.hpp> reaches "
                "caf/actor.hpp");
}

BOOST_FIXTURE_TEST_CASE(a_file_of_801_lines_is_found, small_house) {
  write("actors/node.cpp", std::vector<std::string>(800, "// a line"));
  BOOST_TEST(check().empty());
  write("actors/node.cpp", std::vector<std::string>(801, "// a line"));
  BOOST_TEST(only(check()) == "actors/node.cpp: 801 lines, more than 800");
}

BOOST_FIXTURE_TEST_CASE(a_header_without_pragma_once_is_found, small_house) {
  write("actors/link.hpp", {"class link;"});
  BOOST_TEST(only(check()) == "actors/link.hpp: needs one line `#pragma once`");
}

BOOST_FIXTURE_TEST_CASE(names_that_say_nothing_are_found, small_house) {
  write("actors/utils.hpp", {"#pragma once"});
  BOOST_TEST(only(check())
             == "actors/utils.hpp: is not named for what is in it");
}

BOOST_FIXTURE_TEST_CASE(foreign_endings_are_found, small_house) {
  write("actors/link.h", {"#pragma once"});
  BOOST_TEST(only(check()) == "actors/link.h: C++ files end in .hpp and .cpp");
}

BOOST_FIXTURE_TEST_CASE(what_is_left_open_is_found, small_house) {
  write("actors/node.cpp", {"// TO"
                            "DO: the rest"});
  BOOST_TEST(only(check()) == "actors/node.cpp:1: leaves something open");
}

BOOST_FIXTURE_TEST_CASE(a_source_that_nobody_builds_is_found, small_house) {
  write("tests/README.md", {"tests"});
  write("tests/actors/node_test.cpp", {});
  write("tests/actors/CMakeLists.txt", {"# tern_test(node_test.cpp)"});
  BOOST_TEST(only(check())
             == "tests/actors/node_test.cpp: no CMake file names it");
  for (auto name : {"actors/node_test.cpp", "tests/actors/node_test.cpp",
                    "actors/${part}_test.cpp",
                    "${PROJECT_SOURCE_DIR}/tests/actors/node_test.cpp"}) {
    write("tests/CMakeLists.txt", {"tern_test(x SOURCES", name, ")"});
    BOOST_TEST(check().empty());
  }
  for (auto name : {"node_test.cpp", "actors/${part}_check.cpp"}) {
    write("tests/CMakeLists.txt", {"tern_test(x SOURCES", name, ")"});
    BOOST_TEST(check().size() == 1u);
  }
}

BOOST_FIXTURE_TEST_CASE(a_document_that_shows_old_code_is_found, small_house) {
  write("README.md", {"```cpp", "// actors/node.hpp", "#pragma once", "```"});
  BOOST_TEST(check().empty());
  write("README.md", {"```cpp", "// actors/node.hpp", "#pragma twice", "```"});
  BOOST_TEST(only(check())
             == "README.md:2: shows code that is not in actors/node.hpp");
}

BOOST_FIXTURE_TEST_CASE(a_top_folder_without_a_readme_is_found, small_house) {
  write("bench/CMakeLists.txt", {"add_executable(tern-bench main.cpp)"});
  write("bench/main.cpp", {"int main() {}"});
  BOOST_TEST(only(check()) == "bench/README.md: is missing");
}

BOOST_FIXTURE_TEST_CASE(build_trees_are_not_judged, small_house) {
  write("build/release/generated/utils.hpp", {});
  write(".cache/utils.hpp", {});
  BOOST_TEST(check().empty());
}

BOOST_AUTO_TEST_SUITE_END()
