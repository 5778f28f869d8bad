// Bodies of the messages about actors that move. Small ones are one Cap'n
// Proto message, but for those that are routed (routed_codec.hpp). Large bytes
// (a payload, a snapshot) are not copied into it but travel as the node's bulk.
// A state whose mailbox and channels alone are large, rare as it is, travels
// wholly as bulk, its snapshot inside.
#include "actors/mobile_codec.hpp"

#include "actors/routed_codec.hpp"
#include "serialization/capnp_message.hpp"
#include "serialization/schema/mobile.capnp.h"

#include <stdexcept>
#include <string>
#include <utility>

namespace tern {

namespace {

constexpr std::size_t small_message_limit = std::size_t{1} << 20;

// --- writing

capnp::Data::Reader data_of(const buffer& b) {
  return {reinterpret_cast<const capnp::byte*>(b.data()), b.size()};
}

unsigned count_of(std::size_t n) {
  return static_cast<unsigned>(n);
}

void write(schema::ActorName::Builder to, const actor_id& id) {
  to.setHigh(id.high);
  to.setLow(id.low);
}

void write(schema::ViewName::Builder to, const view_id& id) {
  to.setLineage(id.lineage.value);
  to.setNumber(id.number);
}

void write(schema::CensusEntry::Builder to, const census_entry& e) {
  write(to.initActor(), e.actor);
  to.setEpoch(e.epoch);
}

void write(schema::KeptMessage::Builder to, const channel_message& m) {
  to.setSequence(m.sequence);
  to.setCause(m.cause);
  to.setTrace(m.number);
  to.setPayload(data_of(m.payload));
}

void write(schema::Mail::Builder to, const mail& m) {
  to.setWhat(static_cast<std::uint8_t>(m.what));
  write(to.initFrom(), m.from);
  to.setChannel(m.channel);
  to.setSequence(m.sequence);
  to.setCause(m.cause);
  to.setTrace(m.number);
  to.setPayload(data_of(m.payload));
}

void write(schema::SendingHalf::Builder to, const actor_state::outgoing& s);
void write(schema::ReceivingHalf::Builder to, const actor_state::arriving& r);
void write(schema::MoveOrder::Builder to, const migration_order& o);
void write(schema::FinishedOrder::Builder to, const finished_order& f);

template <class List, class Items>
void write_all(List to, const Items& items) {
  unsigned i = 0;
  for (auto& item : items)
    write(to[i++], item);
}

void write(schema::SendingHalf::Builder to, const actor_state::outgoing& s) {
  write(to.initReceiver(), s.receiver);
  to.setNumber(s.half.number);
  to.setNext(s.half.next);
  to.setWantsRoom(s.half.wants_room);
  write_all(to.initKept(count_of(s.half.kept.size())), s.half.kept);
}

void write(schema::ReceivingHalf::Builder to, const actor_state::arriving& r) {
  write(to.initSender(), r.sender);
  to.setNumber(r.half.number);
  to.setHandled(r.half.handled);
  to.setDelivered(r.half.delivered);
  write_all(to.initEarly(count_of(r.half.early.size())), r.half.early);
}

void write(schema::MoveOrder::Builder to, const migration_order& o) {
  to.setAsker(o.asker.value);
  to.setNumber(o.number);
  to.setTarget(o.target.value);
}

void write(schema::MoveOutcome::Builder to, const migration_outcome& o) {
  to.setMoved(o.moved);
  to.setNode(o.node.value);
  to.setEpoch(o.epoch);
  to.setWhy(o.why);
}

void write(schema::FinishedOrder::Builder to, const finished_order& f) {
  write(to.initOrder(), f.order);
  write(to.initOutcome(), f.outcome);
}

void write(schema::ActorState::Builder to, const actor_state& s) {
  to.setType(s.type);
  write_all(to.initMailbox(count_of(s.mailbox.size())), s.mailbox);
  write_all(to.initSending(count_of(s.sending.size())), s.sending);
  write_all(to.initReceiving(count_of(s.receiving.size())), s.receiving);
  to.setNextChannel(s.next_channel);
  write_all(to.initOrders(count_of(s.orders.size())), s.orders);
  write_all(to.initFinished(count_of(s.finished.size())), s.finished);
  write(to.initChecked(), s.checked);
}

struct writer {
  encoded_message& to;

  void begin(message_kind kind, const attempt_id& attempt) {
    to.kind = kind;
    to.head.to = attempt.actor;
    to.head.epoch = attempt.epoch;
  }
  template <class Root, class F>
  void body(F&& f) {
    capnp::word scratch[64] = {};
    capnp::MallocMessageBuilder message(kj::arrayPtr(scratch, 64));
    f(message.initRoot<Root>());
    append_capnp(to.payload, message);
  }
  void attempt(message_kind kind, const attempt_id& id,
               const std::string& why) {
    begin(kind, id);
    body<schema::AttemptBody>([&](auto b) { b.setWhy(why); });
  }
  void actors(message_kind kind, const view_id& view, std::uint64_t number,
              const std::vector<actor_id>& all) {
    begin(kind, {});
    body<schema::CensusQuestion>([&](auto b) {
      write(b.initView(), view);
      b.setNumber(number);
      write_all(b.initActors(count_of(all.size())), all);
    });
  }

  void operator()(const routed_message& m) {
    encode_routed(m, to);
  }
  void operator()(const migrate_prepare& m) {
    begin(message_kind::migrate_prepare, m.attempt);
    body<schema::AttemptBody>([&](auto b) {
      b.setType(m.type);
      b.setBytes(m.bytes);
      write(b.initView(), m.view);
    });
  }
  void operator()(const migrate_prepared& m) {
    attempt(message_kind::migrate_prepared, m.attempt, m.refusal);
  }
  void operator()(const migrate_aborted& m) {
    attempt(message_kind::migrate_aborted, m.attempt, m.why);
  }
  void operator()(const migrate_installed& m) {
    begin(message_kind::migrate_installed, m.attempt);
  }
  void operator()(const migrate_released& m) {
    begin(message_kind::migrate_released, m.attempt);
  }
  void operator()(const census_report& m) {
    begin(message_kind::census_report, {});
    body<schema::CensusReport>([&](auto b) {
      write(b.initView(), m.view);
      b.setBirths(m.births);
      write_all(b.initHere(count_of(m.here.size())), m.here);
      write_all(b.initEnded(count_of(m.ended.size())), m.ended);
    });
  }
  void operator()(const census_taken& m) {
    begin(message_kind::census_taken, {});
    body<schema::CensusReport>([&](auto b) { write(b.initView(), m.view); });
  }
  void operator()(const census_query& m) {
    actors(message_kind::census_query, m.view, m.number, m.actors);
  }
  void operator()(const census_answer& m) {
    actors(message_kind::census_answer, m.view, m.number, m.lost);
  }
  void operator()(const migrate_abort& m) {
    begin(message_kind::migrate_abort, m.attempt);
  }
  void operator()(const migrate_state& m);
  void operator()(const location_update& m) {
    begin(message_kind::location_update, {m.actor, m.epoch});
    body<schema::LocationBody>([&](auto b) {
      b.setNode(m.node.value);
      b.setEnded(m.ended);
      write(b.initView(), m.view);
    });
  }
  void operator()(const location_query& m) {
    begin(message_kind::location_query, {m.actor, 0});
  }
  void operator()(const location_answer& m) {
    begin(message_kind::location_answer, {m.actor, m.epoch});
    body<schema::LocationBody>([&](auto b) {
      b.setNode(m.node.value);
      write(b.initDroppedFrom(), m.dropped_from);
      b.setDroppedChannel(m.dropped_channel);
      b.setDroppedOrder(m.dropped_order);
      b.setEnded(m.ended);
      b.setHandled(m.handled);
    });
  }
  void operator()(const order_answer& m) {
    begin(message_kind::order_answer, {});
    body<schema::OrderAnswer>([&](auto b) {
      b.setNumber(m.number);
      write(b.initOutcome(), m.outcome);
    });
  }
};

void writer::operator()(const migrate_state& m) {
  begin(message_kind::migrate_state, m.attempt);
  const bool large = m.state.snapshot.size() > bulk_from;
  const auto put = [&](bool with_snapshot) {
    to.payload.clear();
    body<schema::ActorState>([&](auto b) {
      write(b, m.state);
      write(b.initView(), m.view);
      if (with_snapshot)
        b.setSnapshot(data_of(m.state.snapshot));
    });
  };
  put(!large);
  if (to.payload.size() <= small_message_limit) {
    if (large)
      to.bulk = m.state.snapshot;
    return;
  }
  if (large)
    put(true);
  to.bulk = buffer::copy(to.payload);
  to.payload.clear();
}

// --- reading

// What a capnp reader found wrong, thrown for decode_capnp to catch.
void require(bool holds, const char* what) {
  if (!holds)
    throw std::invalid_argument(what);
}

buffer bytes_of(capnp::Data::Reader d) {
  if (d.size() == 0)
    return {};
  return buffer::copy(
      {reinterpret_cast<const std::byte*>(d.begin()), d.size()});
}

std::string text_of(capnp::Text::Reader t) {
  return {t.begin(), t.size()};
}

actor_id read(schema::ActorName::Reader from) {
  return {from.getHigh(), from.getLow()};
}

view_id read(schema::ViewName::Reader from) {
  return {{from.getLineage()}, from.getNumber()};
}

census_entry read(schema::CensusEntry::Reader from) {
  return {read(from.getActor()), from.getEpoch()};
}

channel_message read(schema::KeptMessage::Reader from) {
  return {from.getSequence(), from.getCause(), from.getTrace(),
          bytes_of(from.getPayload())};
}

mail read(schema::Mail::Reader from) {
  require(from.getWhat() <= static_cast<int>(mail::kind::ended),
          "mail of an unknown kind");
  return {static_cast<mail::kind>(from.getWhat()),
          read(from.getFrom()),
          from.getChannel(),
          from.getSequence(),
          from.getCause(),
          from.getTrace(),
          bytes_of(from.getPayload())};
}

actor_state::outgoing read(schema::SendingHalf::Reader from) {
  actor_state::outgoing out;
  out.receiver = read(from.getReceiver());
  out.half.number = from.getNumber();
  out.half.next = from.getNext();
  out.half.wants_room = from.getWantsRoom();
  const auto kept = from.getKept();
  require(out.half.next > kept.size(), "a channel that numbers from 0");
  auto expected = out.half.next - kept.size();
  for (auto m : kept) {
    require(m.getSequence() == expected++, "a gap in the messages kept");
    out.half.kept.push_back(read(m));
  }
  return out;
}

actor_state::arriving read(schema::ReceivingHalf::Reader from) {
  actor_state::arriving out;
  out.sender = read(from.getSender());
  out.half.number = from.getNumber();
  out.half.handled = from.getHandled();
  out.half.delivered = from.getDelivered();
  require(out.half.handled <= out.half.delivered,
          "a message handled before it was delivered");
  auto last = out.half.delivered;
  for (auto m : from.getEarly()) {
    require(m.getSequence() > last, "early messages out of order");
    last = m.getSequence();
    out.half.early.push_back(read(m));
  }
  return out;
}

migration_order read(schema::MoveOrder::Reader from) {
  return {{from.getAsker()}, from.getNumber(), {from.getTarget()}};
}

migration_outcome read(schema::MoveOutcome::Reader from) {
  return {from.getMoved(),
          {from.getNode()},
          from.getEpoch(),
          text_of(from.getWhy())};
}

finished_order read(schema::FinishedOrder::Reader from) {
  return {read(from.getOrder()), read(from.getOutcome())};
}

template <class List, class Items>
void read_all(List from, Items& items) {
  for (auto item : from)
    items.push_back(read(item));
}

actor_state read(schema::ActorState::Reader from) {
  actor_state out;
  out.type = text_of(from.getType());
  out.snapshot = bytes_of(from.getSnapshot());
  read_all(from.getMailbox(), out.mailbox);
  read_all(from.getSending(), out.sending);
  read_all(from.getReceiving(), out.receiving);
  out.next_channel = from.getNextChannel();
  read_all(from.getOrders(), out.orders);
  read_all(from.getFinished(), out.finished);
  out.checked = read(from.getChecked());
  return out;
}

struct body_reader {
  std::span<const std::byte> payload;

  template <class Root, class F>
  result<mobile_message> as(const char* what, F&& f) const {
    return decode_capnp<Root>(payload, what,
                              [&](auto from) -> result<mobile_message> {
                                return mobile_message{f(from)};
                              });
  }
};

result<mobile_message> read_state(const attempt_id& attempt,
                                  std::span<const std::byte> payload,
                                  const buffer& bulk) {
  const bool all_in_bulk = payload.empty();
  const body_reader body{all_in_bulk ? bulk.bytes() : payload};
  return body.as<schema::ActorState>("an actor's state", [&](auto b) {
    migrate_state m{attempt, read(b), read(b.getView())};
    if (!all_in_bulk && bulk)
      m.state.snapshot = bulk;
    return m;
  });
}

} // namespace

void encode(const mobile_message& m, encoded_message& to) {
  to.head = {};
  to.payload.clear();
  to.bulk = {};
  std::visit(writer{to}, m);
}

bool is_mobile(message_kind kind) noexcept {
  switch (kind) {
  case message_kind::actor_message:
  case message_kind::channel_ack:
  case message_kind::migrate_prepare:
  case message_kind::migrate_prepared:
  case message_kind::migrate_state:
  case message_kind::migrate_installed:
  case message_kind::migrate_abort:
  case message_kind::migrate_aborted:
  case message_kind::location_update:
  case message_kind::location_query:
  case message_kind::location_answer:
  case message_kind::order_migration:
  case message_kind::order_answer:
  case message_kind::migrate_released:
  case message_kind::census_report:
  case message_kind::census_taken:
  case message_kind::census_query:
  case message_kind::census_answer:
    return true;
  default:
    return false;
  }
}

result<mobile_message> decode_mobile(message_kind kind, const envelope& head,
                                     std::span<const std::byte> payload,
                                     const buffer& bulk) {
  const body_reader body{payload};
  const attempt_id attempt{head.to, head.epoch};
  switch (kind) {
  case message_kind::actor_message:
  case message_kind::channel_ack:
  case message_kind::order_migration:
    return decode_routed(kind, head, payload, bulk);
  case message_kind::migrate_prepare:
    return body.as<schema::AttemptBody>("PREPARE", [&](auto b) {
      return migrate_prepare{attempt, text_of(b.getType()), b.getBytes(),
                             read(b.getView())};
    });
  case message_kind::migrate_prepared:
    return body.as<schema::AttemptBody>("PREPARED", [&](auto b) {
      return migrate_prepared{attempt, text_of(b.getWhy())};
    });
  case message_kind::migrate_aborted:
    return body.as<schema::AttemptBody>("ABORTED", [&](auto b) {
      return migrate_aborted{attempt, text_of(b.getWhy())};
    });
  case message_kind::migrate_state:
    return read_state(attempt, payload, bulk);
  case message_kind::migrate_installed:
    return mobile_message{migrate_installed{attempt}};
  case message_kind::migrate_abort:
    return mobile_message{migrate_abort{attempt}};
  case message_kind::migrate_released:
    return mobile_message{migrate_released{attempt}};
  case message_kind::census_report:
    return body.as<schema::CensusReport>("a census report", [&](auto b) {
      census_report m{read(b.getView()), b.getBirths(), {}, {}};
      read_all(b.getHere(), m.here);
      read_all(b.getEnded(), m.ended);
      return m;
    });
  case message_kind::census_taken:
    return body.as<schema::CensusReport>("a census report", [&](auto b) {
      return census_taken{read(b.getView())};
    });
  case message_kind::census_query:
    return body.as<schema::CensusQuestion>("a census question", [&](auto b) {
      census_query m{read(b.getView()), b.getNumber(), {}};
      read_all(b.getActors(), m.actors);
      return m;
    });
  case message_kind::census_answer:
    return body.as<schema::CensusQuestion>("a census answer", [&](auto b) {
      census_answer m{read(b.getView()), b.getNumber(), {}};
      read_all(b.getActors(), m.lost);
      return m;
    });
  case message_kind::location_query:
    return mobile_message{location_query{head.to}};
  case message_kind::location_update:
    return body.as<schema::LocationBody>("a location", [&](auto b) {
      return location_update{
          head.to, {b.getNode()}, head.epoch, b.getEnded(), read(b.getView())};
    });
  case message_kind::location_answer:
    return body.as<schema::LocationBody>("a location", [&](auto b) {
      return location_answer{head.to,
                             {b.getNode()},
                             head.epoch,
                             read(b.getDroppedFrom()),
                             b.getDroppedChannel(),
                             b.getDroppedOrder(),
                             b.getEnded(),
                             b.getHandled()};
    });
  case message_kind::order_answer:
    return body.as<schema::OrderAnswer>("an answer", [&](auto b) {
      return order_answer{b.getNumber(), read(b.getOutcome())};
    });
  default:
    return fail(failure_kind::malformed, "not a message about actors");
  }
}

} // namespace tern
