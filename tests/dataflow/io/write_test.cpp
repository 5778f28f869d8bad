#include "dataflow/io/netcdf.hpp"
#include "tests/dataflow/io/read_whole.hpp"
#include "tests/dataflow/io/scratch_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

using namespace tern;
using namespace tern::testing;
namespace fs = std::filesystem;

namespace {

/// The number at row-major position `i`: NaN every seventh for floats. The
/// same rule is in check_written.py.
template <class T>
T number_at(std::int64_t i) {
  if constexpr (std::is_floating_point_v<T>)
    if (i % 7 == 6)
      return std::numeric_limits<T>::quiet_NaN();
  if constexpr (std::is_same_v<T, bool>)
    return i % 3 == 0;
  else
    return static_cast<T>(i) / T(4) - T(10);
}

block block_at(const array& a, const shape& start, const shape& s) {
  block_builder out(a.type(), s);
  dispatch_real(a.type(), [&]<class T>(T) {
    for (std::int64_t i = 0; i < out.size(); ++i) {
      auto place = index_of(s, i);
      for (std::size_t axis = 0; axis < s.size(); ++axis)
        place[axis] += start[axis];
      out.values<T>()[static_cast<std::size_t>(i)] =
          number_at<T>(linear_of(a.shape(), place));
    }
  });
  return out.finish();
}

/// Writes all blocks in an order of chance; some twice.
void write_all(array_writer& writer, const array& a) {
  std::vector<std::pair<shape, shape>> blocks;
  each_block(a.cut(), [&](const shape&, const shape& start, const shape& s) {
    blocks.emplace_back(start, s);
  });
  blocks.push_back(blocks.front());
  std::mt19937 chance(7);
  std::shuffle(blocks.begin(), blocks.end(), chance);
  for (const auto& [start, s] : blocks)
    BOOST_REQUIRE(writer.write(start, block_at(a, start, s)));
  const auto done = writer.commit();
  BOOST_REQUIRE_MESSAGE(done, done.error().what);
}

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

array sample(const shape& s, dtype type, const chunk_spec& cut) {
  return zeros(s, type, cut).named("a * b");
}

const dtype all_types[] = {dtype::boolean, dtype::int64, dtype::float32,
                           dtype::float64};

struct sample_case {
  shape extents;
  std::vector<std::int64_t> cut;
};
const sample_case cases[] = {{{10, 7, 5}, {3, 4, 2}}, {{40}, {7}},
                             {{6, 1}, {4, 1}},        {{}, {}},
                             {{3, 9}, {3, 9}},        {{0, 3}, {1, 2}}};

bool have_netcdf4() {
  return std::system("/usr/bin/python3 -c 'import netCDF4' 2>/dev/null") == 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(writing)

BOOST_AUTO_TEST_CASE(a_netcdf_file_reads_back_equal) {
  scratch_folder folder;
  for (auto type : all_types)
    for (const auto& c : cases) {
      const auto path = folder / "a.nc";
      const auto a = sample(c.extents, type, {c.cut});
      auto writer = create_nc(path, a, "v");
      BOOST_REQUIRE_MESSAGE(writer, writer.error().what);
      write_all(**writer, a);
      const auto b = open_nc(path.string(), "v");
      BOOST_TEST((b.type() == type));
      BOOST_TEST(to_string(b.shape()) == to_string(c.extents));
      const auto whole = read_whole(b);
      dispatch_real(type, [&]<class T>(T) {
        for (std::size_t i = 0; i < whole.values.size(); ++i) {
          const auto x = number_at<T>(static_cast<std::int64_t>(i));
          if (x == x)
            BOOST_TEST(whole.values[i] == static_cast<double>(x));
          else
            BOOST_TEST(std::isnan(whole.values[i]));
        }
      });
    }
}

BOOST_AUTO_TEST_CASE(netcdf4_and_numpy_read_the_files_back_equal) {
  if (!have_netcdf4()) {
    BOOST_TEST_MESSAGE("no python3-netcdf4 here: not checked");
    return;
  }
  scratch_folder folder;
  for (auto type : all_types)
    for (std::size_t i = 0; i < std::size(cases); ++i) {
      const auto name = std::string(name_of(type)) + "-" + std::to_string(i);
      auto a = sample(cases[i].extents, type, {cases[i].cut});
      if (i == 0)
        a = a.with_dimensions({"time", "lat", "lon"});
      auto nc = create_nc(folder / (name + ".nc"), a);
      BOOST_REQUIRE(nc);
      write_all(**nc, a);
      auto npy = create_npy(folder / (name + ".npy"), a);
      BOOST_REQUIRE(npy);
      write_all(**npy, a);
    }
  const auto command = "/usr/bin/python3 " + std::string(TERN_TEST_DATA)
                       + "/../check_written.py '" + folder.path().string()
                       + "'";
  BOOST_TEST(std::system(command.c_str()) == 0);
}

BOOST_AUTO_TEST_CASE(an_npy_file_is_byte_for_byte_what_numpy_writes) {
  struct numpy_file {
    const char* name;
    dtype type;
    shape extents;
    double (*value)(std::int64_t);
  };
  const numpy_file files[] = {
      {"float64_3x4",
       dtype::float64,
       {3, 4},
       [](std::int64_t i) {
         return static_cast<double>(i) / 7;
       }},
      {"float32_5",
       dtype::float32,
       {5},
       [](std::int64_t i) {
         return static_cast<double>(static_cast<float>(i) / 3);
       }},
      {"int64_2x1x3",
       dtype::int64,
       {2, 1, 3},
       [](std::int64_t i) {
         return static_cast<double>(i - 3);
       }},
      {"bool_7",
       dtype::boolean,
       {7},
       [](std::int64_t i) {
         return i % 2 == 0 ? 1.0 : 0.0;
       }},
      {"float64_scalar",
       dtype::float64,
       {},
       [](std::int64_t) {
         return 1.5;
       }},
      {"float64_0x3",
       dtype::float64,
       {0, 3},
       [](std::int64_t) {
         return 0.0;
       }},
      {"int64_12x1",
       dtype::int64,
       {12, 1},
       [](std::int64_t) {
         return 7.0;
       }},
  };
  scratch_folder folder;
  for (const auto& f : files) {
    const auto a = zeros(f.extents, f.type, {{2}});
    auto writer = create_npy(folder / "a.npy", a);
    BOOST_REQUIRE(writer);
    each_block(a.cut(), [&](const shape&, const shape& start, const shape& s) {
      block_builder out(f.type, s);
      dispatch_real(f.type, [&]<class T>(T) {
        for (std::int64_t i = 0; i < out.size(); ++i) {
          auto place = index_of(s, i);
          for (std::size_t axis = 0; axis < s.size(); ++axis)
            place[axis] += start[axis];
          out.values<T>()[static_cast<std::size_t>(i)] =
              static_cast<T>(f.value(linear_of(f.extents, place)));
        }
      });
      BOOST_REQUIRE((*writer)->write(start, out.finish()));
    });
    BOOST_REQUIRE((*writer)->commit());
    BOOST_TEST_CONTEXT(f.name)
    BOOST_TEST(
        (contents(folder / "a.npy")
         == contents(std::string(TERN_TEST_DATA) + "/" + f.name + ".npy")));
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_seen_of_a_file_before_it_is_whole) {
  scratch_folder folder;
  const auto a = sample({4, 4}, dtype::float64, {{2}});
  for (const char* name : {"a.nc", "a.npy"}) {
    const auto path = folder / name;
    const auto create = [&] {
      return path.extension() == ".nc" ? create_nc(path, a)
                                       : create_npy(path, a);
    };
    {
      auto writer = create();
      BOOST_REQUIRE(writer);
      BOOST_REQUIRE((*writer)->write({0, 0}, block_at(a, {0, 0}, {2, 2})));
      BOOST_TEST(!fs::exists(path));
      const auto early = (*writer)->commit();
      BOOST_REQUIRE(!early);
      BOOST_TEST(early.error().what.find("4 of 16") != std::string::npos);
    }
    BOOST_TEST(files_in(folder.path()) == 0u);
    std::ofstream(path) << "the one before";
    {
      auto writer = create();
      BOOST_REQUIRE(writer);
      BOOST_TEST(contents(path) == "the one before");
    }
    BOOST_TEST(contents(path) == "the one before");
    auto writer = create();
    BOOST_REQUIRE(writer);
    write_all(**writer, a);
    BOOST_TEST(contents(path) != "the one before");
    BOOST_TEST(files_in(folder.path()) == 1u);
    fs::remove(path);
  }
}

BOOST_AUTO_TEST_CASE(complex_numbers_go_into_npy_files_and_no_others) {
  scratch_folder folder;
  for (auto type : {dtype::complex64, dtype::complex128}) {
    const auto a = sample({4}, type, {{2}});
    const auto nc = create_nc(folder / "a.nc", a);
    BOOST_REQUIRE(!nc);
    BOOST_TEST((nc.error().kind == failure_kind::refused));
    BOOST_TEST(nc.error().what.find(name_of(type)) != std::string::npos);
    BOOST_TEST(files_in(folder.path()) == 0u);
    auto npy = create_npy(folder / "a.npy", a);
    BOOST_REQUIRE(npy);
    for (std::int64_t start : {2, 0}) {
      block_builder out(type, {2});
      for (std::size_t i = 0; i < 2; ++i) {
        const std::complex<double> z(static_cast<double>(start) + 0.5, -1);
        if (type == dtype::complex64)
          out.values<std::complex<float>>()[i] = std::complex<float>(z);
        else
          out.values<std::complex<double>>()[i] = z;
      }
      BOOST_REQUIRE((*npy)->write({start}, out.finish()));
    }
    BOOST_REQUIRE((*npy)->commit());
    const auto command =
        "/usr/bin/python3 -c \"import numpy as np; x = np.load('"
        + (folder / "a.npy").string() + "'); assert x.dtype == np."
        + std::string(name_of(type))
        + " and x.tolist() == [.5-1j, .5-1j, 2.5-1j, 2.5-1j], x\"";
    if (have_netcdf4()) // and so NumPy
      BOOST_TEST(std::system(command.c_str()) == 0);
    fs::remove(folder / "a.npy");
  }
}

BOOST_AUTO_TEST_CASE(a_place_that_cannot_be_written_is_refused_at_once) {
  scratch_folder folder;
  const auto a = sample({4}, dtype::float64, {});
  for (const fs::path& path : {folder / "none/a.nc", folder.path(),
                               fs::path("/proc/a.nc"), fs::path("")}) {
    for (const bool netcdf : {true, false}) {
      const auto writer = netcdf ? create_nc(path, a) : create_npy(path, a);
      BOOST_REQUIRE(!writer);
      BOOST_TEST((writer.error().kind == failure_kind::io));
      BOOST_TEST(writer.error().what.find(path.string()) != std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_block_that_does_not_belong_is_refused) {
  scratch_folder folder;
  const auto a = sample({4, 4}, dtype::float64, {{2}});
  auto nc = create_nc(folder / "a.nc", a);
  auto npy = create_npy(folder / "a.npy", a);
  BOOST_REQUIRE((nc && npy));
  const auto other = sample({4, 4}, dtype::float32, {{2}});
  for (auto* writer : {nc->get(), npy->get()}) {
    BOOST_TEST(!writer->write({3, 0}, block_at(a, {0, 0}, {2, 2})));
    BOOST_TEST(!writer->write({-1, 0}, block_at(a, {0, 0}, {2, 2})));
    BOOST_TEST(!writer->write({0}, block_at(a, {0, 0}, {2, 2})));
    BOOST_TEST(!writer->write({0, 0}, block_at(other, {0, 0}, {2, 2})));
    BOOST_TEST(!writer->write({0, 0}, block()));
  }
}

BOOST_AUTO_TEST_CASE(equal_names_of_unequal_axes_are_told_apart) {
  scratch_folder folder;
  const auto a =
      sample({2, 3, 2}, dtype::float64, {}).with_dimensions({"x", "x", "x"});
  auto writer = create_nc(folder / "a.nc", a);
  BOOST_REQUIRE(writer);
  write_all(**writer, a);
  const auto b = open_nc((folder / "a.nc").string(), "result");
  BOOST_TEST(b.dimensions() == (std::vector<std::string>{"x", "x_1", "x"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
