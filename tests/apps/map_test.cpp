#include "apps/tern/map/colour_map.hpp"
#include "apps/tern/map/create_png.hpp"
#include "apps/tern/map/draw_map.hpp"
#include "apps/tern/map/small_font.hpp"
#include "apps/tern/map/ticks.hpp"

#include <boost/test/unit_test.hpp>
#include <png.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

namespace tern {

std::ostream& operator<<(std::ostream& out, const colour& c) {
  return out << int{c.red} << ' ' << int{c.green} << ' ' << int{c.blue};
}

} // namespace tern

using namespace tern;

namespace {

constexpr auto missing = std::numeric_limits<double>::quiet_NaN();
constexpr colour lowest{0x44, 0x01, 0x54};
constexpr colour highest{0xfd, 0xe7, 0x25};

block block_of(const shape& s, const std::function<double(std::int64_t)>& f) {
  block_builder out(dtype::float64, s);
  for (std::int64_t i = 0; i < out.size(); ++i)
    out.values<double>()[static_cast<std::size_t>(i)] = f(i);
  return out.finish();
}

block rows_of(const shape& s, std::vector<double> values) {
  return block_of(
      s, [&](std::int64_t i) { return values[static_cast<std::size_t>(i)]; });
}

drawn_map map_of(const block& whole) {
  map_grid grid(whole.shape());
  grid.add({0, 0}, whole);
  return draw_map(grid);
}

/// The pixel in the middle of a cell.
colour cell_of(const drawn_map& m, int row, int column) {
  const auto& at = m.layout;
  return m.image.at(at.left + column * at.cell + at.cell / 2,
                    at.top + row * at.cell + at.cell / 2);
}

std::filesystem::path scratch(const std::string& name) {
  return std::filesystem::path{TERN_BINARY_DIR} / name;
}

/// A PNG file as libpng reads it.
picture read_png(const std::filesystem::path& path) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  BOOST_REQUIRE(png_image_begin_read_from_file(&image, path.c_str()) != 0);
  image.format = PNG_FORMAT_RGB;
  std::vector<std::uint8_t> bytes(PNG_IMAGE_SIZE(image));
  BOOST_REQUIRE(png_image_finish_read(&image, nullptr, bytes.data(), 0, nullptr)
                != 0);
  picture p(static_cast<int>(image.width), static_cast<int>(image.height), {});
  std::size_t i = 0;
  for (int y = 0; y < p.height(); ++y)
    for (int x = 0; x < p.width(); ++x, i += 3)
      p.fill(x, y, 1, 1, {bytes[i], bytes[i + 1], bytes[i + 2]});
  return p;
}

std::string labels(double low, double high, int most) {
  std::string all;
  for (const auto& t : ticks(low, high, most))
    all += (all.empty() ? "" : " ") + t.label;
  return all;
}

std::string complaint_about(const array& a) {
  const auto path = scratch("refused.png");
  const auto made = create_png(path, a);
  BOOST_REQUIRE(!made);
  BOOST_TEST((made.error().kind == failure_kind::refused));
  BOOST_TEST(!std::filesystem::exists(path));
  return made.error().what;
}

} // namespace

BOOST_AUTO_TEST_SUITE(maps)

BOOST_AUTO_TEST_CASE(row_0_is_at_the_top_and_the_ends_have_the_ends_colours) {
  const auto m = map_of(rows_of({2, 3}, {0, 1, 2, 3, 4, 5}));
  BOOST_TEST(cell_of(m, 0, 0) == lowest);
  BOOST_TEST(cell_of(m, 1, 2) == highest);
  BOOST_TEST(cell_of(m, 0, 1) == map_colour(0.2));
  BOOST_TEST(cell_of(m, 1, 0) == map_colour(0.6));
}

BOOST_AUTO_TEST_CASE(missing_values_are_grey_and_infinite_ones_at_the_ends) {
  const auto m = map_of(rows_of({1, 5}, {missing, 1, 3, INFINITY, -INFINITY}));
  BOOST_TEST(cell_of(m, 0, 0) == missing_colour);
  BOOST_TEST(cell_of(m, 0, 1) == lowest);
  BOOST_TEST(cell_of(m, 0, 2) == highest);
  BOOST_TEST(cell_of(m, 0, 3) == highest);
  BOOST_TEST(cell_of(m, 0, 4) == lowest);
}

BOOST_AUTO_TEST_CASE(a_map_of_nothing_but_missing_values_is_grey) {
  const auto m = map_of(rows_of({2, 2}, {missing, missing, missing, missing}));
  for (int i = 0; i < 4; ++i)
    BOOST_TEST(cell_of(m, i / 2, i % 2) == missing_colour);
}

BOOST_AUTO_TEST_CASE(the_bar_goes_from_the_least_at_the_foot_to_the_greatest) {
  const auto m = map_of(rows_of({2, 2}, {-3, 0, 4, 9}));
  const auto& at = m.layout;
  const auto x = at.bar_left + at.bar_width / 2;
  BOOST_TEST(m.image.at(x, at.top) == highest);
  BOOST_TEST(m.image.at(x, at.top + at.bar_height - 1) == lowest);
  BOOST_TEST(m.image.at(x, at.top + at.bar_height / 2) == map_colour(0.499));
  // its numbers are written to the right of it
  bool written = false;
  for (int px = at.bar_left + at.bar_width + 8; px < m.image.width(); ++px)
    for (int y = 0; y < m.image.height(); ++y)
      written |= m.image.at(px, y) != colour{255, 255, 255};
  BOOST_TEST(written);
}

BOOST_AUTO_TEST_CASE(values_near_the_limits_of_float64_do_not_overflow) {
  const auto m = map_of(rows_of({1, 3}, {-1.7e308, 0, 1.7e308}));
  BOOST_TEST(cell_of(m, 0, 0) == lowest);
  BOOST_TEST(cell_of(m, 0, 1) == map_colour(0.5));
  BOOST_TEST(cell_of(m, 0, 2) == highest);
}

BOOST_AUTO_TEST_CASE(large_arrays_are_reduced_by_means_without_missing_values) {
  const shape extents{6001, 4003}; // tiles of 4 x 4, ragged at both ends
  map_grid grid(extents);
  BOOST_TEST(grid.tile_height() == 4);
  BOOST_TEST(grid.tile_width() == 4);
  BOOST_TEST(grid.rows() == 1501);
  BOOST_TEST(grid.columns() == 1001);
  // in ragged blocks that tiles reach across, the last ones first; every third
  // element of a row is missing
  const auto value = [&](std::int64_t row, std::int64_t column) {
    return column % 3 == 0 ? missing : static_cast<double>(row * 7 + column);
  };
  for (std::int64_t top = 5995; top >= 0; top -= 1199)
    for (std::int64_t left = 3990; left >= 0; left -= 665) {
      const shape size{std::min<std::int64_t>(1199, extents[0] - top),
                       std::min<std::int64_t>(665, extents[1] - left)};
      grid.add({top, left}, block_of(size, [&](std::int64_t i) {
                 return value(top + i / size[1], left + i % size[1]);
               }));
    }
  const auto mean = [&](std::int64_t row, std::int64_t column) {
    double sum = 0;
    int n = 0;
    for (auto r = 4 * row; r < std::min(4 * row + 4, extents[0]); ++r)
      for (auto c = 4 * column; c < std::min(4 * column + 4, extents[1]); ++c)
        if (const auto v = value(r, c); !std::isnan(v)) {
          sum += v;
          ++n;
        }
    return sum / n;
  };
  // whole numbers: the sums are exact in any order
  for (std::int64_t row : {0, 1, 299, 300, 1500})
    for (std::int64_t column : {0, 1, 166, 500, 1000})
      BOOST_TEST(grid.at(row, column) == mean(row, column));
  BOOST_TEST(draw_map(grid).layout.height == 1501);
}

BOOST_AUTO_TEST_CASE(a_long_strip_keeps_its_rows) {
  const map_grid grid({3, 1'000'000});
  BOOST_TEST(grid.rows() == 3);
  BOOST_TEST(grid.columns() == 2000);
}

BOOST_AUTO_TEST_CASE(ticks_are_round_numbers_between_the_ends) {
  BOOST_TEST(labels(-1.9, 30.2, 6) == "0 10 20 30");
  BOOST_TEST(labels(0, 1, 5) == "0 0.2 0.4 0.6 0.8 1");
  BOOST_TEST(labels(0.3, 0.31, 4) == "0.3 0.305 0.31");
  BOOST_TEST(labels(-5e-7, 5e-7, 2) == "-5e-07 0 5e-07");
  BOOST_TEST(labels(1'000'000, 1'000'004, 4)
             == "1000000 1000001 1000002 1000003 1000004");
  BOOST_TEST(labels(3, 3, 5) == "3");
  BOOST_TEST(labels(-1.7e308, 1.7e308, 5) == "-1.7e+308 1.7e+308");
  BOOST_TEST(labels(1, 1 + 1e-15, 5) == "1 1");
}

BOOST_AUTO_TEST_CASE(every_letter_of_a_number_is_drawn) {
  for (const char c : std::string{"0123456789-+.e"}) {
    picture p(20, 20, {255, 255, 255});
    draw_text(p, 2, 2, std::string(1, c), {});
    bool drawn = false;
    for (int i = 0; i < 400; ++i)
      drawn |= p.at(i % 20, i / 20) == colour{};
    BOOST_TEST(drawn, c);
  }
}

BOOST_AUTO_TEST_CASE(a_file_holds_the_picture_and_comes_whole_or_not_at_all) {
  const auto path = scratch("map.png");
  std::filesystem::remove(path);
  const auto whole = block_of({5, 4}, [](std::int64_t i) { return i * 0.5; });
  const auto a = ones({5, 4}, dtype::float64, {{2, 4}});
  auto writer = create_png(path, a);
  BOOST_REQUIRE(writer);
  BOOST_TEST(!(*writer)->commit());       // nothing was written yet
  for (std::int64_t row : {4, 2, 0, 2}) { // one of them twice
    const auto height = row == 4 ? 1 : 2;
    const auto part = block_of({height, 4}, [&](std::int64_t i) {
      return static_cast<double>(row * 4 + i) * 0.5;
    });
    BOOST_REQUIRE((*writer)->write({row, 0}, part));
  }
  BOOST_TEST(!std::filesystem::exists(path));
  BOOST_REQUIRE((*writer)->commit());
  const auto image = read_png(path);
  const auto drawn = map_of(whole).image;
  BOOST_TEST(image.width() == drawn.width());
  BOOST_TEST(image.bytes() == drawn.bytes(), boost::test_tools::per_element());
  std::filesystem::remove(path);
}

BOOST_AUTO_TEST_CASE(what_is_no_map_is_refused) {
  BOOST_TEST(complaint_about(ones({3, 4, 5})).find("(3, 4, 5)")
             != std::string::npos);
  BOOST_TEST(complaint_about(ones({7})).find("two axes") != std::string::npos);
  BOOST_TEST(complaint_about(ones({})).find("two axes") != std::string::npos);
  BOOST_TEST(complaint_about(ones({3, 4}, dtype::complex64)).find("complex64")
             != std::string::npos);
  BOOST_TEST(complaint_about(ones({0, 4})).find("(0, 4)") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
