// What becomes of messages that find no room, or nobody. A handler that sends
// more than the window holds finds no room for the rest, whoever handles what
// meanwhile.

#include <boost/test/unit_test.hpp>
#include <tern/actors.hpp>

#include <chrono>
#include <map>
#include <mutex>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using tern::overflow;
using reason = tern::dead_letter::reason;

namespace {

constexpr int many = 2000;
const int window = static_cast<int>(tern::channel_options{}.window);

struct number {
  static constexpr std::string_view name = "number";
  int n = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(n);
  }
};
struct all {
  template <class Archive>
  void fields(Archive&) {}
};
struct end {
  template <class Archive>
  void fields(Archive&) {}
};

class listener {
public:
  static constexpr std::string_view name = "listener";
  using messages = tern::messages<number, all, end>;

  void on(const number& m) {
    heard_.push_back(m.n);
  }
  std::vector<int> on(const all&) const {
    return heard_;
  }
  void on(const end&, tern::context& here) {
    here.stop();
  }

  template <class Archive>
  void fields(Archive& a) {
    a(heard_);
  }

private:
  std::vector<int> heard_;
};

/// Send so many; the answer is how many were refused.
struct push {
  tern::ref<listener> to;
  int messages = many;
  template <class Archive>
  void fields(Archive& a) {
    a(to, messages);
  }
};
struct push_as : push {
  overflow how = overflow::wait;
  template <class Archive>
  void fields(Archive& a) {
    a(to, messages, how);
  }
};

template <class Send>
int refused_of(int messages, Send&& send) {
  int refused = 0;
  for (int i = 1; i <= messages; ++i)
    try {
      send(number{i});
    } catch (const tern::actor_error& e) {
      refused += e.why.kind == tern::failure_kind::refused;
    }
  return refused;
}

struct patient {
  static constexpr std::string_view name = "patient";
  using messages = tern::messages<push, push_as>;

  int on(const push& m, tern::context& here) {
    return refused_of(m.messages, [&](auto n) { here.send(m.to, n); });
  }
  int on(const push_as& m, tern::context& here) {
    return refused_of(m.messages, [&](auto n) { here.send(m.to, n, m.how); });
  }
  template <class Archive>
  void fields(Archive&) {}
};
struct bounded_one : patient {
  static constexpr std::string_view name = "bounded";
  static constexpr std::size_t most_waiting = 100;
};
struct fresh : patient {
  static constexpr std::string_view name = "fresh";
  static constexpr overflow when_full = overflow::drop_oldest;
  static constexpr std::size_t most_waiting = 10;
};
struct strict : patient {
  static constexpr std::string_view name = "strict";
  static constexpr overflow when_full = overflow::error;
};

struct office {
  std::mutex mutex;
  std::map<std::pair<reason, std::string>, std::uint64_t> letters;
  tern::actor_system a; // they tell of letters to their end
  tern::actor_system b;

  office() {
    for (auto* s : {&a, &b}) {
      s->add<listener>();
      s->add<patient>();
      s->add<bounded_one>();
      s->add<fresh>();
      s->add<strict>();
      s->on_dead_letter([this](const tern::dead_letter& l) {
        std::lock_guard guard{mutex};
        letters[{l.why, l.message}] += l.count;
      });
    }
    b.join(a.self().host, a.self().port);
  }
  std::uint64_t letters_of(reason why, const std::string& message) {
    std::lock_guard guard{mutex};
    return letters[{why, message}];
  }
  std::uint64_t letters_of(reason why) {
    std::lock_guard guard{mutex};
    std::uint64_t sum = 0;
    for (const auto& [what, count] : letters)
      sum += what.first == why ? count : 0;
    return sum;
  }
  template <class F>
  static bool comes_true(F&& f) {
    const auto limit = std::chrono::steady_clock::now() + 20s;
    while (!f())
      if (std::chrono::steady_clock::now() > limit)
        return false;
      else
        std::this_thread::yield();
    return true;
  }
  std::vector<int> heard(const tern::ref<listener>& who, std::size_t n) {
    std::vector<int> found;
    BOOST_TEST(comes_true([&] {
      found = a.request(who, all{}).get();
      return found.size() >= n;
    }));
    return found;
  }
};

/// 1 to `first`, and the last ones of many.
std::vector<int> first_and_last(int first, int last) {
  std::vector<int> out(static_cast<std::size_t>(first + last));
  std::iota(out.begin(), out.begin() + first, 1);
  std::iota(out.begin() + first, out.end(), many - last + 1);
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(overflows)

BOOST_AUTO_TEST_CASE(without_a_word_all_wait) {
  office o;
  const auto to = o.b.spawn<listener>();
  const auto from = o.a.spawn<patient>();
  BOOST_TEST(o.a.request(from, push{to}).get() == 0);
  BOOST_TEST(o.heard(to, many) == first_and_last(many, 0));
  BOOST_TEST(o.letters.empty());
}

BOOST_AUTO_TEST_CASE(a_class_says_how_many_may_wait) {
  office o;
  const auto to = o.b.spawn<listener>();
  const auto from = o.a.spawn<bounded_one>();
  const int left = many - window - 100;
  BOOST_TEST(o.a.request(from, push{to}).get() == left);
  BOOST_TEST(o.heard(to, static_cast<std::size_t>(window) + 100)
             == first_and_last(window + 100, 0));
  BOOST_TEST(o.letters_of(reason::refused, "number")
             == static_cast<std::uint64_t>(left));
}

BOOST_AUTO_TEST_CASE(the_oldest_of_those_that_wait_are_dropped) {
  office o;
  const auto to = o.b.spawn<listener>();
  const auto from = o.a.spawn<fresh>();
  BOOST_TEST(o.a.request(from, push{to}).get() == 0);
  BOOST_TEST(o.heard(to, static_cast<std::size_t>(window) + 10)
             == first_and_last(window, 10));
  BOOST_TEST(o.letters_of(reason::dropped, "number")
             == static_cast<std::uint64_t>(many - window - 10));
}

BOOST_AUTO_TEST_CASE(an_error_leaves_nothing_waiting) {
  office o;
  const auto to = o.b.spawn<listener>();
  const auto from = o.a.spawn<strict>();
  BOOST_TEST(o.a.request(from, push{to}).get() == many - window);
  BOOST_TEST(o.heard(to, static_cast<std::size_t>(window))
             == first_and_last(window, 0));
  BOOST_TEST(o.letters_of(reason::refused, "number")
             == static_cast<std::uint64_t>(many - window));
}

BOOST_AUTO_TEST_CASE(a_call_prevails_over_the_class) {
  office o;
  const auto to = o.b.spawn<listener>();
  const auto from = o.a.spawn<fresh>();
  BOOST_TEST(o.a.request(from, push_as{{to}, overflow::error}).get()
             == many - window);
  const auto other = o.b.spawn<listener>();
  const auto strict_one = o.a.spawn<strict>();
  BOOST_TEST(o.a.request(strict_one, push_as{{other}, overflow::wait}).get()
             == 0);
  BOOST_TEST(o.heard(other, many) == first_and_last(many, 0));
}

BOOST_AUTO_TEST_CASE(from_outside_nothing_waits_but_the_thread) {
  office o;
  const auto to = o.b.spawn<listener>();
  const int refused =
      refused_of(20 * many, [&](auto n) { o.a.send(to, n, overflow::error); });
  for (int i = 0; i < 20 * many; ++i)
    o.a.send(to, number{i}, overflow::drop_oldest);
  BOOST_TEST(o.letters_of(reason::refused, "number")
             == static_cast<std::uint64_t>(refused));
  const auto dropped = o.letters_of(reason::dropped, "number");
  const auto arrive = 40 * static_cast<std::size_t>(many)
                      - static_cast<std::size_t>(refused) - dropped;
  o.a.send(to, number{0}); // the last one: waits for room
  BOOST_TEST(o.heard(to, arrive + 1).size() == arrive + 1);
}

BOOST_AUTO_TEST_CASE(who_sends_to_the_gone_leaves_dead_letters) {
  office o;
  const auto to = o.b.spawn<listener>();
  o.a.request(to, end{}).get();
  const auto from = o.a.spawn<patient>();
  o.a.request(from, push{to}).get();
  o.a.send(to, number{1});
  BOOST_TEST(office::comes_true(
      [&] { return o.letters_of(reason::gone) == many + 1; }));
  // those that waited are known by name
  BOOST_TEST(o.letters_of(reason::gone, "number")
             >= static_cast<std::uint64_t>(many - window));
}

BOOST_AUTO_TEST_SUITE_END()
