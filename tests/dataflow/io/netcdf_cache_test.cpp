#include "dataflow/io/netcdf.hpp"
#include "dataflow/io/netcdf_file.hpp"
#include "tests/dataflow/io/scratch_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace tern;
using namespace tern::testing;

namespace {

const std::string records = std::string(TERN_TEST_DATA) + "/records.nc";

} // namespace

BOOST_AUTO_TEST_SUITE(netcdf_cache)

BOOST_AUTO_TEST_CASE(a_file_is_opened_once) {
  const std::lock_guard guard(netcdf_lock());
  const auto first = cached_netcdf(records);
  const auto again = cached_netcdf(records);
  BOOST_REQUIRE(first);
  BOOST_TEST(first->get() == again->get());
}

BOOST_AUTO_TEST_CASE(a_file_that_was_replaced_is_opened_again) {
  scratch_folder folder;
  const auto path = folder / "a.nc";
  std::filesystem::copy_file(records, path);
  const std::lock_guard guard(netcdf_lock());
  const auto before = cached_netcdf(path.string());
  BOOST_REQUIRE(before);
  std::filesystem::copy_file(records, folder / "b.nc");
  std::filesystem::rename(folder / "b.nc", path);
  const auto after = cached_netcdf(path.string());
  BOOST_REQUIRE(after);
  BOOST_TEST(before->get() != after->get());
}

BOOST_AUTO_TEST_CASE(only_a_few_files_stay_open) {
  scratch_folder folder;
  const std::lock_guard guard(netcdf_lock());
  for (int i = 0; i < 40; ++i) {
    const auto path = folder / (std::to_string(i) + ".nc");
    std::filesystem::copy_file(records, path);
    BOOST_REQUIRE(cached_netcdf(path.string()));
  }
  BOOST_TEST(cached_netcdf_files() == 16u);
}

BOOST_AUTO_TEST_SUITE_END()
