// Mistakes in actors of a program, which a seed finds and a small run shows.

#include <boost/test/unit_test.hpp>
#include <tern/simulation.hpp>

#include <chrono>
#include <set>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using tern::simulation::cluster;
using tern::simulation::faults;
using tern::simulation::options;
using tern::simulation::try_seeds;

namespace {

// -- a state that does not move whole -----------------------------------------

struct count_up {
  template <class Archive>
  void fields(Archive&) {}
};

template <bool Forgets>
class tally {
public:
  using messages = tern::messages<count_up>;
  void on(const count_up&) {
    ++n_;
  }
  int n() const {
    return n_;
  }
  template <class Archive>
  void fields(Archive& a) {
    if constexpr (!Forgets)
      a(n_);
  }

private:
  int n_ = 0;
};

template <bool Forgets>
void counting(cluster& c) {
  c.add<tally<Forgets>>();
  const auto t = c.spawn<tally<Forgets>>(0);
  const int n = c.how().load ? static_cast<int>(c.how().load) : 10;
  for (int i = 0; i < n; ++i)
    c.after(10ms * i, [&c, t] { c.send(t, count_up{}); });
  c.eventually("all were counted", [&c, t, n] { return c.state(t)->n() == n; });
}

// -- a bank -------------------------------------------------------------------

struct withdraw {
  int transfer = 0;
  int amount = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(transfer, amount);
  }
};
struct deposit {
  int transfer = 0;
  int amount = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(transfer, amount);
  }
};

class account {
public:
  using messages = tern::messages<withdraw, deposit>;
  account() = default;
  explicit account(int balance) : balance_(balance) {}

  void on(const withdraw& m) {
    balance_ -= m.amount;
  }
  void on(const deposit& m) {
    balance_ += m.amount;
  }
  int balance() const {
    return balance_;
  }
  template <class Archive>
  void fields(Archive& a) {
    a(balance_);
  }

private:
  int balance_ = 0;
};

struct transfer {
  int number = 0;
  tern::ref<account> from;
  tern::ref<account> to;
  int amount = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(number, from, to, amount);
  }
};

/// Pays back when the receiver is gone, unless it forgets to.
template <bool Forgets>
class clerk {
public:
  using messages = tern::messages<transfer>;
  void on(const transfer& t, tern::context& here) {
    here.request(t.from, withdraw{t.number, t.amount}, 1h)
        .template then<&clerk::withdrawn>(t);
  }
  void withdrawn(const transfer& t, const tern::result<void>& done,
                 tern::context& here) {
    if (done)
      here.request(t.to, deposit{t.number, t.amount}, 1h)
          .template then<&clerk::deposited>(t);
  }
  void deposited(const transfer& t, const tern::result<void>& done,
                 tern::context& here) {
    if (done)
      paid_ += t.amount;
    else if (!Forgets)
      here.send(t.from, deposit{t.number, t.amount});
  }
  int paid() const {
    return paid_;
  }
  using continuations =
      tern::continuations<&clerk::withdrawn, &clerk::deposited>;
  template <class Archive>
  void fields(Archive& a) {
    a(paid_);
  }

private:
  int paid_ = 0;
};

/// One pays another a few times, whose node may die meanwhile.
template <bool Forgets>
void paying(cluster& c) {
  c.add<account>();
  c.add<clerk<Forgets>>();
  const auto from = c.spawn<account>(0, 100);
  const auto to = c.spawn<account>(c.nodes() - 1, 100);
  const auto by = c.spawn<clerk<Forgets>>(0);
  for (int i = 0; i < 10; ++i)
    c.after(10ms * i, [&c, from, to, by, i] {
      c.send(by, transfer{i, from, to, 7});
    });
  c.eventually("the payer lacks what was paid", [&c, from, by] {
    const auto* payer = c.state(from);
    const auto* clerks = c.state(by);
    return !payer || !clerks || payer->balance() == 100 - clerks->paid();
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(planted_bugs)

BOOST_AUTO_TEST_CASE(a_state_that_forgets_a_field_is_found) {
  const auto well = try_seeds(1, 100, counting<false>);
  BOOST_TEST(well.holds(), to_string(well));
  const auto r = try_seeds(1, 100, counting<true>);
  BOOST_REQUIRE(r.found);
  BOOST_TEST(r.found->repeats);
  BOOST_TEST(r.found->shrunk.broken == "all were counted");
  const auto& small = r.found->small;
  BOOST_TEST(small.nodes <= 2u);
  BOOST_TEST(small.moves == 1u);
  BOOST_TEST((small.bad == faults::none()));
}

BOOST_AUTO_TEST_CASE(a_smaller_run_says_less) {
  options o;
  o.load = 100;
  const auto well = try_seeds(1, 20, counting<false>, o);
  BOOST_TEST(well.holds(), to_string(well));
  const auto r = try_seeds(1, 100, counting<true>, o);
  BOOST_REQUIRE(r.found);
  BOOST_TEST(r.found->first.load == 100u);
  BOOST_TEST(r.found->small.load <= 2u);
  BOOST_TEST(to_string(r).find("load 100") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_transfer_that_forgets_to_pay_back_is_found) {
  options o;
  o.bad.kills = 2;
  const auto well = try_seeds(1, 100, paying<false>, o);
  BOOST_TEST(well.holds(), to_string(well));
  const auto r = try_seeds(1, 100, paying<true>, o);
  BOOST_REQUIRE(r.found);
  BOOST_TEST(r.found->shrunk.broken == "the payer lacks what was paid");
  const auto& small = r.found->small;
  BOOST_TEST(small.nodes == 2u);
  BOOST_TEST(small.moves == 0u);
  BOOST_TEST(small.bad.kills == 1u);
  BOOST_TEST(small.bad.pauses + small.bad.cuts == 0u);
  const auto text = to_string(r, 1'000);
  BOOST_TEST(text.find("node 1 dies") != text.npos, text);
}

BOOST_AUTO_TEST_SUITE_END()
