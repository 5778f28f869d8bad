#include "dataflow/io/netcdf.hpp"
#include "dataflow/io/npy.hpp"
#include "tests/dataflow/io/read_whole.hpp"
#include "tests/dataflow/io/scratch_folder.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <complex>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace tern;
using namespace tern::testing;

namespace {

const std::string data_folder = TERN_TEST_DATA;

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

result<block> read_block(const array& a, const shape& start,
                         const shape& count) {
  const auto g = lower({&a, 1});
  const auto& op = std::get<op_read_npy>(g.layers.at(g.roots.at(0)).op);
  return read_npy(op, a.type(), a.shape(), start, count);
}

using number = std::complex<double>;

template <class T>
number number_of(T x) {
  if constexpr (is_complex_type<T>)
    return x;
  else
    return static_cast<double>(x);
}

/// Row-major; the number of blocks into `blocks`.
std::vector<number> read_all(const array& a, std::int64_t* blocks = nullptr) {
  std::vector<number> values(static_cast<std::size_t>(a.size()));
  each_block(a.cut(), [&](const shape&, const shape& start, const shape& s) {
    const auto b = read_block(a, start, s);
    if (!b)
      throw std::runtime_error(b.error().what);
    BOOST_REQUIRE(b->shape() == s);
    BOOST_REQUIRE((b->type() == a.type()));
    if (blocks)
      ++*blocks;
    dispatch(a.type(), [&]<class T>(T) {
      for (std::int64_t i = 0; i < b->size(); ++i) {
        auto place = index_of(s, i);
        for (std::size_t axis = 0; axis < s.size(); ++axis)
          place[axis] += start[axis];
        values[static_cast<std::size_t>(linear_of(a.shape(), place))] =
            number_of(b->template values<T>()[static_cast<std::size_t>(i)]);
      }
    });
  });
  return values;
}

/// An element as the references have it.
number number_of(const nlohmann::json& x) {
  if (x.is_array())
    return {x[0].get<double>(), x[1].get<double>()};
  return x.is_boolean() ? static_cast<double>(x.get<bool>()) : x.get<double>();
}

/// What an error of `open_npy` says.
std::string complaint(const std::filesystem::path& path) {
  try {
    open_npy(path.string());
  } catch (const expression_error& error) {
    return error.what();
  }
  return "none";
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(reading_npy)

BOOST_AUTO_TEST_CASE(files_hold_what_numpy_wrote_into_them) {
  const auto references =
      nlohmann::json::parse(contents(data_folder + "/npy_values.json"));
  for (const auto& [name, expected] : references.items())
    for (std::int64_t size : {1, 2, 5, 0})
      BOOST_TEST_CONTEXT(name << " in blocks of " << size) {
        const auto path = data_folder + "/" + name + ".npy";
        const auto s = expected["shape"].get<std::vector<std::int64_t>>();
        chunk_spec cut;
        if (size > 0 && !s.empty())
          cut.sizes = {size};
        const auto a = open_npy(path, cut);
        BOOST_TEST((a.shape() == shape(s.begin(), s.end())));
        BOOST_TEST(name_of(a.type()) == expected["dtype"].get<std::string>());
        std::int64_t blocks = 0;
        const auto values = read_all(a, &blocks);
        if (size == 2 && a.size() > 100)
          BOOST_TEST(blocks >= 20);
        BOOST_REQUIRE(values.size() == expected["values"].size());
        for (std::size_t i = 0; i < values.size(); ++i)
          BOOST_REQUIRE(values[i] == number_of(expected["values"][i]));
      }
}

BOOST_AUTO_TEST_CASE(what_was_written_here_is_read_here) {
  const scratch_folder folder;
  const auto a = random_uniform({9, 8}, 3, dtype::float32, {{4, 3}});
  const auto path = folder / "a.npy";
  auto writer = create_npy(path, a);
  BOOST_REQUIRE(writer);
  const source made{
      source_kind::random_uniform, dtype::float32, 0, 0, 3, {9, 8}};
  each_block(a.cut(), [&](const shape&, const shape& start, const shape& s) {
    BOOST_REQUIRE((*writer)->write(start, make_source(made, start, s)));
  });
  BOOST_REQUIRE((*writer)->commit());
  const auto whole = make_source(made, {0, 0}, {9, 8});
  const auto values = read_all(open_npy(path.string(), {{5, 2}}));
  for (std::size_t i = 0; i < 72; ++i)
    BOOST_TEST(values[i] == static_cast<double>(whole.values<float>()[i]));
}

BOOST_AUTO_TEST_CASE(blocks_that_nobody_asked_for_lie_together_in_the_file) {
  const scratch_folder folder;
  for (const auto* order : {"False", "True"}) {
    std::string text = "{'descr': '<f8', 'fortran_order': " + std::string(order)
                       + ", 'shape': (2048, 1024)}\n";
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(text.size());
    bytes += '\0';
    write(folder / "a.npy", bytes + text);
    std::filesystem::resize_file(folder / "a.npy",
                                 10 + text.size() + 2048 * 1024 * 8);
    const auto g = grid(open_npy((folder / "a.npy").string()).cut());
    BOOST_TEST(g[order[0] == 'F' ? 0 : 1] >= 20);
    BOOST_TEST(g[order[0] == 'F' ? 1 : 0] == 1);
  }
}

BOOST_AUTO_TEST_CASE(bytes_that_are_neither_true_nor_false_become_true) {
  const scratch_folder folder;
  auto bytes = contents(data_folder + "/npy_flags.npy");
  bytes.back() = 7;
  write(folder / "a.npy", bytes);
  const auto b =
      read_block(open_npy((folder / "a.npy").string()), {10, 12}, {1, 1});
  BOOST_REQUIRE(b);
  BOOST_TEST((b->data()[0] == std::byte{1}));
}

BOOST_AUTO_TEST_CASE(a_bad_file_is_named_with_the_place) {
  const scratch_folder folder;
  const auto bytes = contents(data_folder + "/npy_rows.npy");
  BOOST_TEST(says(complaint(folder / "no.npy"), "no.npy: No such file"));
  BOOST_TEST(says(complaint(folder.path()), "is no regular file"));
  write(folder / "empty.npy", "");
  BOOST_TEST(says(complaint(folder / "empty.npy"), "end at offset 0"));
  write(folder / "foreign.npy", "a text, not an array");
  BOOST_TEST(
      says(complaint(folder / "foreign.npy"),
           "foreign.npy is no .npy file that can be read: no magic number"));
  write(folder / "short.npy", bytes.substr(0, 1000));
  BOOST_TEST(says(complaint(folder / "short.npy"),
                  "short.npy ends at offset 1000, its array of shape (7, 5, 6) "
                  "at 1808"));
  write(folder / "front.npy", bytes.substr(0, 60));
  BOOST_TEST(says(complaint(folder / "front.npy"), "end at offset 60"));
}

BOOST_AUTO_TEST_CASE(a_file_that_changes_fails_its_blocks) {
  const scratch_folder folder;
  const auto path = folder / "a.npy";
  std::filesystem::copy_file(data_folder + "/npy_rows.npy", path);
  const auto a = open_npy(path.string());
  BOOST_REQUIRE(read_block(a, {0, 0, 0}, {7, 5, 6}));
  std::filesystem::resize_file(path, 1000);
  const auto cut_off = read_block(a, {0, 0, 0}, {1, 1, 1});
  BOOST_REQUIRE(!cut_off);
  BOOST_TEST((cut_off.error().kind == failure_kind::io));
  BOOST_TEST(says(cut_off.error().what, "ends at offset 1000"));
  write(path, contents(data_folder + "/npy_big_endian.npy"));
  const auto other = read_block(a, {0, 0, 0}, {1, 1, 1});
  BOOST_REQUIRE(!other);
  BOOST_TEST(says(other.error().what,
                  "has changed: it holds float32 of shape (11, 13), not "
                  "float64 of shape (7, 5, 6)"));
  std::filesystem::remove(path);
  BOOST_TEST(!read_block(a, {0, 0, 0}, {1, 1, 1}));
}

BOOST_AUTO_TEST_CASE(a_block_outside_of_the_array_is_refused) {
  const auto a = open_npy(data_folder + "/npy_rows.npy");
  for (const auto& [start, count] : {std::pair{shape{7, 0, 0}, shape{1, 1, 1}},
                                     std::pair{shape{0, 0, -1}, shape{1, 1, 1}},
                                     std::pair{shape{0, 0}, shape{1, 1}}})
    BOOST_TEST(!read_block(a, start, count));
}

BOOST_AUTO_TEST_SUITE_END()
