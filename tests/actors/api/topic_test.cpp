#include <boost/test/unit_test.hpp>
#include <tern/actors.hpp>
#include <tern/simulation.hpp>

#include <chrono>
#include <numeric>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

struct tick {
  static constexpr std::string_view name = "tick";
  int n = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(n);
  }
};
struct heard {
  template <class Archive>
  void fields(Archive&) {}
};
struct end {
  template <class Archive>
  void fields(Archive&) {}
};
struct join {
  tern::ref<tern::topic<tick>> to;
  bool wanted = true;
  template <class Archive>
  void fields(Archive& a) {
    a(to, wanted);
  }
};

class listener {
public:
  static constexpr std::string_view name = "listener";
  using messages = tern::messages<tick, heard, end, join>;

  void on(const tick& t) {
    heard_.push_back(t.n);
  }
  std::vector<int> on(const heard&) const {
    return heard_;
  }
  void on(const end&, tern::context& here) {
    here.stop();
  }
  void on(const join& m, tern::context& here) {
    const auto self = here.self<listener>();
    here.send(m.to, m.wanted ? tern::subscribe<tick>(self)
                             : tern::unsubscribe<tick>(self));
  }

  const std::vector<int>& all() const {
    return heard_;
  }

  template <class Archive>
  void fields(Archive& a) {
    a(heard_);
  }

private:
  std::vector<int> heard_;
};

struct deaf {
  using messages = tern::messages<end>;
  void on(const end&) {}
  template <class Archive>
  void fields(Archive&) {}
};

template <class T>
concept can_subscribe = requires(const tern::ref<T>& r) {
  tern::subscribe<tick>(r);
};
static_assert(can_subscribe<listener>);
static_assert(!can_subscribe<deaf>);
static_assert(tern::topic<tick>::name == "topic<tick>");
static_assert(tern::subscription<tick>::name == "subscription<tick>");

std::vector<int> up_to(int n) {
  std::vector<int> all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), 1);
  return all;
}

std::vector<int> wait_for(tern::actor_system& s, const tern::ref<listener>& who,
                          std::size_t n) {
  const auto limit = std::chrono::steady_clock::now() + 20s;
  auto found = s.request(who, heard{}).get();
  while (found.size() < n && std::chrono::steady_clock::now() < limit)
    found = s.request(who, heard{}).get();
  return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(topics)

BOOST_AUTO_TEST_CASE(subscribers_hear_all_in_order_on_every_node) {
  tern::actor_system a;
  tern::actor_system b;
  for (auto* s : {&a, &b}) {
    s->add<tern::topic<tick>>();
    s->add<listener>();
  }
  b.join(a.self().host, a.self().port);
  const auto t = a.spawn<tern::topic<tick>>();
  const auto one = a.spawn<listener>();
  const auto two = b.spawn<listener>();
  const auto gone = b.spawn<listener>();
  a.send(t, tern::subscribe<tick>(one));
  a.send(t, tern::subscribe<tick>(one)); // as good as once
  a.send(t, tern::subscribe<tick>(two));
  a.send(t, tern::subscribe<tick>(gone));
  a.send(gone, end{});
  for (int i = 1; i <= 1000; ++i) {
    a.send(t, tick{i});
    if (i == 300)
      a.order_move(t.id(), b.self().id);
  }
  BOOST_TEST(wait_for(a, one, 1000) == up_to(1000));
  BOOST_TEST(wait_for(a, two, 1000) == up_to(1000));
  a.request(t, tern::unsubscribe<tick>(two)).get();
  a.send(t, tick{1001});
  BOOST_TEST(wait_for(a, one, 1001) == up_to(1001));
  BOOST_TEST(a.request(two, heard{}).get() == up_to(1000));
}

// Topic and listeners move, messages get lost; what is published after the
// subscription was handled arrives, once and in order. Those that end, or die
// with a node, are no longer subscribers.
BOOST_AUTO_TEST_CASE(a_topic_holds_in_a_simulated_cluster) {
  const auto scenario = [](tern::simulation::cluster& c) {
    c.add<tern::topic<tick>>();
    c.add<listener>();
    const auto t = c.spawn<tern::topic<tick>>(0);
    const auto stays = c.spawn<listener>(c.nodes() - 1);
    const auto ends = c.spawn<listener>(c.nodes() - 1);
    const auto leaves = c.spawn<listener>(0);
    for (const auto& l : {stays, ends})
      c.send(t, tern::subscribe<tick>(l));
    c.send(leaves, join{t});
    c.send(leaves, join{t, false});
    for (int i = 1; i <= 50; ++i)
      c.after(2ms * i, [=, &c] { c.send(t, tick{i}); });
    c.after(40ms, [=, &c] { c.send(ends, end{}); });
    c.eventually("who stays has heard all, in order",
                 [=, &c] { return c.state(stays)->all() == up_to(50); });
    c.eventually("only who stays is left",
                 [=, &c] { return c.state(t)->subscribers() == 1; });
  };
  const auto found = tern::simulation::try_seeds(1, 100, scenario);
  BOOST_TEST(found.holds(), to_string(found));
}

BOOST_AUTO_TEST_SUITE_END()
