#pragma once

#include "actors/actor_id.hpp"
#include "actors/view.hpp"
#include "serialization/failure.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tern {

/// A name, and the actor that has it.
struct name_record {
  std::string name;
  actor_id actor;
  std::string type; ///< of the actor, as its class says

  template <class Archive>
  void fields(Archive& a) {
    a(name, actor.high, actor.low, type);
  }
  friend bool operator==(const name_record&, const name_record&) = default;
};

/// The longest name, in bytes.
constexpr std::size_t name_size_limit = 1024;

/// What the books of two nodes say to each other.
struct name_message {
  enum class kind : std::uint8_t {
    // to a home
    report,  ///< what the sender keeps for it; `number` 1: there is more
    claim,   ///< the sender wants to keep this; answered
    look,    ///< who has the name; answered
    release, ///< nobody shall have the name; answered
    freed,   ///< the sender keeps it no more
    alive,   ///< the actor that was asked for lives
    // of a home
    granted, ///< the claim `number`: keep it
    told,    ///< request `number` is done; the record, if there is one
    refused, ///< the claim `number`: the record has the name
    drop,    ///< to the keeper: keep it no more, and say `freed`
    check,   ///< to the keeper: say `alive`, or `freed`
    lost,    ///< to a keeper: the second record has the name of the first
  };
  kind what = kind::report;
  view_id view; ///< of the sender
  std::uint64_t number = 0;
  std::vector<name_record> records;

  template <class Archive>
  void fields(Archive& a) {
    a(what, view.lineage.value, view.number, number, records);
  }
  friend bool operator==(const name_message&, const name_message&) = default;
};

/// One node's part in the registry of names, as a pure state machine: events
/// in, instructions out. name_book.cpp tells how it works; the shell is
/// api/name_service.hpp.
///
/// What it takes for granted of messages between two books: they come once and
/// in order, as those of actors do.
class name_book {
public:
  struct transmit {
    node_id to;
    name_message message;
  };
  /// To whoever asked; without an actor where there is none to tell.
  struct answer {
    std::uint64_t client = 0;
    result<actor_id> said;
  };
  /// Say `on_ended` when it has.
  struct watch {
    actor_id actor;
  };
  struct unwatch {
    actor_id actor;
  };
  /// Say `on_alive` if it is, or `on_ended`.
  struct probe {
    actor_id actor;
    std::uint64_t number = 0;
  };
  /// A group met another one, where `winner` has the name.
  struct lost {
    name_record was;
    actor_id winner;
  };
  using instruction =
      std::variant<transmit, answer, watch, unwatch, probe, lost>;
  using instructions = std::vector<instruction>;

  explicit name_book(node_id self) : self_(self) {}

  /// Nothing is answered before the first one.
  instructions on_view(const view& v);
  instructions on_message(node_id from, name_message m);
  // `client` is the shell's number for who waits for the answer.
  instructions on_register(std::uint64_t client, name_record record);
  instructions on_whereis(std::uint64_t client, const std::string& name,
                          const std::string& type);
  instructions on_unregister(std::uint64_t client, const std::string& name);
  instructions on_ended(const actor_id& actor);
  instructions on_alive(std::uint64_t number);

  const view_id& now() const noexcept {
    return view_.id;
  }
  /// What this node keeps: the names that were registered here.
  const std::map<std::string, name_record>& kept() const noexcept {
    return kept_;
  }
  /// The node that knows who has a name.
  static node_id home_of_name(const std::string& name, const view& v);

private:
  using kind = name_message::kind;
  struct request {
    kind what = kind::look;
    name_record record; ///< or what of it is known
  };
  using asked = std::pair<node_id, name_message>;
  struct entry {
    name_record record;
    node_id keeper;
    std::vector<asked> releases{}; ///< until the keeper has let go
    std::vector<asked> claims{};   ///< until it has asked the actor
    std::vector<asked> later{};    ///< claims that came since it was asked to
  };
  struct early {
    view_id view;
    std::vector<name_message> messages;
  };

  instructions finish();
  void send(node_id to, kind what, std::uint64_t number,
            std::vector<name_record> records);
  void take(node_id from, name_message& m);

  // for the clients of this node
  void ask(std::uint64_t client, request r);
  void take_answer(const name_message& m);
  // as a keeper
  void keep(const name_record& r);
  void keep_no_more(const name_record& r);
  bool keeps(const name_record& r) const;
  void give_reports();
  void adopt_orphans();
  // as a home
  bool is_ready() const noexcept {
    return missing_.empty();
  }
  void take_report(node_id from, const name_message& m);
  void enter(node_id keeper, const name_record& r);
  void take_request(asked a);
  void take_freed(node_id from, const name_record& r);
  void take_alive(const name_record& r);
  void check(entry& e);

  node_id self_;
  view view_;
  std::map<std::string, name_record> kept_;
  std::map<std::uint64_t, name_record> probes_;
  std::uint64_t last_probe_ = 0;
  std::map<std::uint64_t, request> open_; ///< of this node's clients
  std::set<node_id> missing_;             ///< who has not reported
  std::map<std::string, entry> entries_;  ///< of which this node is the home
  std::vector<asked> waiting_;            ///< until all have reported
  std::map<node_id, early> early_;
  std::vector<name_message> own_; ///< to itself
  instructions out_;
};

} // namespace tern
