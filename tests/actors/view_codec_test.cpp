#include "actors/view_codec.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace tern;

namespace {

const view_id base{{5}, 8};
const ballot high{9, {3}};
const view held{base, {{3}, {1}}, {{7}}, {}};
const view next{
    {{5}, 9}, {{3}, {1}, {2}}, {{7}, {6}}, {{{1}, {{1}, 4}}, {{2}, {{4}, 1}}}};

std::vector<view_message> one_of_each() {
  return {view_announce{next, 3, 6, 7},
          view_announce{next, 3, 6, 7, view_id{{4}, 1}},
          view_announce{next, 3, 6, 7, {}, true},
          view_announce{{{{1}, 1}, {{1}}, {}, {}}},
          view_prepare{held, high},
          view_promise{base, high, ballot{2, {1}}, next},
          view_promise{base, high, {}, {}},
          view_refuse{base, high},
          view_accept{base, high, next},
          view_accept{{{4}, 1}, high, next}, // of another lineage
          view_accepted{base, high},
          view_farewell{}};
}

void check_refused(const view_message& m) {
  const auto back = decode_view_message(encode(m));
  BOOST_REQUIRE(!back.has_value());
  BOOST_TEST((back.error().kind == failure_kind::malformed));
}

view with_members(std::size_t count) {
  view v{{{5}, 9}, {}, {}, {}};
  for (std::size_t i = 0; i < count; ++i)
    v.members.push_back({i + 1});
  return v;
}

} // namespace

BOOST_AUTO_TEST_SUITE(view_codecs)

BOOST_AUTO_TEST_CASE(every_message_comes_back_as_it_was) {
  for (const auto& m : one_of_each()) {
    const auto back = decode_view_message(encode(m));
    BOOST_REQUIRE(back.has_value());
    BOOST_TEST((*back == m));
  }
}

BOOST_AUTO_TEST_CASE(what_is_cut_short_is_refused_or_sound) {
  for (const auto& m : one_of_each()) {
    const auto wire = encode(m);
    for (std::size_t size = 0; size < wire.size(); ++size)
      decode_view_message(std::span(wire).first(size));
  }
  BOOST_TEST(!decode_view_message({}).has_value());
}

BOOST_AUTO_TEST_CASE(unsound_views_are_refused) {
  auto v = next;
  v.members.clear();
  check_refused(view_announce{v});
  v = next;
  v.members.push_back({3}); // twice
  check_refused(view_announce{v});
  v = next;
  v.departed.push_back({}); // nobody
  check_refused(view_announce{v});
  v = next;
  v.id = {};
  check_refused(view_announce{v});
  v = next;
  v.newcomers.push_back({{9}, {{4}, 1}}); // no member
  check_refused(view_announce{v});
  v = next;
  v.newcomers.push_back({{3}, {}}); // from nowhere
  check_refused(view_announce{v});
  v = next;
  v.newcomers.push_back({{3}, {{5}, 7}}); // it is in this lineage
  check_refused(view_announce{v});
  v = next;
  v.newcomers = {{{1}, {{1}, 4}}, {{1}, {{4}, 1}}}; // twice
  check_refused(view_announce{v});
}

BOOST_AUTO_TEST_CASE(a_proposed_view_follows_its_base) {
  auto v = next;
  ++v.id.number;
  check_refused(view_accept{base, high, v});
  check_refused(view_promise{base, high, high, v});
  check_refused(view_accept{{{4}, 2}, high, next});
  check_refused(view_prepare{{}, high});
  check_refused(view_prepare{held, {}});
}

BOOST_AUTO_TEST_CASE(a_view_has_a_largest_size) {
  const view_message largest = view_announce{with_members(view_size_limit)};
  const auto back = decode_view_message(encode(largest));
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST((*back == largest));
  check_refused(view_announce{with_members(view_size_limit + 1)});
}

BOOST_AUTO_TEST_SUITE_END()
