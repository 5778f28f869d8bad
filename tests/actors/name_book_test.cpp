// The books of several nodes, without nodes: who hears what, and when, is
// drawn from a seed. Messages come once and in order for each pair, as those
// of actors do; views are taken up by each node in its own time.

#include "actors/name_book.hpp"
#include "actors/simulation/random.hpp"
#include "serialization/archive.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace tern;

namespace {

node_id id_of(std::size_t n) {
  return {n + 1};
}
std::size_t index_of(node_id id) {
  return id.value - 1;
}

class library {
public:
  explicit library(std::uint64_t seed, std::size_t nodes) : rng_(seed) {
    for (std::size_t n = 0; n < nodes; ++n) {
      books_.emplace_back(id_of(n));
      all_.insert(n);
    }
    events_.resize(nodes);
    views_.resize(nodes);
    now_.resize(nodes);
  }

  name_book& book(std::size_t n) {
    return books_[n];
  }
  simulation::random_source& rng() {
    return rng_;
  }
  bool lives(std::size_t n) const {
    return all_.contains(n);
  }

  bool is_home(std::size_t n, const std::string& name) const {
    return name_book::home_of_name(name, now_[n]) == id_of(n);
  }

  /// These nodes agree; each will take it up.
  void agree(const std::set<std::size_t>& nodes, node_id lineage = {1}) {
    view v;
    v.id = {lineage, ++number_};
    for (const auto n : nodes)
      v.members.push_back(id_of(n));
    for (const auto n : nodes)
      views_[n].push_back(v);
  }

  actor_id spawn(std::size_t n, std::uint64_t counter = 0) {
    const auto a =
        actor_id::stateful(id_of(n), counter ? counter : ++last_actor_);
    living_[a] = n;
    return a;
  }
  bool lives(const actor_id& a) const {
    return living_.contains(a);
  }
  /// Who watches hears of it in its own time.
  void end(const actor_id& a) {
    living_.erase(a);
    for (const auto n : watchers_[a])
      tell_end(n, a);
  }
  /// Actors of the node are gone with it; the others go on without it.
  void kill(std::size_t n) {
    all_.erase(n);
    std::vector<actor_id> lost;
    for (const auto& [a, place] : living_)
      if (place == n)
        lost.push_back(a);
    agree(all_);
    for (const auto& a : lost) {
      living_.erase(a);
      gone_with_.push_back(a);
    }
  }

  std::uint64_t put(std::size_t n, const std::string& name, const actor_id& a) {
    const auto client = ++last_client_;
    carry_out(n, books_[n].on_register(client, {name, a, "bank"}));
    return client;
  }
  std::uint64_t find(std::size_t n, const std::string& name,
                     const std::string& type = "bank") {
    const auto client = ++last_client_;
    carry_out(n, books_[n].on_whereis(client, name, type));
    return client;
  }
  std::uint64_t forget(std::size_t n, const std::string& name) {
    const auto client = ++last_client_;
    carry_out(n, books_[n].on_unregister(client, name));
    return client;
  }
  const std::map<std::uint64_t, result<actor_id>>& said() const {
    return said_;
  }
  const std::vector<name_book::lost>& lost() const {
    return lost_;
  }
  /// The answer, after all has come to rest.
  result<actor_id> answer(std::uint64_t client) {
    rest();
    const auto found = said_.find(client);
    BOOST_REQUIRE(found != said_.end());
    return found->second;
  }

  void rest() {
    while (step()) {
    }
  }

  /// One thing happens somewhere. False: there is nothing left.
  bool step() {
    std::vector<std::function<void()>> may;
    for (const auto n : all_) {
      if (!views_[n].empty())
        may.push_back([this, n] { take_view(n); });
      if (!events_[n].empty())
        may.push_back([this, n] {
          const auto f = std::move(events_[n].front());
          events_[n].pop_front();
          f();
        });
    }
    for (auto& [way, queue] : ways_) {
      const auto [from, to] = way;
      if (!queue.empty() && lives(to) && now_[to].has(id_of(from)))
        may.push_back([this, from = from, to = to, &queue] {
          auto m = std::move(queue.front());
          queue.pop_front();
          carry_out(to, books_[to].on_message(id_of(from), std::move(m)));
        });
    }
    if (may.empty())
      return false;
    may[rng_.below(may.size())]();
    return true;
  }

private:
  void take_view(std::size_t n) {
    now_[n] = views_[n].front();
    views_[n].pop_front();
    carry_out(n, books_[n].on_view(now_[n]));
    for (const auto& a : gone_with_) // the census tells, once
      if (watchers_[a].contains(n))
        tell_end(n, a);
  }
  void tell_end(std::size_t n, const actor_id& a) {
    events_[n].push_back([this, n, a] { carry_out(n, books_[n].on_ended(a)); });
  }

  void carry_out(std::size_t n, name_book::instructions list) {
    for (auto& i : list)
      std::visit([&](auto& one) { carry_out(n, one); }, i);
  }
  void carry_out(std::size_t n, name_book::transmit& i) {
    BOOST_REQUIRE(index_of(i.to) != n);
    auto back = from_bytes<name_message>(to_bytes(i.message));
    BOOST_REQUIRE(back.has_value());
    BOOST_REQUIRE((*back == i.message));
    ways_[{n, index_of(i.to)}].push_back(std::move(*back));
  }
  void carry_out(std::size_t, name_book::answer& i) {
    BOOST_TEST(said_.emplace(i.client, i.said).second); // once
  }
  void carry_out(std::size_t n, name_book::watch& i) {
    watchers_[i.actor].insert(n);
    if (!lives(i.actor))
      tell_end(n, i.actor);
  }
  void carry_out(std::size_t n, name_book::unwatch& i) {
    watchers_[i.actor].erase(n);
  }
  void carry_out(std::size_t n, name_book::probe& i) {
    events_[n].push_back([this, n, i] {
      if (lives(i.actor))
        events_[n].push_back(
            [this, n, i] { carry_out(n, books_[n].on_alive(i.number)); });
      else
        tell_end(n, i.actor);
    });
  }
  void carry_out(std::size_t, name_book::lost& i) {
    lost_.push_back(i);
  }

  simulation::random_source rng_;
  std::deque<name_book> books_;
  std::set<std::size_t> all_;
  std::vector<std::deque<view>> views_; // to take up
  std::vector<view> now_;
  std::vector<std::deque<std::function<void()>>> events_;
  std::map<std::pair<std::size_t, std::size_t>, std::deque<name_message>> ways_;
  std::map<actor_id, std::size_t> living_;
  std::map<actor_id, std::set<std::size_t>> watchers_;
  std::vector<actor_id> gone_with_;
  std::map<std::uint64_t, result<actor_id>> said_;
  std::vector<name_book::lost> lost_;
  std::uint64_t number_ = 0;
  std::uint64_t last_actor_ = 100;
  std::uint64_t last_client_ = 0;
};

/// Of a view of so many nodes: a name with its home there.
std::string name_at(std::size_t home, std::size_t nodes) {
  view v;
  for (std::size_t n = 0; n < nodes; ++n)
    v.members.push_back(id_of(n));
  for (int i = 0;; ++i) {
    auto name = "name" + std::to_string(i);
    if (name_book::home_of_name(name, v) == id_of(home))
      return name;
  }
}

library three_that_agree(std::uint64_t seed = 1) {
  library l(seed, 3);
  l.agree({0, 1, 2});
  return l;
}

} // namespace

BOOST_AUTO_TEST_SUITE(name_books)

BOOST_AUTO_TEST_CASE(a_name_is_found_from_every_node) {
  auto l = three_that_agree();
  const auto a = l.spawn(0);
  l.rest();
  BOOST_TEST((l.answer(l.put(0, "bank", a)) == a));
  for (std::size_t n = 0; n < 3; ++n)
    BOOST_TEST((l.answer(l.find(n, "bank")) == a));
  const auto none = l.answer(l.find(1, "bench"));
  BOOST_TEST((none.error().kind == failure_kind::not_found));
  const auto other = l.answer(l.find(1, "bank", "teller"));
  BOOST_TEST((other.error().kind == failure_kind::refused));
  BOOST_TEST(other.error().what
             == "the name bank is that of a bank, no teller");
}

BOOST_AUTO_TEST_CASE(a_second_actor_is_refused_and_the_same_is_not) {
  auto l = three_that_agree();
  const auto a = l.spawn(0);
  const auto b = l.spawn(1);
  l.rest();
  BOOST_TEST((l.answer(l.put(0, "bank", a)) == a));
  const auto no = l.answer(l.put(1, "bank", b));
  BOOST_REQUIRE(!no);
  BOOST_TEST((no.error().kind == failure_kind::refused));
  BOOST_TEST(no.error().what == "the name bank is taken by " + to_string(a));
  BOOST_TEST((l.answer(l.put(2, "bank", a)) == a));
  BOOST_TEST((l.answer(l.forget(1, "bank"))).has_value());
  BOOST_TEST((l.answer(l.forget(1, "bank"))).has_value()); // as good as once
  BOOST_TEST(!l.answer(l.find(0, "bank")));
  BOOST_TEST((l.answer(l.put(1, "bank", b)) == b));
}

BOOST_AUTO_TEST_CASE(names_that_are_none_are_refused) {
  auto l = three_that_agree();
  const auto a = l.spawn(0);
  l.rest();
  BOOST_TEST(!l.answer(l.put(0, "", a)));
  BOOST_TEST(!l.answer(l.put(0, "bank", {})));
  BOOST_TEST(!l.answer(l.put(0, std::string(name_size_limit + 1, 'x'), a)));
  BOOST_TEST(
      l.answer(l.put(0, std::string(name_size_limit, 'x'), a)).has_value());
}

BOOST_AUTO_TEST_CASE(nobody_is_asked_before_all_have_reported) {
  auto l = three_that_agree();
  const auto a = l.spawn(0);
  const auto c = l.put(0, "bank", a); // out of any view
  BOOST_TEST((l.said().at(c).error().kind == failure_kind::unreachable));
}

// The keeper has not heard of the end yet: it asks.
BOOST_AUTO_TEST_CASE(who_heard_of_an_end_has_the_name_at_once) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    auto l = three_that_agree(seed);
    const auto a = l.spawn(0);
    const auto b = l.spawn(1);
    l.rest();
    l.answer(l.put(0, "bank", a));
    const auto early = l.put(2, "bank", b); // may be refused
    for (auto i = l.rng().below(10); i > 0; --i)
      l.step();
    l.end(a);
    const auto c = l.put(1, "bank", b);
    BOOST_TEST((l.answer(c) == b));
    l.answer(early);
    BOOST_TEST((l.answer(l.find(2, "bank")) == b));
  }
}

BOOST_AUTO_TEST_CASE(a_name_outlives_its_keeper_and_its_home) {
  for (std::size_t dies = 0; dies < 3; ++dies) {
    auto l = three_that_agree();
    const auto name = name_at(1, 3);
    const auto a = l.spawn(2);
    l.rest();
    l.answer(l.put(0, name, a)); // kept by 0, at home at 1, lives at 2
    l.kill(dies);
    l.rest();
    const auto found = l.answer(l.find(dies == 0 ? 1 : 0, name));
    BOOST_TEST(found.has_value() == (dies != 2));
    const auto b = l.spawn(dies == 0 ? 1 : 0);
    const auto put = l.answer(l.put(dies == 0 ? 1 : 0, name, b));
    BOOST_TEST(put.has_value() == (dies == 2));
  }
}

BOOST_AUTO_TEST_CASE(of_two_groups_the_actor_with_the_lower_id_prevails) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    library l(seed, 4);
    l.agree({0, 1}, {1});
    l.agree({2, 3}, {3});
    const auto a = l.spawn(0);
    const auto b = l.spawn(3);
    const auto same = l.spawn(1);
    l.rest();
    l.answer(l.put(1, "bank", a));
    l.answer(l.put(3, "bank", b));
    l.answer(l.put(1, "same", same));
    l.answer(l.put(2, "same", same));
    l.agree({0, 1, 2, 3}, {1});
    for (std::size_t n = 0; n < 4; ++n) {
      BOOST_TEST((l.answer(l.find(n, "bank")) == a));
      BOOST_TEST((l.answer(l.find(n, "same")) == same));
    }
    BOOST_REQUIRE(l.lost().size() == 1u);
    BOOST_TEST((l.lost()[0].was.actor == b));
    BOOST_TEST((l.lost()[0].winner == a));
  }
}

// More than fit in one report.
BOOST_AUTO_TEST_CASE(many_names_are_reported) {
  auto l = three_that_agree();
  const auto a = l.spawn(0);
  l.rest();
  for (int i = 0; i < 5000; ++i)
    l.put(0, "name" + std::to_string(i), a);
  l.rest();
  l.kill(2);
  l.rest();
  std::size_t found = 0;
  for (int i = 0; i < 5000; ++i)
    found += l.answer(l.find(1, "name" + std::to_string(i))) == a;
  BOOST_TEST(found == 5000u);
  l.end(a);
  l.rest();
  BOOST_TEST(!l.answer(l.find(1, "name7")));
  BOOST_TEST(l.book(0).kept().empty());
}

// Whatever happens in between, and however late: who was told that an actor has
// a name finds it there as long as it lives and nobody takes the name away.
BOOST_AUTO_TEST_CASE(a_name_that_was_given_stays_given) {
  const std::vector<std::string> names = {"a", "b", "c"};
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    library l(seed, 6);
    auto& rng = l.rng();
    l.agree({0, 1, 2, 3, 4, 5});
    l.rest();
    struct owner {
      actor_id actor;
      bool sure = false; // nobody has asked to take it away
    };
    std::map<std::string, owner> owners;
    std::map<std::uint64_t, std::pair<std::string, actor_id>> puts;
    std::map<std::uint64_t, std::pair<std::string, actor_id>> finds;
    std::vector<actor_id> actors;
    const auto some_node = [&] {
      for (;;)
        if (const auto n = rng.below(6); l.lives(n))
          return n;
    };
    const auto look = [&] {
      for (auto p = puts.begin(); p != puts.end();) {
        const auto answered = l.said().find(p->first);
        if (answered == l.said().end()) {
          ++p;
          continue;
        }
        const auto [name, actor] = p->second;
        auto& o = owners[name];
        if (answered->second) {
          if (o.sure && l.lives(o.actor))
            BOOST_TEST((o.actor == actor), "two in seed " << seed);
          o = {actor, true};
        }
        p = puts.erase(p);
      }
      for (auto f = finds.begin(); f != finds.end();) {
        const auto answered = l.said().find(f->first);
        if (answered == l.said().end()) {
          ++f;
          continue;
        }
        const auto [name, actor] = f->second;
        if (l.lives(actor) && owners[name].sure && owners[name].actor == actor)
          BOOST_TEST((answered->second == actor), "lost in seed " << seed);
        f = finds.erase(f);
      }
    };
    int kills = 0;
    for (int i = 0; i < 300; ++i) {
      const auto n = some_node();
      const auto& name = names[rng.below(names.size())];
      switch (rng.below(12)) {
      case 0:
      case 1: {
        const auto a = l.spawn(some_node());
        actors.push_back(a);
        puts[l.put(n, name, a)] = {name, a};
        break;
      }
      case 2:
        if (!actors.empty())
          if (const auto a = actors[rng.below(actors.size())]; l.lives(a))
            l.end(a);
        break;
      case 3:
        // what was asked for before may win over this, or not
        if (rng.below(4) == 0) {
          owners[name].sure = false;
          l.forget(n, name);
          l.rest();
          look();
          owners[name].sure = false;
        }
        break;
      case 4:
        if (kills < 3 && rng.below(8) == 0) {
          l.rest(); // one at a time
          look();
          for (auto& [of, o] : owners) // keeper and home at once
            o.sure &= !(l.book(n).kept().contains(of) && l.is_home(n, of));
          l.kill(n);
          ++kills;
        }
        break;
      default:
        if (const auto& o = owners[name]; o.sure && l.lives(o.actor))
          finds[l.find(n, name)] = {name, o.actor};
      }
      for (auto k = rng.below(12); k > 0; --k) {
        l.step();
        look();
      }
    }
    l.rest();
    look();
    for (const auto& name : names) {
      std::set<actor_id> found;
      std::size_t keepers = 0;
      for (std::size_t n = 0; n < 6; ++n) {
        if (!l.lives(n))
          continue;
        keepers += l.book(n).kept().contains(name);
        const auto a = l.answer(l.find(n, name));
        found.insert(a.value_or(actor_id{}));
      }
      BOOST_TEST(found.size() == 1u);
      BOOST_TEST(keepers == (*found.begin() == actor_id{} ? 0u : 1u));
      if (keepers)
        BOOST_TEST(l.lives(*found.begin()));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
