// Messages about views as Cap'n Proto. A view of 65,536 members is half a
// megabyte, below the limit of a small message.
#include "actors/view_codec.hpp"

#include "serialization/capnp_message.hpp"
#include "serialization/schema/view.capnp.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tern {

namespace {

// --- writing

void write(schema::ViewName::Builder to, const view_id& id) {
  to.setLineage(id.lineage.value);
  to.setNumber(id.number);
}

void write(schema::Ballot::Builder to, const ballot& b) {
  to.setRound(b.round);
  to.setNode(b.node.value);
}

void write(capnp::List<std::uint64_t>::Builder to,
           const std::vector<node_id>& nodes) {
  unsigned i = 0;
  for (auto n : nodes)
    to.set(i++, n.value);
}

void write(schema::View::Builder to, const view& v) {
  write(to.initName(), v.id);
  write(to.initMembers(static_cast<unsigned>(v.members.size())), v.members);
  write(to.initDeparted(static_cast<unsigned>(v.departed.size())), v.departed);
  auto newcomers = to.initNewcomers(static_cast<unsigned>(v.newcomers.size()));
  unsigned i = 0;
  for (auto& n : v.newcomers) {
    newcomers[i].setNode(n.node.value);
    newcomers[i].setLineage(n.from.lineage.value);
    newcomers[i++].setNumber(n.from.number);
  }
}

struct writer {
  schema::ViewMessage::Builder to;

  void operator()(const view_announce& m) {
    auto body = to.initAnnounce();
    write(body.initView(), m.v);
    body.setTurn(m.turn);
    body.setQuestion(m.question);
    body.setAnswer(m.answer);
    body.setLeaving(m.leaving);
    if (m.after)
      write(body.initAfter(), *m.after);
  }
  void operator()(const view_prepare& m) {
    auto body = to.initPrepare();
    write(body.initBallot(), m.b);
    write(body.initBase(), m.base);
  }
  void operator()(const view_promise& m) {
    write(to.initBase(), m.base);
    auto body = to.initPromise();
    write(body.initBallot(), m.b);
    if (!m.accepted)
      return;
    write(body.initAccepted(), *m.accepted);
    write(body.initValue(), m.value);
  }
  void operator()(const view_refuse& m) {
    write(to.initBase(), m.base);
    write(to.initRefuse(), m.promised);
  }
  void operator()(const view_accept& m) {
    write(to.initBase(), m.base);
    auto body = to.initAccept();
    write(body.initBallot(), m.b);
    write(body.initValue(), m.value);
  }
  void operator()(const view_accepted& m) {
    write(to.initBase(), m.base);
    write(to.initAccepted(), m.b);
  }
  void operator()(const view_farewell&) {
    to.setFarewell();
  }
};

// --- reading

// What a capnp reader found wrong, thrown for decode_capnp to catch.
void require(bool holds, const char* what) {
  if (!holds)
    throw std::invalid_argument(what);
}

view_id read(schema::ViewName::Reader from) {
  const view_id id{{from.getLineage()}, from.getNumber()};
  require(id.lineage && id.number != 0, "a view without a name");
  require(id.number < UINT64_MAX, "a view that nothing can follow");
  return id;
}

ballot read(schema::Ballot::Reader from) {
  const ballot b{from.getRound(), {from.getNode()}};
  require(b.round != 0 && b.node, "a ballot of nobody");
  return b;
}

std::vector<node_id> read(capnp::List<std::uint64_t>::Reader from) {
  require(from.size() <= view_size_limit, "a view of too many nodes");
  std::vector<node_id> out;
  out.reserve(from.size());
  for (auto n : from)
    out.push_back({n});
  auto sorted = out;
  std::ranges::sort(sorted);
  require(sorted.empty() || sorted.front(), "a node without a name");
  require(std::ranges::adjacent_find(sorted) == sorted.end(),
          "a view that names a node twice");
  return out;
}

view read(schema::View::Reader from) {
  view v{read(from.getName()),
         read(from.getMembers()),
         read(from.getDeparted()),
         {}};
  require(!v.members.empty(), "a view without members");
  require(
      std::ranges::none_of(v.departed, [&](node_id id) { return v.has(id); }),
      "a view that names one as member and as departed");
  require(from.getNewcomers().size() <= v.members.size(),
          "a view of more newcomers than members");
  std::vector<node_id> nodes;
  for (auto n : from.getNewcomers()) {
    const view_id origin{{n.getLineage()}, n.getNumber()};
    require(origin.lineage && origin.number != 0, "a newcomer from nowhere");
    require(origin.lineage != v.id.lineage, "a newcomer from the same lineage");
    v.newcomers.push_back({{n.getNode()}, origin});
    nodes.push_back({n.getNode()});
  }
  auto members = v.members;
  std::ranges::sort(members);
  std::ranges::sort(nodes);
  require(std::ranges::includes(members, nodes),
          "a newcomer that is no member, or comes twice");
  return v;
}

bool follows(const view& v, const view_id& base) {
  if (v.id.lineage == base.lineage)
    return v.id.number - 1 == base.number;
  return std::ranges::find(v.newcomers, base, &newcomer::from)
         != v.newcomers.end();
}

view read_next(schema::View::Reader from, const view_id& base) {
  auto v = read(from);
  require(follows(v, base), "a view that does not follow its base");
  return v;
}

view_promise read(schema::ViewPromise::Reader from, const view_id& base) {
  view_promise m{base, read(from.getBallot()), {}, {}};
  require(from.hasAccepted() == from.hasValue(), "half of a promise");
  if (!from.hasAccepted())
    return m;
  m.accepted = read(from.getAccepted());
  m.value = read_next(from.getValue(), base);
  return m;
}

result<view_message> read(schema::ViewMessage::Reader from) {
  if (from.isAnnounce()) {
    const auto body = from.getAnnounce();
    view_announce m{read(body.getView()), body.getTurn(), body.getQuestion(),
                    body.getAnswer()};
    if (body.hasAfter())
      m.after = read(body.getAfter());
    m.leaving = body.getLeaving();
    return view_message{std::move(m)};
  }
  if (from.isPrepare()) {
    const auto body = from.getPrepare();
    return view_message{
        view_prepare{read(body.getBase()), read(body.getBallot())}};
  }
  if (from.isFarewell())
    return view_message{view_farewell{}};
  const auto base = read(from.getBase());
  switch (from.which()) {
  case schema::ViewMessage::PROMISE:
    return view_message{read(from.getPromise(), base)};
  case schema::ViewMessage::REFUSE:
    return view_message{view_refuse{base, read(from.getRefuse())}};
  case schema::ViewMessage::ACCEPT: {
    const auto body = from.getAccept();
    return view_message{view_accept{base, read(body.getBallot()),
                                    read_next(body.getValue(), base)}};
  }
  case schema::ViewMessage::ACCEPTED:
    return view_message{view_accepted{base, read(from.getAccepted())}};
  default:
    return fail(failure_kind::malformed, "an unknown message about views");
  }
}

} // namespace

std::vector<std::byte> encode(const view_message& m) {
  capnp::MallocMessageBuilder message;
  std::visit(writer{message.initRoot<schema::ViewMessage>()}, m);
  return encode_capnp(message);
}

result<view_message> decode_view_message(std::span<const std::byte> payload) {
  return decode_capnp<schema::ViewMessage>(
      payload, "a message about views", [](auto from) { return read(from); });
}

} // namespace tern
