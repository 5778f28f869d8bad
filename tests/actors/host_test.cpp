#include "actors/host.hpp"
#include "actors/mobile_codec.hpp"
#include "actors/simulation/random.hpp"
#include "tests/actors/nodes.hpp"
#include "tests/actors/talker.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>

using namespace tern;
using namespace tern::testing;

namespace {

/// Three nodes that know each other, each with a host.
struct cluster_of_hosts {
  explicit cluster_of_hosts(std::size_t n = 3, mobility_options options = {}) {
    for (std::size_t i = 0; i < n; ++i) {
      nodes.push_back(start_node());
      hosts.push_back(std::make_unique<actor_host>(*nodes.back(), options));
      hosts.back()->register_type(talker::type, talker::restore);
      if (i > 0)
        join(*nodes[i], *nodes[0]);
    }
    for (auto& host : hosts)
      BOOST_REQUIRE(host->wait_for(n, std::chrono::seconds(5)));
  }

  actor_id spawn(std::size_t at) {
    auto id = hosts[at]->spawn(talker::type, {});
    BOOST_REQUIRE_MESSAGE(id.has_value(), why(id));
    return *id;
  }
  migration_outcome move(const actor_id& actor, std::size_t to,
                         std::size_t asked_at = 0) {
    return hosts[asked_at]->migrate(actor, nodes[to]->id()).get();
  }
  void say(const actor_id& who, const actor_id& to, std::uint64_t count) {
    const talker::speech s{talker::word::say, count, to};
    BOOST_REQUIRE(hosts[0]->send(who, talker::bytes(s)));
  }

  // Hosts go before their nodes.
  std::vector<std::unique_ptr<node>> nodes;
  std::vector<std::unique_ptr<actor_host>> hosts;
};

/// Asks an actor what it knows, from a host's gateway.
talker::report ask(actor_host& host, const actor_id& actor) {
  // Shared: a handler may still be in it when this returns.
  const auto got = std::make_shared<watched<std::vector<talker::report>>>();
  host.on_message([got](const envelope&, std::span<const std::byte> bytes) {
    got->change(
        [&](auto& list) { list.push_back(value_of<talker::report>(bytes)); });
  });
  const talker::speech s{talker::word::report, 0, {}};
  BOOST_REQUIRE(host.send(actor, talker::bytes(s)));
  BOOST_REQUIRE(got->wait([](auto& list) { return list.size() == 1; }));
  host.on_message({});
  return got->value()[0];
}

bool received(actor_host& host, const actor_id& actor, std::uint64_t count) {
  return eventually([&] { return ask(host, actor).received == count; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(hosts)

BOOST_AUTO_TEST_CASE(an_actor_on_another_node_answers) {
  cluster_of_hosts c;
  const auto actor = c.spawn(1);
  c.say(actor, c.spawn(2), 10);
  BOOST_TEST(ask(*c.hosts[0], actor).wrong == 0u);
}

BOOST_AUTO_TEST_CASE(an_actor_keeps_state_and_address_when_it_moves) {
  cluster_of_hosts c;
  const auto a = c.spawn(0);
  const auto b = c.spawn(1);
  c.say(a, b, 500);
  BOOST_TEST(received(*c.hosts[0], b, 500));
  const auto outcome = c.move(b, 2);
  BOOST_TEST(outcome.moved);
  BOOST_TEST((outcome.node == c.nodes[2]->id()));
  BOOST_TEST(c.hosts[2]->is_here(b));
  BOOST_TEST(!c.hosts[1]->is_here(b));
  c.say(a, b, 500);
  BOOST_TEST(received(*c.hosts[1], b, 1000));
  BOOST_TEST(ask(*c.hosts[0], b).wrong == 0u);
}

BOOST_AUTO_TEST_CASE(numbered_messages_arrive_once_in_order_whoever_moves) {
  constexpr std::size_t actors = 6;
  constexpr std::uint64_t each = 2000;
  cluster_of_hosts c;
  std::vector<actor_id> all;
  for (std::size_t i = 0; i < actors; ++i)
    all.push_back(c.spawn(i % 3));
  for (auto& from : all)
    for (auto& to : all)
      c.say(from, to, each); // to itself, too
  std::atomic<bool> done{false};
  std::atomic<int> moves{0};
  std::jthread mover{[&] {
    simulation::random_source rng{11};
    while (!done) {
      const auto& actor = all[rng.below(actors)];
      moves += c.move(actor, rng.below(3), rng.below(3)).moved;
    }
  }};
  for (auto& actor : all)
    BOOST_TEST(received(*c.hosts[0], actor, actors * each));
  // and some more moves than those that fell into the traffic
  BOOST_TEST(eventually([&] { return moves > 100; }));
  done = true;
  mover.join();
  for (auto& actor : all) {
    const auto report = ask(*c.hosts[0], actor);
    BOOST_TEST(report.received == actors * each);
    BOOST_TEST(report.wrong == 0u);
    BOOST_TEST(report.unsent == 0u);
  }
}

BOOST_AUTO_TEST_CASE(a_full_window_refuses_and_tells_when_there_is_room) {
  mobility_options options;
  options.channel.window = 4;
  watched<int> told;
  cluster_of_hosts c(2, options);
  c.hosts[0]->on_writable(
      [&](const actor_id&) { told.change([](int& n) { ++n; }); });
  const auto actor = c.spawn(1);
  const talker::speech s{talker::word::say, 0, actor};
  int taken = 0;
  while (c.hosts[0]->send(actor, talker::bytes(s)))
    ++taken;
  BOOST_TEST(taken >= 4);
  BOOST_TEST(told.wait([](int n) { return n == 1; }));
  BOOST_TEST(c.hosts[0]->send(actor, talker::bytes(s)));
}

BOOST_AUTO_TEST_CASE(a_talker_with_a_small_window_says_all) {
  mobility_options options;
  options.channel.window = 3;
  cluster_of_hosts c(2, options);
  const auto a = c.spawn(0);
  const auto b = c.spawn(1);
  c.say(a, b, 1000);
  BOOST_TEST(received(*c.hosts[0], b, 1000));
  BOOST_TEST(ask(*c.hosts[0], b).wrong == 0u);
}

BOOST_AUTO_TEST_CASE(a_target_without_the_type_refuses) {
  cluster_of_hosts c(1);
  auto stranger = start_node();
  const actor_host other(*stranger);
  join(*stranger, *c.nodes[0]);
  BOOST_REQUIRE(c.hosts[0]->wait_for(2, std::chrono::seconds(5)));
  const auto actor = c.spawn(0);
  const auto outcome = c.hosts[0]->migrate(actor, stranger->id()).get();
  BOOST_TEST(!outcome.moved);
  BOOST_TEST(outcome.why == "no type talker here");
  BOOST_TEST((outcome.node == c.nodes[0]->id()));
  BOOST_TEST(ask(*c.hosts[0], actor).received == 0u);
}

BOOST_AUTO_TEST_CASE(a_target_that_is_no_node_is_refused) {
  cluster_of_hosts c(1);
  const auto actor = c.spawn(0);
  const auto outcome = c.hosts[0]->migrate(actor, node_id{1}).get();
  BOOST_TEST(!outcome.moved);
  BOOST_TEST(outcome.why == "not a node of the view");
}

BOOST_AUTO_TEST_CASE(an_order_for_an_actor_that_is_not_gets_no_answer) {
  mobility_options options;
  options.ask_tries = 3;
  options.ask_again = std::chrono::milliseconds(2);
  cluster_of_hosts c(2, options);
  const auto outcome = c.move(actor_id::stateful(c.nodes[0]->id(), 999), 1);
  BOOST_TEST(!outcome.moved);
  BOOST_TEST(outcome.why == "no answer");
}

BOOST_AUTO_TEST_CASE(a_gateway_does_not_move) {
  cluster_of_hosts c(2);
  const auto outcome = c.move(c.hosts[0]->gateway(), 1);
  BOOST_TEST(!outcome.moved);
  BOOST_TEST(outcome.why == "it is pinned");
}

BOOST_AUTO_TEST_CASE(an_unknown_type_cannot_be_made) {
  cluster_of_hosts c(1);
  const auto made = c.hosts[0]->spawn("walker", {});
  BOOST_REQUIRE(!made);
  BOOST_TEST((made.error().kind == failure_kind::not_found));
  BOOST_TEST(made.error().what == "no type walker here");
}

BOOST_AUTO_TEST_CASE(a_state_that_the_type_does_not_know_makes_no_actor) {
  cluster_of_hosts c(1);
  const auto made = c.hosts[0]->spawn(talker::type, bytes_of("odd"));
  BOOST_REQUIRE(!made);
  BOOST_TEST((made.error().kind == failure_kind::malformed));
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_is_counted_and_the_actor_goes_on) {
  cluster_of_hosts c(2);
  const auto actor = c.spawn(1);
  const talker::speech s{talker::word::fail, 0, {}};
  c.hosts[0]->send(actor, talker::bytes(s));
  BOOST_TEST(ask(*c.hosts[0], actor).received == 0u);
  BOOST_TEST(c.hosts[1]->failed_handlers() == 1u);
}

namespace {

/// Saves a given number of bytes; can be told to fail.
class luggage final : public mobile_behavior {
public:
  static inline std::atomic<bool> fails_to_save{false};
  static inline std::atomic<bool> fails_to_restore{false};

  explicit luggage(std::span<const std::byte> state)
    : bytes_(state.begin(), state.end()) {}
  static result<std::unique_ptr<mobile_behavior>>
  restore(std::span<const std::byte> state) {
    if (fails_to_restore)
      throw std::runtime_error("dropped");
    return std::make_unique<luggage>(state);
  }
  void receive(actor_context& context, const envelope& head,
               std::span<const std::byte> payload) override {
    if (payload.empty())
      context.send(head.from, std::span<const std::byte>(bytes_));
    else
      bytes_.assign(payload.begin(), payload.end());
  }
  buffer save() const override {
    if (fails_to_save)
      throw std::runtime_error("stuck");
    return buffer::copy(bytes_);
  }

private:
  std::vector<std::byte> bytes_;
};

std::vector<std::byte> noise(std::size_t size) {
  simulation::random_source rng{size};
  std::vector<std::byte> out(size);
  for (auto& b : out)
    b = static_cast<std::byte>(rng.next());
  return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(states_and_messages_of_any_size_travel_whole) {
  watched<std::vector<std::byte>> got;
  cluster_of_hosts c(2);
  for (auto& host : c.hosts)
    host->register_type("luggage", luggage::restore);
  c.hosts[0]->on_message([&](const envelope&, std::span<const std::byte> b) {
    got.change([&](auto& v) { v.assign(b.begin(), b.end()); });
  });
  std::size_t at = 0;
  for (const std::size_t size : {1, 1024, 65'536, 65'537, 3'000'001}) {
    const auto first = noise(size);
    const auto actor = c.hosts[at]->spawn("luggage", first);
    BOOST_REQUIRE(actor.has_value());
    at = 1 - at;
    BOOST_TEST(c.move(*actor, at).why == "");
    c.hosts[0]->send(*actor, {});
    BOOST_TEST(got.wait([&](auto& v) { return v == first; }));
    const auto second = noise(size + 1);
    c.hosts[0]->send(*actor, second);
    c.hosts[0]->send(*actor, {});
    BOOST_TEST(got.wait([&](auto& v) { return v == second; }));
    BOOST_TEST(c.move(*actor, 1 - at).why == "");
    c.hosts[0]->send(*actor, {});
    BOOST_TEST(got.wait([&](auto& v) { return v == second; }));
  }
}

BOOST_AUTO_TEST_CASE(an_actor_that_cannot_be_saved_or_restored_stays) {
  watched<std::vector<std::byte>> got;
  cluster_of_hosts c(2);
  for (auto& host : c.hosts)
    host->register_type("luggage", luggage::restore);
  c.hosts[0]->on_message([&](const envelope&, std::span<const std::byte> b) {
    got.change([&](auto& v) { v.assign(b.begin(), b.end()); });
  });
  const auto actor = c.hosts[0]->spawn("luggage", noise(10));
  BOOST_REQUIRE(actor.has_value());
  luggage::fails_to_save = true;
  auto outcome = c.move(*actor, 1);
  luggage::fails_to_save = false;
  BOOST_TEST(!outcome.moved);
  BOOST_TEST(outcome.why == "it cannot be saved: stuck");
  luggage::fails_to_restore = true;
  outcome = c.move(*actor, 1);
  luggage::fails_to_restore = false;
  BOOST_TEST(!outcome.moved);
  BOOST_TEST(outcome.why == "dropped");
  BOOST_TEST(c.hosts[0]->is_here(*actor));
  c.hosts[0]->send(*actor, {});
  BOOST_TEST(got.wait([&](auto& v) { return v == noise(10); }));
  BOOST_TEST(c.move(*actor, 1).moved);
}

BOOST_AUTO_TEST_CASE(a_home_knows_where_its_actors_are) {
  cluster_of_hosts c;
  const auto actor = c.spawn(0);
  BOOST_REQUIRE(c.move(actor, 2).moved);
  for (auto& host : c.hosts) {
    const auto knows = [&] {
      std::promise<location> answer;
      host->locate(actor, [&](const location& l) { answer.set_value(l); });
      return answer.get_future().get().node == c.nodes[2]->id();
    };
    BOOST_TEST(eventually(knows));
  }
}

BOOST_AUTO_TEST_CASE(a_host_that_ends_answers_its_open_orders) {
  cluster_of_hosts c(2);
  std::future<migration_outcome> open;
  {
    actor_host extra(*c.nodes[1]);
    open = extra.migrate(actor_id::stateful(c.nodes[0]->id(), 999),
                         c.nodes[0]->id());
  }
  BOOST_TEST(open.get().why == "this host ended");
}

BOOST_AUTO_TEST_CASE(garbage_of_every_kind_hurts_nobody) {
  cluster_of_hosts c(2);
  const auto actor = c.spawn(1);
  simulation::random_source rng{5};
  for (int i = 0; i < 3000; ++i) {
    envelope head;
    head.to = actor;
    head.from = actor_id::stateful(c.nodes[0]->id(), rng.below(4));
    head.sequence = rng.next();
    head.epoch = static_cast<std::uint32_t>(rng.below(3));
    const auto kind = static_cast<message_kind>(rng.between(1, 15));
    c.nodes[0]->send(c.nodes[1]->id(), kind, head, noise(8 * rng.below(30)));
  }
  c.nodes[0]->flush();
  const auto other = c.spawn(1);
  BOOST_TEST(ask(*c.hosts[0], other).received == 0u);
}

namespace {

/// What the machine said, in bytes that can be compared.
std::string spell(const mobility_outputs& out) {
  std::string text;
  for (auto& o : out) {
    text += 'A' + static_cast<char>(o.index());
    if (const auto* t = std::get_if<instruction::transmit>(&o)) {
      encoded_message wire;
      encode(t->message, wire);
      text += to_string(t->to) + to_string(wire.head.to);
      text += text_of(wire.payload) + text_of(wire.bulk.bytes());
    } else if (const auto* r = std::get_if<instruction::run>(&o)) {
      text += to_string(r->instance.actor) + to_string(r->what.from);
      text += std::to_string(r->what.sequence);
    } else if (const auto* a = std::get_if<instruction::arm>(&o)) {
      text += to_string(a->timer.actor) + std::to_string(a->delay.count());
    }
  }
  return text;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_recorded_run_fed_to_a_machine_says_the_same) {
  struct entry {
    mobility_input event;
    std::string said;
  };
  watched<std::vector<entry>> record;
  auto one = start_node();
  auto two = start_node();
  join(*two, *one);
  std::vector<entry> taken;
  {
    actor_host first(*one);
    first.record([&](const mobility_input& e, const mobility_outputs& o) {
      record.change([&](auto& list) { list.push_back({e, spell(o)}); });
    });
    actor_host second(*two);
    for (auto* host : {&first, &second})
      host->register_type(talker::type, talker::restore);
    BOOST_REQUIRE(first.wait_for(2, std::chrono::seconds(5)));
    const auto a = first.spawn(talker::type, {});
    const auto b = second.spawn(talker::type, {});
    BOOST_REQUIRE((a && b));
    const talker::speech s{talker::word::say, 300, *b};
    first.send(*a, talker::bytes(s));
    for (int i = 0; i < 10; ++i) {
      BOOST_TEST(first.migrate(*a, two->id()).get().moved);
      BOOST_TEST(first.migrate(*b, one->id()).get().moved);
      BOOST_TEST(first.migrate(*a, one->id()).get().moved);
      BOOST_TEST(first.migrate(*b, two->id()).get().moved);
    }
    BOOST_TEST(received(first, *b, 300));
    first.record({});
    taken = record.value();
  }
  // What happened before the record began: the gateway.
  mobility again(one->id(), {});
  mobility_outputs out;
  actor_id gateway;
  for (auto& e : taken)
    if (const auto* posted = std::get_if<mobility_event::posted>(&e.event))
      gateway = posted->from;
  again.handle(mobility_event::spawned{gateway, "gateway", true}, out);
  std::size_t different = 0;
  for (auto& e : taken) {
    out.clear();
    again.handle(e.event, out);
    different += spell(out) != e.said;
  }
  BOOST_TEST(taken.size() >= 160u); // four for a move
  BOOST_TEST(different == 0u);
}

BOOST_AUTO_TEST_CASE(a_host_that_ends_departs_though_its_node_lives) {
  cluster_of_hosts c;
  watched<bool> heard;
  const auto actor = c.spawn(2);
  c.hosts[0]->on_down([&](const actor_id& who, std::uint64_t) {
    if (who == actor)
      heard.change([](bool& b) { b = true; });
  });
  ask(*c.hosts[0], actor);
  c.hosts.pop_back();
  BOOST_TEST(c.hosts[0]->now().members.size() == 2u);
  BOOST_TEST(c.nodes[0]->members().size() == 3u);
  BOOST_TEST(heard.wait([](bool b) { return b; }));
  c.hosts[0]->on_down({});
  // Another one on that node is not taken in.
  c.hosts.push_back(std::make_unique<actor_host>(*c.nodes[2]));
  BOOST_TEST(!c.hosts[0]->wait_for(3, std::chrono::milliseconds(200)));
}

BOOST_AUTO_TEST_SUITE_END()
