#include "dataflow/runtime/plan_message.hpp"

#include "dataflow/graph/graph_codec.hpp"
#include "serialization/capnp_message.hpp"
#include "serialization/schema/submit.capnp.h"

namespace tern {

std::vector<std::byte> encode(const plan& p) {
  capnp::MallocMessageBuilder builder;
  auto root = builder.initRoot<schema::PlanSubmit>();
  root.setId(p.id);
  root.setSubmitter(p.view.submitter.value);
  auto places = root.initPlaces(static_cast<unsigned>(p.view.places.size()));
  for (unsigned i = 0; i < p.view.places.size(); ++i) {
    places[i].setNode(p.view.places[i].node.value);
    places[i].setCapacity(p.view.places[i].capacity);
  }
  root.setRotate(p.rotate);
  root.setRecord(p.record);
  root.setKeepSeconds(p.keep_seconds);
  const auto work = encode(p.work);
  root.setGraph(capnp::Data::Reader(
      reinterpret_cast<const capnp::byte*>(work.data()), work.size()));
  return encode_capnp(builder);
}

std::vector<std::byte> encode(const plan_reply& r) {
  capnp::MallocMessageBuilder builder;
  auto root = builder.initRoot<schema::PlanReply>();
  root.setId(r.id);
  root.setRefused(r.refused);
  root.setFailed(r.failed);
  root.setTasks(r.tasks);
  root.setDone(r.done);
  root.setMessages(r.messages);
  root.setMigrations(r.migrations);
  root.setBytesMoved(r.bytes_moved);
  root.setPeakBytes(r.peak_bytes);
  root.setSteals(r.steals);
  root.setLeaving(r.leaving);
  root.setBytesSpilled(r.bytes_spilled);
  auto guests = root.initGuests(static_cast<unsigned>(r.guests.size()));
  for (unsigned i = 0; i < r.guests.size(); ++i)
    guests.set(i, r.guests[i].value);
  return encode_capnp(builder);
}

result<plan> decode_plan(std::span<const std::byte> bytes) {
  return decode_capnp<schema::PlanSubmit>(
      bytes, "plan", [](schema::PlanSubmit::Reader in) -> result<plan> {
        plan p;
        p.id = in.getId();
        p.view.submitter = node_id{in.getSubmitter()};
        for (auto place : in.getPlaces())
          p.view.places.push_back(
              {node_id{place.getNode()}, place.getCapacity()});
        if (p.view.places.empty() || p.view.places.size() >= submitter_index)
          return fail(failure_kind::malformed, "plan: no nodes, or too many");
        p.rotate = in.getRotate();
        p.record = in.getRecord();
        p.keep_seconds = in.getKeepSeconds();
        const auto data = in.getGraph();
        auto work = decode_graph(
            {reinterpret_cast<const std::byte*>(data.begin()), data.size()});
        if (!work)
          return tl::make_unexpected(work.error());
        p.work = std::move(*work);
        return p;
      });
}

result<plan_reply> decode_reply(std::span<const std::byte> bytes) {
  return decode_capnp<schema::PlanReply>(
      bytes, "plan reply",
      [](schema::PlanReply::Reader in) -> result<plan_reply> {
        plan_reply r;
        r.id = in.getId();
        r.refused = in.getRefused().cStr();
        r.failed = in.getFailed().cStr();
        r.tasks = in.getTasks();
        r.done = in.getDone();
        r.messages = in.getMessages();
        r.migrations = in.getMigrations();
        r.bytes_moved = in.getBytesMoved();
        r.peak_bytes = in.getPeakBytes();
        r.steals = in.getSteals();
        r.leaving = in.getLeaving();
        r.bytes_spilled = in.getBytesSpilled();
        for (auto guest : in.getGuests())
          r.guests.push_back(node_id{guest});
        return r;
      });
}

} // namespace tern
