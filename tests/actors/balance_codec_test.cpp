#include "actors/balance_codec.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;

BOOST_AUTO_TEST_SUITE(balance_codecs)

BOOST_AUTO_TEST_CASE(a_report_comes_back_as_it_was) {
  const balance_report r{3, 2, 1, 1'500'000'000, 42, 8};
  const auto bytes = encode(r);
  const auto back = decode_balance_report(bytes);
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST((*back == r));
  for (std::size_t n = 0; n < bytes.size(); ++n)
    BOOST_TEST(!decode_balance_report({bytes.data(), n}).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_beyond_reason_is_refused) {
  const balance_report good{1, 0, 0, 0, 0, 1};
  BOOST_TEST(decode_balance_report(encode(good)).has_value());
  auto r = good;
  r.sequence = 0;
  BOOST_TEST(!decode_balance_report(encode(r)).has_value());
  r = good;
  r.workers = 0;
  BOOST_TEST(!decode_balance_report(encode(r)).has_value());
  r = good;
  r.load = ~std::uint64_t{0};
  BOOST_TEST(!decode_balance_report(encode(r)).has_value());
  r = good;
  r.turn = ~std::uint64_t{0};
  BOOST_TEST(!decode_balance_report(encode(r)).has_value());
  BOOST_TEST(!decode_balance_report({}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
