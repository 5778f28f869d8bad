#include "actors/node.hpp"
#include "tests/actors/nodes.hpp"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <random>
#include <thread>

using namespace tern;
using namespace tern::testing;

namespace {

// Why a join failed; empty if it did not. For other threads than the test's.
std::string join_of(node& newcomer, const node& member) {
  return why(newcomer.join(member.self().host, member.self().port));
}

} // namespace

BOOST_AUTO_TEST_SUITE(nodes)

BOOST_AUTO_TEST_CASE(a_node_alone_delivers_to_itself_in_the_call) {
  node_config config;
  config.listen = false;
  config.threads = 3;
  auto n = start_node(config);
  std::string got;
  n->on(kind_a, [&](incoming& m) {
    BOOST_TEST((m.from == n->id()));
    BOOST_TEST(m.head.sequence == 7u);
    got = text_of(m.payload);
  });
  envelope head;
  head.sequence = 7;
  n->send(n->id(), kind_a, head, bytes_of("hello"));
  BOOST_TEST(got == "hello");
  BOOST_TEST(n->id().value != 0u);
  BOOST_TEST(n->members().size() == 1u);
  BOOST_TEST(n->self().threads == 3u);
}

BOOST_AUTO_TEST_CASE(every_start_is_another_incarnation) {
  node_config config;
  config.listen = false;
  BOOST_TEST((start_node(config)->id() != start_node(config)->id()));
}

BOOST_AUTO_TEST_CASE(what_nobody_can_take_is_dropped_and_counted) {
  node_config config;
  config.listen = false; // it will never have a link
  auto n = start_node(config);
  n->send(node_id{12345}, kind_a, {}, {});
  n->send(n->id(), kind_a, {}, {});
  BOOST_TEST(n->count().dropped == 2u);
}

// A task that was stolen from one node may have news for another, to which its
// new node has no link yet.
BOOST_AUTO_TEST_CASE(what_is_sent_before_there_is_a_link_arrives) {
  auto a = start_node();
  auto b = start_node();
  std::atomic<int> small{0};
  std::atomic<std::size_t> large{0};
  b->on(kind_a, [&](incoming& in) {
    small += static_cast<int>(in.payload.size());
    large += in.bulk.size();
  });
  const std::byte one[1]{};
  a->send(b->id(), kind_a, {}, one);
  a->send_bulk(b->id(), kind_a, {}, {}, buffer::allocate(5000));
  BOOST_TEST(a->count().dropped == 0u);
  BOOST_TEST_REQUIRE(a->join("127.0.0.1", b->self().port).has_value());
  eventually([&] { return small == 1 && large == 5000u; });
}

BOOST_AUTO_TEST_CASE(two_nodes_echo) {
  struct state {
    envelope head;
    std::string text;
  };
  watched<state> answer;
  auto a = start_node();
  auto b = start_node();
  b->on(kind_a,
        [&](incoming& m) { b->send(m.from, kind_b, m.head, m.payload); });
  a->on(kind_b, [&](incoming& m) {
    answer.change([&](state& s) { s = {m.head, text_of(m.payload)}; });
  });
  join(*b, *a);
  envelope head{tern::actor_id::task(1, 2, 3),
                tern::actor_id::stateful(node_id{4}, 5),
                6,
                7,
                8,
                9,
                10};
  a->send(b->id(), kind_a, head, bytes_of("there and back"));
  a->flush();
  BOOST_TEST(answer.wait([](state& s) { return s.text == "there and back"; }));
  const auto number = answer.value().head.number;
  BOOST_TEST(number != 0u);
  BOOST_TEST(number != head.number); // each message has its own
  head.number = number;
  BOOST_TEST((answer.value().head == head));
}

BOOST_AUTO_TEST_CASE(both_sides_hear_of_each_other_once) {
  watched<std::vector<node_id>> a_heard;
  watched<std::vector<node_id>> b_heard;
  auto a = start_node();
  auto b = start_node();
  auto hear = [](auto& list) {
    return [&](const member& m) {
      list.change([&](auto& ids) { ids.push_back(m.id); });
    };
  };
  a->on_joined(hear(a_heard));
  b->on_joined(hear(b_heard));
  join(*b, *a);
  BOOST_TEST(a_heard.wait([](auto& ids) { return ids.size() == 1; }));
  BOOST_TEST((b_heard.value() == std::vector{a->id()}));
  BOOST_TEST((a_heard.value() == std::vector{b->id()}));
  BOOST_TEST((a->members() == b->members()));
  BOOST_TEST(a->members().size() == 2u);
}

BOOST_AUTO_TEST_CASE(messages_of_a_thread_keep_their_order) {
  constexpr std::uint64_t messages = 50000;
  constexpr std::size_t threads = 2;
  struct state {
    std::array<std::uint64_t, threads> next{};
    bool in_order = true;
    std::uint64_t count = 0;
  };
  watched<state> got;
  auto a = start_node();
  auto b = start_node();
  b->on(kind_a, [&](incoming& m) {
    auto number = value_of<std::uint64_t>(m.payload);
    got.change([&](state& s) {
      s.in_order = s.in_order && s.next[m.head.epoch] == number;
      s.next[m.head.epoch] = number + 1;
      ++s.count;
    });
  });
  join(*b, *a);
  std::vector<std::jthread> senders;
  for (std::uint32_t t = 0; t < threads; ++t)
    senders.emplace_back([&, t] {
      envelope head;
      head.epoch = t;
      for (std::uint64_t i = 0; i < messages; ++i)
        a->send(b->id(), kind_a, head, bytes_of_value(i));
      a->flush();
    });
  senders.clear();
  BOOST_TEST(got.wait([](state& s) { return s.count == threads * messages; }));
  BOOST_TEST(got.value().in_order);
  BOOST_TEST(a->count().messages_sent == threads * messages);
  BOOST_TEST(b->count().messages_received == threads * messages);
  BOOST_TEST(b->count().dropped == 0u);
}

BOOST_AUTO_TEST_CASE(small_messages_overtake_a_bulk_one) {
  constexpr std::size_t size = 50'000'003;
  constexpr int small = 2000;
  auto bulk = buffer::allocate(size);
  std::mt19937_64 random{3};
  for (std::size_t i = 0; i + 8 <= size; i += 8) {
    auto r = random();
    std::memcpy(bulk.mutable_data() + i, &r, 8);
  }
  struct state {
    int before = 0;
    int after = 0;
    bool bulk = false;
    bool equal = false;
    bool clean = true; // no small message came with bulk bytes
    std::string payload;
  };
  watched<state> got;
  auto a = start_node();
  auto b = start_node();
  b->on(kind_a, [&](incoming& m) {
    got.change([&](state& s) {
      s.bulk = true;
      s.payload = text_of(m.payload);
      s.equal = std::ranges::equal(m.bulk.bytes(), bulk.bytes());
    });
  });
  b->on(kind_b, [&](incoming& m) {
    got.change([&](state& s) {
      s.clean = s.clean && !m.bulk;
      ++(s.bulk ? s.after : s.before);
    });
  });
  join(*b, *a);
  a->send_bulk(b->id(), kind_a, {}, bytes_of("a block"), bulk);
  for (int i = 0; i < small; ++i) {
    a->send(b->id(), kind_b, {}, bytes_of("x"));
    a->flush();
  }
  BOOST_TEST(
      got.wait([](state& s) { return s.bulk && s.before + s.after == small; }));
  auto s = got.value();
  BOOST_TEST(s.equal);
  BOOST_TEST(s.clean);
  BOOST_TEST(s.payload == "a block");
  BOOST_TEST(s.before > 0);
}

BOOST_AUTO_TEST_CASE(a_bulk_message_comes_after_what_was_sent_before_it) {
  struct state {
    std::uint64_t small = 0;
    int bulk = 0;
    bool in_order = true;
  };
  watched<state> got;
  auto a = start_node();
  auto b = start_node();
  b->on(kind_b, [&](incoming&) { got.change([](state& s) { ++s.small; }); });
  b->on(kind_a, [&](incoming& m) {
    got.change([&](state& s) {
      s.in_order = s.in_order && s.small >= m.head.sequence;
      ++s.bulk;
    });
  });
  join(*b, *a);
  envelope head;
  for (int i = 0; i < 200; ++i) {
    for (int j = 0; j < 20; ++j)
      a->send(b->id(), kind_b, {}, bytes_of("small"));
    head.sequence += 20;
    auto bulk = buffer::allocate(static_cast<std::size_t>(i * 11));
    std::ranges::fill(bulk.mutable_bytes(), std::byte{1});
    a->send_bulk(b->id(), kind_a, head, {}, bulk);
  }
  a->flush();
  BOOST_TEST(got.wait([](state& s) { return s.bulk == 200; }));
  BOOST_TEST(got.value().in_order);
}

BOOST_AUTO_TEST_CASE(payloads_of_any_size_arrive_whole) {
  std::vector<std::size_t> sizes{0,      1,      7,       8,       63,
                                 4000,   65535,  65536,   262000,  262144,
                                 262145, 300000, 3000000, 10000001};
  watched<std::vector<std::size_t>> got;
  auto a = start_node();
  auto b = start_node();
  std::atomic<bool> good{true};
  b->on(kind_a, [&](incoming& m) {
    for (std::size_t i = 0; i < m.payload.size(); ++i)
      if (m.payload[i] != static_cast<std::byte>(i * 31 + m.payload.size()))
        good = false;
    if (reinterpret_cast<std::uintptr_t>(m.payload.data()) % 8 != 0)
      good = false;
    got.change([&](auto& list) { list.push_back(m.payload.size()); });
  });
  join(*b, *a);
  for (auto size : sizes) {
    std::vector<std::byte> payload(size);
    for (std::size_t i = 0; i < size; ++i)
      payload[i] = static_cast<std::byte>(i * 31 + size);
    a->send(b->id(), kind_a, {}, payload);
    // An odd bulk message, after which all must be aligned again.
    a->send_bulk(b->id(), kind_b, {}, {}, buffer::copy(bytes_of("odd")));
  }
  a->flush();
  BOOST_TEST(got.wait([&](auto& list) { return list.size() == sizes.size(); }));
  BOOST_TEST(got.value() == sizes, boost::test_tools::per_element());
  BOOST_TEST(good);
}

BOOST_AUTO_TEST_CASE(a_payload_above_the_limit_is_a_mistake_of_the_caller) {
  auto a = start_node();
  auto b = start_node();
  join(*b, *a);
  std::vector<std::byte> payload(std::size_t{64} << 20);
  BOOST_CHECK_THROW(a->send(b->id(), kind_a, {}, payload), std::length_error);
}

BOOST_AUTO_TEST_CASE(many_send_to_one) {
  constexpr std::uint64_t messages = 5000;
  watched<std::uint64_t> sum;
  auto hub = start_node();
  hub->on(kind_a, [&](incoming& m) {
    sum.change([&](auto& s) { s += value_of<std::uint64_t>(m.payload); });
  });
  std::vector<std::unique_ptr<node>> spokes;
  for (int i = 0; i < 5; ++i) {
    spokes.push_back(start_node());
    join(*spokes.back(), *hub);
  }
  {
    std::vector<std::jthread> threads;
    for (auto& s : spokes)
      threads.emplace_back([&] {
        for (std::uint64_t i = 1; i <= messages; ++i)
          s->send(hub->id(), kind_a, {}, bytes_of_value(i));
        s->flush();
      });
  }
  auto expected = 5 * messages * (messages + 1) / 2;
  BOOST_TEST(sum.wait([&](auto s) { return s >= expected; }));
  BOOST_TEST(sum.value() == expected);
}

BOOST_AUTO_TEST_CASE(a_node_that_ends_says_goodbye_behind_its_messages) {
  struct state {
    int messages = 0;
    std::vector<std::string> reasons;
    int after_down = 0;
  };
  watched<state> got;
  auto a = start_node();
  auto b = start_node();
  a->on(kind_a, [&](incoming&) {
    got.change([](state& s) {
      ++s.messages;
      s.after_down += !s.reasons.empty();
    });
  });
  auto b_id = b->id();
  a->on_down([&](const member& m, const std::string& reason) {
    got.change([&](state& s) {
      s.reasons.push_back(m.id == b_id ? reason : "another node");
    });
  });
  join(*b, *a);
  for (int i = 0; i < 1000; ++i)
    b->send(a->id(), kind_a, {}, bytes_of("last words"));
  b.reset();
  BOOST_TEST(got.wait([](state& s) { return !s.reasons.empty(); }));
  auto s = got.value();
  BOOST_TEST(s.messages == 1000);
  BOOST_TEST(s.after_down == 0);
  BOOST_TEST(s.reasons == std::vector<std::string>{"left"},
             boost::test_tools::per_element());
  BOOST_TEST(a->members().size() == 1u);
  a->send(b_id, kind_a, {}, {});
  BOOST_TEST(a->count().dropped == 1u);
}

BOOST_AUTO_TEST_CASE(a_node_that_ends_in_the_middle_hurts_nobody_else) {
  watched<int> at_c;
  watched<int> down;
  auto a = start_node();
  auto b = start_node();
  auto c = start_node();
  c->on(kind_a, [&](incoming&) { at_c.change([](int& n) { ++n; }); });
  b->on(kind_a, [](incoming&) {});
  a->on_down([&](const member&, const std::string&) {
    down.change([](int& n) { ++n; });
  });
  join(*b, *a);
  join(*c, *a);
  auto b_id = b->id();
  std::jthread sender{[&](std::stop_token stop) {
    auto bulk = buffer::allocate(3 << 20);
    std::ranges::fill(bulk.mutable_bytes(), std::byte{1});
    while (!stop.stop_requested()) {
      if (a->queued(b_id) < (std::size_t{64} << 20))
        a->send_bulk(b_id, kind_a, {}, {}, bulk);
      a->send(b_id, kind_a, {}, bytes_of("b"));
      a->send(c->id(), kind_a, {}, bytes_of("c"));
      a->flush();
    }
  }};
  BOOST_TEST(at_c.wait([](int n) { return n > 100; }));
  b.reset();
  BOOST_TEST(down.wait([](int n) { return n == 1; }));
  auto seen = at_c.value();
  BOOST_TEST(at_c.wait([&](int n) { return n > seen + 100; }));
  sender.request_stop();
  sender.join();
  BOOST_TEST(a->count().dropped > 0u);
  BOOST_TEST(down.value() == 1);
  BOOST_TEST(a->members().size() == 2u);
}

BOOST_AUTO_TEST_CASE(nodes_that_join_at_once_end_in_a_full_mesh) {
  constexpr std::size_t newcomers = 4;
  auto first = start_node();
  std::vector<std::unique_ptr<node>> all;
  all.push_back(std::move(first));
  for (std::size_t i = 0; i < newcomers; ++i)
    all.push_back(start_node());
  std::vector<std::string> joined(all.size());
  {
    std::vector<std::jthread> joins;
    for (std::size_t i = 1; i <= newcomers; ++i)
      joins.emplace_back([&, i] { joined[i] = join_of(*all[i], *all[0]); });
  }
  BOOST_TEST(joined == std::vector<std::string>(all.size()),
             boost::test_tools::per_element());
  for (auto& n : all)
    BOOST_TEST(
        eventually([&] { return n->members().size() == newcomers + 1; }));
  for (auto& n : all)
    BOOST_TEST((n->members() == all[0]->members()));
}

BOOST_AUTO_TEST_CASE(nodes_that_join_by_different_members_all_meet) {
  std::vector<std::unique_ptr<node>> all;
  for (int i = 0; i < 6; ++i)
    all.push_back(start_node());
  join(*all[1], *all[0]);
  std::vector<std::string> joined(all.size());
  {
    std::vector<std::jthread> joins;
    for (std::size_t i = 2; i < all.size(); ++i)
      joins.emplace_back([&, i] { joined[i] = join_of(*all[i], *all[i % 2]); });
  }
  BOOST_TEST(joined == std::vector<std::string>(all.size()),
             boost::test_tools::per_element());
  for (auto& n : all)
    BOOST_TEST(eventually([&] { return n->members().size() == all.size(); }));
}

BOOST_AUTO_TEST_CASE(two_nodes_that_join_each_other_meet_once) {
  for (int round = 0; round < 5; ++round) {
    auto a = start_node();
    auto b = start_node();
    std::string one;
    std::string two;
    {
      std::jthread first{[&] {
        one = join_of(*a, *b);
      }};
      std::jthread second{[&] {
        two = join_of(*b, *a);
      }};
    }
    BOOST_TEST(one == "");
    BOOST_TEST(two == "");
    BOOST_TEST(a->members().size() == 2u);
    BOOST_TEST(b->members().size() == 2u);
  }
}

BOOST_AUTO_TEST_CASE(joining_twice_changes_nothing) {
  auto a = start_node();
  auto b = start_node();
  join(*b, *a);
  join(*b, *a);
  join(*a, *b);
  BOOST_TEST(a->members().size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_node_does_not_join_itself) {
  auto a = start_node();
  auto joined = a->join(a->self().host, a->self().port);
  BOOST_REQUIRE(!joined);
  BOOST_TEST((joined.error().kind == failure_kind::refused));
}

BOOST_AUTO_TEST_CASE(an_address_where_nobody_listens_is_named) {
  auto port = start_node()->self().port; // free again
  auto a = start_node();
  auto joined = a->join("127.0.0.1", port);
  BOOST_REQUIRE(!joined);
  BOOST_TEST((joined.error().kind == failure_kind::unreachable));
  BOOST_TEST(joined.error().what
             == "cannot reach 127.0.0.1:" + std::to_string(port)
                    + ": Connection refused");
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_named) {
  auto a = start_node();
  node_config config;
  config.port = a->self().port;
  auto second = node::start(config);
  BOOST_REQUIRE(!second);
  BOOST_TEST((second.error().kind == failure_kind::io));
  BOOST_TEST(second.error().what
             == "cannot listen on 127.0.0.1:" + std::to_string(config.port)
                    + ": Address already in use");
  config.port = 0;
  config.data_port = a->self().data_port;
  second = node::start(config);
  BOOST_REQUIRE(!second);
  BOOST_TEST((second.error().kind == failure_kind::io));
}

BOOST_AUTO_TEST_CASE(a_port_is_free_when_its_node_is_gone) {
  node_config config;
  {
    auto a = start_node();
    auto b = start_node();
    join(*b, *a);
    config.port = a->self().port;
    config.data_port = a->self().data_port;
  }
  auto again = start_node(config);
  BOOST_TEST(again->self().port == config.port);
}

BOOST_AUTO_TEST_CASE(a_node_that_has_left_is_there_for_nobody) {
  watched<std::string> reason;
  auto a = start_node();
  auto b = start_node();
  b->on_down([&](const member&, const std::string& why) {
    reason.change([&](std::string& r) { r = why; });
  });
  join(*b, *a);
  BOOST_TEST(b->lives(a->self()));
  a->leave();
  a->leave();
  BOOST_TEST(reason.wait([](const std::string& r) { return r == "left"; }));
  BOOST_TEST(!b->lives(a->self()));
  BOOST_TEST(!a->lives(b->self()));
  BOOST_TEST(join_of(*a, *b) == "this node has left");
  const auto dropped = a->count().dropped;
  a->send(b->id(), kind_a, {}, {});
  a->flush();
  BOOST_TEST(a->count().dropped == dropped + 1);
  BOOST_TEST(!node::query_status(a->self().host, a->self().port));
}

BOOST_AUTO_TEST_CASE(anybody_may_ask_for_the_status) {
  auto a = start_node();
  a->on_status([] {
    auto text = bytes_of("all is well");
    return std::vector<std::byte>{text.begin(), text.end()};
  });
  auto status = node::query_status(a->self().host, a->self().port);
  BOOST_REQUIRE_MESSAGE(status.has_value(), why(status));
  BOOST_TEST(text_of(*status) == "all is well");
  BOOST_TEST(a->members().size() == 1u);
  auto port = a->self().port;
  a.reset();
  status = node::query_status("127.0.0.1", port);
  BOOST_REQUIRE(!status);
  BOOST_TEST((status.error().kind == failure_kind::unreachable));
}

BOOST_AUTO_TEST_CASE(a_node_of_another_version_is_refused) {
  auto a = start_node();
  node_config config;
  config.version = "0.0.9";
  auto old = start_node(config);
  const auto address =
      "127.0.0.1:" + std::to_string(a->self().port) + " refused: ";
  BOOST_TEST(join_of(*old, *a)
             == address + "it runs tern " + library_version
                    + ", the newcomer tern 0.0.9");
  BOOST_TEST(a->members().size() == 1u);
}

// Whom it reaches first takes no work, and so does not mind.
BOOST_AUTO_TEST_CASE(a_node_with_other_libraries_is_refused_by_any_contact) {
  node_config config;
  config.libraries = "some.so 0123";
  auto a = start_node(config);
  config = {};
  config.threads = 0;
  auto session = start_node(config);
  join(*session, *a);
  auto plain = start_node();
  const auto said = join_of(*plain, *session);
  BOOST_TEST(said.starts_with("127.0.0.1:" + std::to_string(a->self().port)
                              + ": the libraries"));
  BOOST_TEST(said.ends_with("are some.so 0123, the newcomer's none"));
  BOOST_TEST(a->members().size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
