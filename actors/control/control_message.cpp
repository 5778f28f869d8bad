#include "actors/control/control_message.hpp"

#include "serialization/capnp_message.hpp"
#include "serialization/schema/actors.capnp.h"

namespace tern::control {

namespace {

// Other conversions end at the first zero.
capnp::Text::Reader text(const std::string& s) {
  return {s.data(), s.size()};
}

std::string text(capnp::Text::Reader t) {
  return {t.begin(), t.size()};
}

void write(schema::Member::Builder to, const member& m) {
  to.setId(m.id.value);
  to.setHost(text(m.host));
  to.setPort(m.port);
  to.setDataPort(m.data_port);
  to.setPid(m.pid);
  to.setThreads(m.threads);
  to.setMemoryLimit(m.memory_limit);
  to.setVersion(text(m.version));
  to.setLibraries(text(m.libraries));
  to.setResources(text(m.resources));
}

void write(capnp::List<schema::Member>::Builder to,
           const std::vector<member>& list) {
  for (unsigned i = 0; i < list.size(); ++i)
    write(to[i], list[i]);
}

struct writer {
  schema::ControlMessage::Builder to;

  void operator()(const hello& m) {
    auto h = to.initHello();
    h.setVersion(m.version);
    h.setContact(m.contact);
    write(h.initMember(), m.from);
  }
  void operator()(const welcome& m) {
    write(to.initWelcome(static_cast<unsigned>(m.members.size())), m.members);
  }
  void operator()(const refused& m) {
    to.setRefused(text(m.why));
  }
  void operator()(const members& m) {
    write(to.initMembers(static_cast<unsigned>(m.list.size())), m.list);
  }
  void operator()(const status_request&) {
    to.setStatusRequest();
  }
  void operator()(const status& m) {
    fill(to.initStatus(static_cast<unsigned>(m.bytes.size())), m.bytes);
  }
  void operator()(const question& m) {
    fill(to.initQuestion(static_cast<unsigned>(m.bytes.size())), m.bytes);
  }
  void operator()(const answer& m) {
    fill(to.initAnswer(static_cast<unsigned>(m.bytes.size())), m.bytes);
  }

private:
  static void fill(capnp::Data::Builder data,
                   const std::vector<std::byte>& bytes) {
    if (!bytes.empty())
      std::memcpy(data.begin(), bytes.data(), bytes.size());
  }
};

std::vector<std::byte> read(capnp::Data::Reader from) {
  const auto* data = reinterpret_cast<const std::byte*>(from.begin());
  return {data, data + from.size()};
}

member read(schema::Member::Reader from) {
  member m;
  m.id = {from.getId()};
  m.host = text(from.getHost());
  m.port = from.getPort();
  m.data_port = from.getDataPort();
  m.pid = from.getPid();
  m.threads = from.getThreads();
  m.memory_limit = from.getMemoryLimit();
  m.version = text(from.getVersion());
  m.libraries = text(from.getLibraries());
  m.resources = text(from.getResources());
  KJ_REQUIRE(m.id.value != 0, "a member without an id");
  return m;
}

std::vector<member> read(capnp::List<schema::Member>::Reader from) {
  std::vector<member> list;
  for (auto m : from)
    list.push_back(read(m));
  KJ_REQUIRE(!list.empty(), "a list of members without its speaker");
  return list;
}

message read(schema::ControlMessage::Reader from) {
  switch (from.which()) {
  case schema::ControlMessage::HELLO: {
    auto h = from.getHello();
    return hello{h.getVersion(), read(h.getMember()), h.getContact()};
  }
  case schema::ControlMessage::WELCOME:
    return welcome{read(from.getWelcome())};
  case schema::ControlMessage::REFUSED: {
    return refused{text(from.getRefused())};
  }
  case schema::ControlMessage::MEMBERS:
    return members{read(from.getMembers())};
  case schema::ControlMessage::STATUS_REQUEST:
    return status_request{};
  case schema::ControlMessage::STATUS:
    return status{read(from.getStatus())};
  case schema::ControlMessage::QUESTION:
    return question{read(from.getQuestion())};
  case schema::ControlMessage::ANSWER:
    return answer{read(from.getAnswer())};
  }
  KJ_FAIL_REQUIRE("a kind of message of a later version");
}

} // namespace

bytes encode(const message& m) {
  capnp::MallocMessageBuilder builder;
  std::visit(writer{builder.initRoot<schema::ControlMessage>()}, m);
  auto words = capnp::messageToFlatArray(builder);
  auto chars = words.asChars();
  return {chars.begin(), chars.end()};
}

result<message> decode(std::span<const char> from) {
  return decode_capnp<schema::ControlMessage>(
      std::as_bytes(from), "control message",
      [](schema::ControlMessage::Reader root) -> result<message> {
        return read(root);
      });
}

} // namespace tern::control
