#pragma once

#include <tern/actors.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <vector>

// The actors of the bank. Accounts are told to wander: every few messages one
// moves to the next node. A teller makes transfers, in two requests each, and
// keeps a list of those that it can vouch for.

namespace bank {

/// Money of one owner; knows each transfer that it took part in.
class account;

struct withdraw {
  std::uint64_t transfer = 0;
  std::int64_t amount = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(transfer, amount);
  }
};

struct deposit {
  std::uint64_t transfer = 0;
  std::int64_t amount = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(transfer, amount);
  }
};

/// Move to the next of these nodes after so many messages, over and over.
struct wander {
  std::vector<std::uint64_t> nodes;
  std::uint32_t every = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(nodes, every);
  }
};

/// For the checker.
struct statement {
  std::int64_t balance = 0;
  std::vector<std::uint64_t> taken; ///< transfers, in order, also twice
  std::vector<std::uint64_t> given;
  std::uint64_t moves = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(balance, taken, given, moves);
  }
};
struct show {
  template <class Archive>
  void fields(Archive&) {}
};

class account {
public:
  static constexpr std::string_view name = "bank.account";
  using messages = tern::messages<withdraw, deposit, wander, show>;

  account() = default;
  explicit account(std::int64_t balance) {
    now_.balance = balance;
  }

  /// Whether there was enough.
  bool on(const withdraw& m, tern::context& here) {
    go_on(here);
    if (now_.balance < m.amount)
      return false;
    now_.balance -= m.amount;
    now_.taken.push_back(m.transfer);
    return true;
  }
  void on(const deposit& m, tern::context& here) {
    go_on(here);
    now_.balance += m.amount;
    now_.given.push_back(m.transfer);
  }
  void on(const wander& m) {
    route_ = m;
  }
  statement on(const show&) const {
    return now_;
  }
  void arrived(tern::context&) {
    ++now_.moves;
  }

  template <class Archive>
  void fields(Archive& a) {
    a(now_, route_, handled_);
  }

private:
  void go_on(tern::context& here) {
    if (route_.every == 0 || ++handled_ % route_.every != 0)
      return;
    const auto next = (handled_ / route_.every) % route_.nodes.size();
    here.migrate(here.self<account>(), {route_.nodes[next]});
  }

  statement now_;
  wander route_;
  std::uint64_t handled_ = 0;
};

struct transfer {
  std::uint64_t number = 0;
  tern::ref<account> from;
  tern::ref<account> to;
  std::int64_t amount = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(number, from, to, amount);
  }
};

/// What became of the transfers so far.
struct book {
  std::set<std::uint64_t> done;
  std::set<std::uint64_t> refused; ///< not enough money
  std::set<std::uint64_t> failed;  ///< no answer
  std::uint64_t size() const {
    return done.size() + refused.size() + failed.size();
  }
  template <class Archive>
  void fields(Archive& a) {
    a(done, refused, failed);
  }
};
struct show_book {
  template <class Archive>
  void fields(Archive&) {}
};

class teller {
public:
  static constexpr std::string_view name = "bank.teller";
  using messages = tern::messages<transfer, show_book>;

  void on(const transfer& t, tern::context& here) {
    here.request(t.from, withdraw{t.number, t.amount}, patience)
        .then<&teller::withdrawn>(t);
  }
  void withdrawn(const transfer& t, const tern::result<bool>& enough,
                 tern::context& here) {
    if (!enough)
      book_.failed.insert(t.number);
    else if (!*enough)
      book_.refused.insert(t.number);
    else
      here.request(t.to, deposit{t.number, t.amount}, patience)
          .then<&teller::deposited>(t.number);
  }
  void deposited(std::uint64_t number, const tern::result<void>& done) {
    (done ? book_.done : book_.failed).insert(number);
  }
  book on(const show_book&) const {
    return book_;
  }

  using continuations =
      tern::continuations<&teller::withdrawn, &teller::deposited>;

  template <class Archive>
  void fields(Archive& a) {
    a(book_);
  }

private:
  static constexpr std::chrono::seconds patience{60};
  book book_;
};

} // namespace bank
