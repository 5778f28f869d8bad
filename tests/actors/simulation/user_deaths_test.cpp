// What the typed API promises when nodes die and actors stop, under many seeds:
// every request gets an answer or a reason, long before its deadline, and
// whoever watches an actor hears of its end once.

#include <boost/test/unit_test.hpp>
#include <tern/simulation.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

using namespace std::chrono_literals;
using tern::simulation::cluster;
using tern::simulation::options;
using tern::simulation::try_seeds;

namespace {

struct greet {
  template <class Archive>
  void fields(Archive&) {}
};
struct leave {
  template <class Archive>
  void fields(Archive&) {}
};

class guest {
public:
  using messages = tern::messages<greet, leave>;
  int on(const greet&) {
    return ++greeted_;
  }
  void on(const leave&, tern::context& here) {
    here.stop("went home");
  }
  template <class Archive>
  void fields(Archive& a) {
    a(greeted_);
  }

private:
  int greeted_ = 0;
};

struct look_after {
  tern::ref<guest> who;
  template <class Archive>
  void fields(Archive& a) {
    a(who);
  }
};
struct invite {
  template <class Archive>
  void fields(Archive&) {}
};

class host {
public:
  using messages = tern::messages<look_after, invite>;
  void on(const look_after& m, tern::context& here) {
    here.monitor(m.who);
  }
  tern::ref<guest> on(const invite&, tern::context& here) {
    return here.spawn<guest>();
  }
  void on(const tern::ended&) {
    ++gone_;
  }
  int gone() const {
    return gone_;
  }
  template <class Archive>
  void fields(Archive& a) {
    a(gone_);
  }

private:
  int gone_ = 0;
};

/// Requests of a run.
struct requests {
  int open = 0;
  int late = 0;

  template <class R>
  void closed(const tern::result<R>& answer) {
    --open;
    late += !answer && answer.error().kind == tern::failure_kind::unreachable;
  }
};

struct party {
  std::vector<tern::ref<guest>> guests;
  std::vector<tern::ref<host>> hosts;
  requests all;
};

/// What happens at one moment.
void meet(cluster& c, const std::shared_ptr<party>& p) {
  const auto g = p->guests[c.random().below(p->guests.size())];
  const auto h = p->hosts[c.random().below(p->hosts.size())];
  p->all.open += 2;
  c.request(
      g, greet{}, [p](const tern::result<int>& r) { p->all.closed(r); }, 1h);
  c.request(
      h, invite{},
      [p, &c](const tern::result<tern::ref<guest>>& r) {
        p->all.closed(r);
        if (r)
          c.send(*r, greet{});
      },
      1h);
  if (c.random().chance(0.03))
    c.send(g, leave{});
}

void a_party(cluster& c) {
  c.add<guest>();
  c.add<host>();
  const auto p = std::make_shared<party>();
  for (int i = 0; i < 4; ++i)
    p->guests.push_back(c.spawn<guest>(c.random().below(c.nodes())));
  for (int i = 0; i < 3; ++i)
    p->hosts.push_back(c.spawn<host>(c.random().below(c.nodes())));
  for (const auto& h : p->hosts)
    for (const auto& g : p->guests)
      c.send(h, look_after{g});
  for (int i = 0; i < 60; ++i)
    c.after(std::chrono::milliseconds(c.random().below(150)),
            [p, &c] { meet(c, p); });

  c.eventually("every request was answered in time",
               [p] { return p->all.open == 0 && p->all.late == 0; });
  c.eventually("every host heard of every end once", [p, &c] {
    const auto gone = std::ranges::count_if(
        p->guests, [&c](const auto& g) { return !c.state(g); });
    return std::ranges::all_of(p->hosts, [&c, gone](const auto& h) {
      const auto* s = c.state(h);
      return !s || s->gone() == gone;
    });
  });
}

options bad_day() {
  options o;
  o.nodes = 4;
  o.moves = 20;
  o.bad.loss = 0.1;
  o.bad.duplicate = 0.2;
  o.bad.clogs = 1;
  o.bad.kills = 2;
  o.bad.skew = 0.05;
  return o;
}

} // namespace

BOOST_AUTO_TEST_SUITE(user_deaths)

BOOST_AUTO_TEST_CASE(no_request_hangs_and_no_end_is_missed) {
  const auto r = try_seeds(1, 300, a_party, bad_day());
  BOOST_TEST(r.holds(), to_string(r));
}

BOOST_AUTO_TEST_CASE(nor_when_all_actors_move_all_the_time) {
  auto o = bad_day();
  o.rotate = true;
  const auto r = try_seeds(1, 100, a_party, o);
  BOOST_TEST(r.holds(), to_string(r));
}

BOOST_AUTO_TEST_SUITE_END()
