#include "dataflow/io/netcdf.hpp"
#include "tests/dataflow/io/read_whole.hpp"
#include "tests/dataflow/io/scratch_folder.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

using namespace tern;
using namespace tern::testing;

namespace {

const std::string data_folder = TERN_TEST_DATA;

nlohmann::json references(const std::string& name) {
  std::ifstream file(data_folder + "/" + name);
  BOOST_REQUIRE(file);
  return nlohmann::json::parse(file);
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// What an error of `open_nc` says.
std::string complaint(const std::string& path, const std::string& variable) {
  try {
    open_nc(path, variable);
  } catch (const expression_error& error) {
    return error.what();
  }
  return "";
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void check_values(const nlohmann::json& expected, const array& a) {
  const auto whole = read_whole(a);
  BOOST_REQUIRE(whole.values.size() == expected.size());
  for (std::size_t i = 0; i < whole.values.size(); ++i) {
    if (expected[i].is_null())
      BOOST_TEST(std::isnan(whole.values[i]));
    else if (a.type() == dtype::int64)
      BOOST_TEST(whole.integers[i] == expected[i].get<std::int64_t>());
    else if (a.type() == dtype::boolean)
      BOOST_TEST((whole.values[i] != 0) == expected[i].get<bool>());
    else
      BOOST_TEST(whole.values[i] == expected[i].get<double>());
  }
}

/// `bytes` cut at many lengths: opening must fail, whatever the library does.
void check_truncated(const std::string& bytes, const std::string& variable,
                     std::size_t whole) {
  scratch_folder folder;
  const auto path = folder / "cut.nc";
  for (std::size_t n = 0; n < whole;
       n += std::max<std::size_t>(whole / 61, 1)) {
    write(path, bytes.substr(0, n));
    const auto text = complaint(path.string(), variable);
    BOOST_TEST_CONTEXT(n << " bytes of " << bytes.size() << ": " << text)
    BOOST_TEST(says(text, path.string()));
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(reading_netcdf)

BOOST_AUTO_TEST_CASE(values_are_those_that_netcdf4_and_numpy_find) {
  for (const auto& r : references("values.json")) {
    const std::string file = r["file"];
    const std::string variable = r["variable"];
    const auto extents = r["shape"].get<std::vector<std::int64_t>>();
    for (const auto& sizes : std::vector<std::vector<std::int64_t>>{
             {}, {1}, {2}, {3}, {4}, {1000}}) {
      BOOST_TEST_CONTEXT(file << " " << variable) {
        const auto a = open_nc(data_folder + "/" + file, variable, {sizes});
        BOOST_TEST(name_of(a.type()) == r["dtype"].get<std::string>());
        BOOST_TEST(to_string(a.shape())
                   == to_string({extents.begin(), extents.end()}));
        BOOST_TEST(a.dimensions()
                       == r["dimensions"].get<std::vector<std::string>>(),
                   boost::test_tools::per_element());
        check_values(r["values"], a);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_files_of_ferret_hold_what_netcdf4_finds) {
  const std::string folder = "/usr/share/ferret-vis/data/";
  BOOST_REQUIRE_MESSAGE(std::filesystem::exists(folder),
                        "install Debian's ferret-datasets");
  for (const auto& r : references("ferret.json")) {
    const auto a = open_nc(folder + r["file"].get<std::string>(),
                           r["variable"].get<std::string>());
    const auto whole = read_whole(a);
    long double sum = 0;
    std::int64_t count = 0;
    double smallest = INFINITY;
    double largest = -INFINITY;
    for (double x : whole.values)
      if (!std::isnan(x)) {
        sum += x;
        ++count;
        smallest = std::min(smallest, x);
        largest = std::max(largest, x);
      }
    BOOST_TEST_CONTEXT(r["file"] << " " << r["variable"]) {
      BOOST_TEST(name_of(a.type()) == r["dtype"].get<std::string>());
      BOOST_TEST(count == r["count"].get<std::int64_t>());
      BOOST_TEST(smallest == r["min"].get<double>());
      BOOST_TEST(largest == r["max"].get<double>());
      // fsum rounds once; 64 bits of mantissa leave less than this
      const auto exact = r["sum"].get<double>();
      BOOST_TEST(std::abs(static_cast<double>(sum) - exact)
                 <= 1e-13 * std::abs(exact));
      for (const auto& sample : r["samples"]) {
        const double x = whole.values.at(sample[0].get<std::size_t>());
        BOOST_TEST((sample[1].is_null() ? std::isnan(x)
                                        : x == sample[1].get<double>()));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_file_of_a_few_records_is_cut_by_records) {
  const auto a =
      open_nc("/usr/share/ferret-vis/data/coads_climatology.cdf", "SST");
  BOOST_TEST(to_string(grid(a.cut())) == to_string({12, 1, 1}));
  BOOST_TEST(a.expression() == "open_nc(\"coads_climatology.cdf\", \"SST\")");
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_named) {
  const auto text = complaint("/no/such/file.nc", "v");
  BOOST_TEST(says(text, "/no/such/file.nc"));
  BOOST_TEST(says(text, "No such file"));
  BOOST_TEST(complaint("", "v") != "");
}

BOOST_AUTO_TEST_CASE(a_missing_variable_is_named_with_those_there_are) {
  const auto text = complaint(data_folder + "/records.nc", "flux");
  BOOST_TEST(says(text, "no variable 'flux'"));
  BOOST_TEST(says(text, "time, level, flow, fixed"));
  const auto grouped = complaint(data_folder + "/chunked.nc", "salt");
  BOOST_TEST(says(grouped, "ocean/deep/salt"));
  BOOST_TEST(says(complaint(data_folder + "/chunked.nc", "sea/salt"),
                  "no group 'sea'"));
}

BOOST_AUTO_TEST_CASE(what_is_not_a_netcdf_file_is_said_to_be_none) {
  scratch_folder folder;
  const auto path = folder / "x.nc";
  const auto with = [&](const std::string& bytes) {
    write(path, bytes);
    return complaint(path.string(), "v");
  };
  BOOST_TEST(says(with(""), "empty"));
  BOOST_TEST(says(with("hello, this is text"), "not a NetCDF file"));
  BOOST_TEST(says(with(std::string(5000, '\0')), "not a NetCDF file"));
  BOOST_TEST(says(with("CDF\x09...."), "unknown version 9"));
  BOOST_TEST(says(with("\x89HDF\r\n\x1a\nand no more"), path.string()));
  BOOST_TEST(says(complaint(folder.path().string(), "v"), "regular file"));
}

BOOST_AUTO_TEST_CASE(text_is_refused) {
  BOOST_TEST(says(complaint(data_folder + "/packed.nc", "label"), "text"));
  BOOST_TEST(says(complaint(data_folder + "/chunked.nc", "words"), "text"));
}

BOOST_AUTO_TEST_CASE(a_classic_file_whose_end_is_missing_is_refused) {
  for (const auto& [name, variable] : {std::pair{"packed.nc", "counts"},
                                       {"records.nc", "flow"},
                                       {"one_record_variable.nc", "v"},
                                       {"wide.nc", "word"}}) {
    const auto bytes = contents(data_folder + "/" + name);
    check_truncated(bytes, variable, bytes.size() - 4);
  }
}

BOOST_AUTO_TEST_CASE(a_netcdf4_file_whose_end_is_missing_is_refused) {
  const auto bytes = contents(data_folder + "/chunked.nc");
  check_truncated(bytes, "grid", bytes.size());
}

BOOST_AUTO_TEST_CASE(the_message_about_a_missing_end_has_both_lengths) {
  scratch_folder folder;
  const auto bytes = contents(data_folder + "/records.nc");
  write(folder / "r.nc", bytes.substr(0, bytes.size() - 10));
  const auto text = complaint((folder / "r.nc").string(), "flow");
  BOOST_TEST(says(text, "the end of the file is missing"));
  BOOST_TEST(says(text, std::to_string(bytes.size() - 10)));
}

BOOST_AUTO_TEST_CASE(a_block_of_a_file_that_changed_is_refused_with_its_place) {
  scratch_folder folder;
  const auto path = folder / "r.nc";
  const auto bytes = contents(data_folder + "/records.nc");
  const auto complaint_after = [&](const std::function<void()>& change) {
    write(path, bytes);
    const auto a = open_nc(path.string(), "level", {{2}});
    const auto g = lower({&a, 1});
    BOOST_REQUIRE(read_nc(reading(g), a.type(), {8, 0}, {1, 2}));
    change();
    const auto b = read_nc(reading(g), a.type(), {8, 0}, {1, 2});
    BOOST_REQUIRE(!b);
    BOOST_TEST((b.error().kind == failure_kind::io));
    BOOST_TEST(says(b.error().what, path.string()));
    BOOST_TEST(says(b.error().what, "(8, 0)"));
    return b.error().what;
  };
  BOOST_TEST(says(complaint_after([&] { std::filesystem::remove(path); }),
                  "No such file"));
  BOOST_TEST(says(complaint_after([&] {
                    std::filesystem::resize_file(path, bytes.size() - 20);
                  }),
                  "missing"));
  BOOST_TEST(says(
      complaint_after([&] { write(path, contents(data_folder + "/wide.nc")); }),
      "no variable 'level'"));
}

BOOST_AUTO_TEST_CASE(a_block_outside_of_the_variable_is_refused) {
  const auto a = open_nc(data_folder + "/records.nc", "level");
  const auto g = lower({&a, 1});
  for (const auto& [start, count] : {std::pair<shape, shape>{{8, 0}, {2, 3}},
                                     {{0, 0}, {9, 4}},
                                     {{-1, 0}, {1, 1}},
                                     {{0}, {1}},
                                     {{0, 0}, {-1, 1}}})
    BOOST_TEST(!read_nc(reading(g), a.type(), start, count));
}

BOOST_AUTO_TEST_CASE(blocks_are_read_by_several_threads_at_once) {
  const char* const files[] = {"chunked.nc", "records.nc"};
  const char* const variables[] = {"grid", "flow"};
  std::vector<whole_array> expected;
  for (int i = 0; i < 2; ++i)
    expected.push_back(
        read_whole(open_nc(data_folder + "/" + files[i], variables[i])));
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      const auto i = static_cast<std::size_t>(t % 2);
      for (int round = 0; round < 10; ++round) {
        const auto found = read_whole(
            open_nc(data_folder + "/" + files[i], variables[i], {{2}}));
        wrong += found.integers == expected[i].integers ? 0 : 1;
      }
    });
  for (auto& t : threads)
    t.join();
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_CASE(unsigned_numbers_that_do_not_fit_fail_when_read) {
  const auto a = open_nc(data_folder + "/chunked.nc", "too_big");
  BOOST_TEST((a.type() == dtype::int64));
  const auto g = lower({&a, 1});
  const auto b = read_nc(reading(g), a.type(), {0}, {13});
  BOOST_REQUIRE(!b);
  BOOST_TEST(says(b.error().what, "does not fit"));
}

BOOST_AUTO_TEST_SUITE_END()
