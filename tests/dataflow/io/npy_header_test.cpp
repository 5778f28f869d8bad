#include "dataflow/io/npy_header.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <string>

using namespace tern;

namespace {

/// A file's front with this dictionary, padded or not.
std::string file_with(const std::string& dictionary, char version = 1) {
  std::string bytes("\x93NUMPY");
  bytes += version;
  bytes += '\0';
  bytes += static_cast<char>(dictionary.size() & 0xff);
  bytes += static_cast<char>(dictionary.size() >> 8);
  if (version > 1)
    bytes.append(2, '\0');
  return bytes + dictionary;
}

result<npy_header> decode(const std::string& bytes) {
  return decode_npy_header(std::as_bytes(std::span(bytes)));
}

/// What is said about a dictionary that cannot be one.
std::string complaint(const std::string& dictionary) {
  const auto header = decode(file_with(dictionary));
  if (header)
    return "none";
  BOOST_TEST((header.error().kind == failure_kind::malformed));
  return header.error().what;
}

std::string data(const std::string& name) {
  std::ifstream file(std::string(TERN_TEST_DATA) + "/" + name,
                     std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(npy_headers)

BOOST_AUTO_TEST_CASE(what_numpy_wrote_says_dtype_order_and_shape) {
  const auto rows = decode(data("npy_rows.npy"));
  BOOST_REQUIRE(rows);
  BOOST_TEST((rows->type == dtype::float64));
  BOOST_TEST((rows->extents == shape{7, 5, 6}));
  BOOST_TEST(!rows->fortran_order);
  BOOST_TEST(rows->swapped == 0u);
  BOOST_TEST(rows->data_begin == 128u);
  BOOST_TEST(rows->data_end == data("npy_rows.npy").size());
  const auto columns = decode(data("npy_big_endian_columns.npy"));
  BOOST_REQUIRE(columns);
  BOOST_TEST((columns->type == dtype::int64));
  BOOST_TEST(columns->fortran_order);
  BOOST_TEST(columns->swapped == 8u);
  BOOST_TEST(decode(data("npy_long_header.npy")).has_value());
  BOOST_TEST((decode(data("npy_number.npy"))->extents == shape{}));
}

BOOST_AUTO_TEST_CASE(every_beginning_of_a_header_asks_for_more) {
  for (const auto* name : {"npy_rows.npy", "npy_long_header.npy"}) {
    const auto bytes = data(name);
    const auto whole = decode(bytes);
    BOOST_REQUIRE(whole);
    for (std::size_t n = 0; n < whole->data_begin; ++n) {
      const auto part = decode(bytes.substr(0, n));
      BOOST_REQUIRE(!part);
      BOOST_TEST((part.error().kind == failure_kind::not_found));
    }
    BOOST_TEST((*decode(bytes.substr(0, whole->data_begin)) == *whole));
  }
}

BOOST_AUTO_TEST_CASE(a_dictionary_may_be_written_in_other_ways) {
  const auto header = decode(file_with(
      "{\"shape\":(3L, 4L,),'fortran_order' : True,\n 'descr':'=f4'} "));
  BOOST_REQUIRE(header);
  BOOST_TEST((header->type == dtype::float32));
  BOOST_TEST((header->extents == shape{3, 4}));
  BOOST_TEST(header->fortran_order);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_a_header_is_refused_with_its_place) {
  const std::string rest = "'fortran_order': False, 'shape': (3,)}";
  BOOST_TEST(decode("\x93NUMPX").error().what
             == "no magic number of .npy at offset 0");
  BOOST_TEST(decode(file_with("{}", 4)).error().what
             == "unknown version 4 at offset 6");
  BOOST_TEST(complaint("[]") == "expected { at offset 10");
  BOOST_TEST(complaint("{}")
             == "descr, fortran_order or shape is missing at offset 12");
  BOOST_TEST(complaint("{'descr': '<f2', " + rest)
             == "no dtype here holds '<f2' at offset 25");
  for (const auto* text : {"'<U3'", "'|O'", "'f8'", "'<i80'", "'<f'"})
    BOOST_TEST_CONTEXT(text)
  BOOST_TEST(complaint("{'descr': " + std::string(text) + ", " + rest)
                 .find("no dtype here holds")
             == 0u);
  BOOST_TEST(complaint("{'descr': [('a', '<f8')], " + rest)
             == "descr is no string: records are not read at offset 20");
  BOOST_TEST(complaint("{'descr': '<f8', 'descr': '<f8', " + rest)
             == "a key twice at offset 35");
  BOOST_TEST(complaint("{'x': 1}") == "an unknown key at offset 15");
  BOOST_TEST(complaint("{'descr': '<f8', 'fortran_order': False, "
                       "'shape': (3)}")
             == "shape is no tuple at offset 63");
  BOOST_TEST(complaint("{'descr': '<f8', 'fortran_order': False, "
                       "'shape': (-3,)}")
             == "expected an extent at offset 61");
  BOOST_TEST(complaint("{'descr': '<f8', " + rest + "x")
             == "more than a dictionary at offset 65");
}

BOOST_AUTO_TEST_CASE(sizes_that_overflow_are_refused) {
  const auto with_shape = [](const std::string& s) {
    return complaint("{'descr': '<f8', 'fortran_order': False, 'shape': " + s
                     + "}");
  };
  BOOST_TEST(with_shape("(99999999999999999999,)").find("too large")
             != std::string::npos);
  BOOST_TEST(with_shape("(4294967296, 4294967296)").find("too large")
             != std::string::npos);
  std::string many = "(";
  for (std::size_t i = 0; i <= max_axes; ++i)
    many += "1, ";
  BOOST_TEST(with_shape(many + ")").find("more than 32 axes") == 0u);
  std::string bytes("\x93NUMPY\x02\x00\xff\xff\xff\x7f", 12);
  BOOST_TEST((decode(bytes).error().kind == failure_kind::malformed));
}

BOOST_AUTO_TEST_CASE(complex_numbers_have_parts_of_half_their_size) {
  const auto with = [](const std::string& descr) {
    return decode(file_with("{'descr': '" + descr
                            + "', 'fortran_order': False, 'shape': (3,)}"));
  };
  BOOST_REQUIRE(with("<c8"));
  BOOST_TEST((with("<c8")->type == dtype::complex64));
  BOOST_TEST((with("<c16")->type == dtype::complex128));
  BOOST_TEST(with("<c16")->data_end - with("<c16")->data_begin == 48u);
  BOOST_TEST(with(">c16")->swapped == 8u);
  BOOST_TEST(!with("<c32"));
  BOOST_TEST(!with("<c4"));
}

BOOST_AUTO_TEST_SUITE_END()
