#include "actors/control/control_message.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace tern;

namespace {

member some_member(std::uint64_t id) {
  member m;
  m.id = node_id{id};
  m.host = "127.0.0.1";
  m.port = 4711;
  m.data_port = 65535;
  m.pid = -3;
  m.threads = 8;
  m.memory_limit = ~0ull;
  m.version = "1.2.3";
  m.libraries = "some.so 0123, more.so 4567";
  m.resources = "GPU=1,licence=2";
  return m;
}

std::vector<control::message> one_of_each() {
  return {control::hello{7, some_member(1), true},
          control::welcome{{some_member(1), some_member(~0ull)}},
          control::refused{"for no reason, \"quoted\""},
          control::refused{std::string{"a zero \0 inside", 15}},
          control::members{{some_member(9)}},
          control::status_request{},
          control::status{{std::byte{1}, std::byte{0}, std::byte{255}}},
          control::status{},
          control::question{{std::byte{1}, std::byte{0}}},
          control::answer{{std::byte{7}}}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(control_messages)

BOOST_AUTO_TEST_CASE(every_message_is_read_back) {
  for (auto& m : one_of_each()) {
    auto back = control::decode(control::encode(m));
    BOOST_REQUIRE(back);
    BOOST_TEST((*back == m));
  }
}

BOOST_AUTO_TEST_CASE(what_is_cut_off_or_damaged_gives_an_error_or_a_message) {
  std::mt19937_64 random{1};
  for (auto& m : one_of_each()) {
    auto bytes = control::encode(m);
    for (std::size_t size = 0; size + 8 < bytes.size(); ++size)
      BOOST_TEST(!control::decode(std::span{bytes}.first(size)));
    for (int i = 0; i < 2000; ++i) {
      auto damaged = bytes;
      damaged[random() % damaged.size()] ^= static_cast<char>(random());
      static_cast<void>(control::decode(damaged));
    }
  }
}

BOOST_AUTO_TEST_CASE(members_without_an_id_and_empty_lists_are_malformed) {
  BOOST_TEST(
      !control::decode(control::encode(control::hello{1, member{}, {}})));
  BOOST_TEST(!control::decode(control::encode(control::welcome{})));
  BOOST_TEST(!control::decode(control::encode(control::members{})));
  BOOST_TEST(!control::decode({}));
}

BOOST_AUTO_TEST_SUITE_END()
