#include "apps/tern/configuration/configuration.hpp"
#include "apps/tern/configuration/configuration_file.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

using namespace tern;

namespace {

using variables = std::map<std::string, std::string>;

configuration with(const variables& all) {
  return configuration::read([&](const char* name) {
    const auto found = all.find(name);
    return found == all.end() ? nullptr : found->second.c_str();
  });
}

/// A folder with a `tern/config.toml`, for the length of a test.
struct config_folder {
  std::filesystem::path folder =
      std::filesystem::path{TERN_BINARY_DIR} / "configuration_test";
  std::filesystem::path file = folder / "tern" / "config.toml";

  explicit config_folder(const std::string& text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  ~config_folder() {
    std::filesystem::remove_all(folder);
  }
  variables and_also(variables more = {}) const {
    more.emplace("XDG_CONFIG_HOME", folder.string());
    return more;
  }
};

void check_value(const configuration& c, setting which, const std::string& text,
                 setting_source from, const std::string& where) {
  BOOST_TEST_CONTEXT(info_of(which).name) {
    BOOST_TEST(!c.mistake());
    BOOST_TEST(c[which].text == text);
    BOOST_TEST(name_of(c[which].from) == name_of(from));
    BOOST_TEST(c[which].where == where);
  }
}

std::string mistake_in(const std::string& text) {
  const config_folder home{text};
  const auto c = with(home.and_also());
  BOOST_TEST_REQUIRE(c.mistake().has_value(), "no mistake in: " << text);
  const auto& what = c.mistake()->what;
  BOOST_TEST(what.starts_with(home.file.string() + ", line "));
  return what.substr(home.file.string().size() + 2);
}

} // namespace

BOOST_AUTO_TEST_SUITE(settings)

BOOST_AUTO_TEST_CASE(the_table_is_in_the_order_of_its_names) {
  for (std::size_t i = 0; i < setting_count; ++i)
    BOOST_TEST(static_cast<std::size_t>(all_settings()[i].id) == i);
}

BOOST_AUTO_TEST_CASE(every_default_is_a_value_that_may_be) {
  for (const auto& s : all_settings())
    BOOST_TEST(!!check_setting(s.id, std::string{s.fallback}), s.name);
}

BOOST_AUTO_TEST_CASE(a_flag_overrides_a_variable_and_that_a_file) {
  const config_folder home{"# mine\nthreads = 3\nmemory = '2GB'\n\n"
                           "chunks = [100, -1]\n"};
  auto c = with(home.and_also({{"TERN_MEMORY", "3GiB"}}));
  BOOST_TEST(c.file().string() == home.file.string());
  check_value(c, setting::scheduler_kind, "threads", setting_source::fallback,
              "");
  check_value(c, setting::thread_count, "3", setting_source::file,
              home.file.string() + ":2");
  check_value(c, setting::chunk_sizes, "100,-1", setting_source::file,
              home.file.string() + ":5");
  check_value(c, setting::memory_limit, "3GiB", setting_source::environment,
              "TERN_MEMORY");
  BOOST_TEST(!!c.set_flag(setting::memory_limit, "4GB"));
  check_value(c, setting::memory_limit, "4GB", setting_source::flag,
              "--memory");
  c.drop_all_but_flags();
  check_value(c, setting::memory_limit, "4GB", setting_source::flag,
              "--memory");
  check_value(c, setting::thread_count, "auto", setting_source::fallback, "");
}

BOOST_AUTO_TEST_CASE(the_file_is_where_the_first_of_three_says) {
  const config_folder home{"nodes = 5"};
  const auto other = home.folder / "other.toml";
  std::ofstream(other) << "nodes = 6";
  check_value(with({{"XDG_CONFIG_HOME", home.folder.string()},
                    {"TERN_CONFIG", other.string()}}),
              setting::node_count, "6", setting_source::file,
              other.string() + ":1");
  check_value(with(home.and_also({{"HOME", "/no/such/home"}})),
              setting::node_count, "5", setting_source::file,
              home.file.string() + ":1");
  std::filesystem::rename(home.folder / "tern", home.folder / "x");
  std::filesystem::create_directories(home.folder / ".config");
  std::filesystem::rename(home.folder / "x", home.folder / ".config" / "tern");
  check_value(
      with({{"XDG_CONFIG_HOME", "relative"}, {"HOME", home.folder.string()}}),
      setting::node_count, "5", setting_source::file,
      (home.folder / ".config/tern/config.toml:1").string());
}

BOOST_AUTO_TEST_CASE(no_file_and_variables_without_a_value_leave_the_defaults) {
  const auto c = with({{"HOME", "/no/such/home"}, {"TERN_JOIN", ""}});
  BOOST_TEST(c.file().empty());
  for (const auto& s : all_settings())
    check_value(c, s.id, std::string{s.fallback}, setting_source::fallback, "");
}

BOOST_AUTO_TEST_CASE(a_file_that_was_named_has_to_be_there) {
  const auto c = with({{"TERN_CONFIG", "/no/such/file.toml"}});
  BOOST_REQUIRE(c.mistake());
  BOOST_TEST(c.mistake()->what
             == "cannot read /no/such/file.toml: No such file or directory");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_in_a_file_is_named_with_its_line) {
  BOOST_TEST(mistake_in("threads = 2\nthread = 3\n")
             == "line 2: unknown setting 'thread'; did you mean 'threads'?");
  BOOST_TEST(mistake_in("\nscheduler = 'magic'")
                 .starts_with("line 2: unknown scheduler 'magic'"));
  BOOST_TEST(mistake_in("threads = -1").starts_with("line 1: '-1' is no"));
  BOOST_TEST(mistake_in("nodes = 100000").starts_with("line 1: '100000'"));
  BOOST_TEST(mistake_in("memory = 'lots'").starts_with("line 1: 'lots'"));
  BOOST_TEST(mistake_in("\nlisten = 1.5").starts_with("line 2: 'listen' has"));
  BOOST_TEST(mistake_in("[eval]\nthreads = 1").starts_with("line 1: 'eval'"));
  BOOST_TEST(mistake_in("threads = 1\nthreads = 2").starts_with("line 2: "));
  BOOST_TEST(mistake_in("threads = \nnodes = 1").starts_with("line 1: "));
  BOOST_TEST(mistake_in("join = 'nowhere'").starts_with("line 1: 'nowhere'"));
  BOOST_TEST(mistake_in("chunks = [[1]]").starts_with("line 1: 'chunks' has"));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_in_the_environment_is_named) {
  const auto c = with({{"TERN_THREADS", "many"}});
  BOOST_REQUIRE(c.mistake());
  BOOST_TEST(c.mistake()->what.starts_with("TERN_THREADS: 'many' is no"));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_toml_are_refused_and_no_crash) {
  for (const std::string& text :
       {std::string(5000, '['), std::string("\0\xff\xfe", 3),
        std::string("x = '''"), std::string(2 << 20, ' ')}) {
    const config_folder home{text};
    BOOST_TEST(with(home.and_also()).mistake().has_value());
  }
  BOOST_TEST(with({{"TERN_CONFIG", "/"}}).mistake().has_value());
  BOOST_TEST(!with({{"TERN_CONFIG", "/dev/null"}}).mistake().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
