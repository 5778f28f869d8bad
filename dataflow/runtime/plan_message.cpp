#include "dataflow/runtime/plan_message.hpp"

#include "dataflow/graph/graph_codec.hpp"
#include "serialization/capnp_message.hpp"
#include "serialization/schema/submit.capnp.h"

#include <algorithm>

namespace tern {

namespace {

// Of one kind in one census: 20 bytes each, so that four kinds stay far below
// the 64 MiB of a message.
constexpr std::size_t most_runs = 500'000;
constexpr std::size_t most_suspects = 10'000;

void put_runs(schema::BlockRuns::Builder out,
              const std::vector<block_run>& runs) {
  const auto n = static_cast<unsigned>(std::min(runs.size(), most_runs));
  auto layers = out.initLayers(n);
  auto bounds = out.initBounds(2 * n);
  for (unsigned i = 0; i < n; ++i) {
    layers.set(i, runs[i].layer);
    bounds.set(2 * i, runs[i].first);
    bounds.set(2 * i + 1, runs[i].last);
  }
}

std::vector<block_run> get_runs(schema::BlockRuns::Reader in) {
  const auto layers = in.getLayers();
  const auto bounds = in.getBounds();
  std::vector<block_run> out;
  for (unsigned i = 0; i < layers.size() && 2 * i + 1 < bounds.size(); ++i)
    out.push_back({layers[i], bounds[2 * i], bounds[2 * i + 1]});
  return out;
}

void put_census(schema::Census::Builder out, const census& c) {
  put_runs(out.initHeld(), c.held);
  put_runs(out.initRunning(), c.running);
  put_runs(out.initRan(), c.ran);
  put_runs(out.initRoots(), c.roots);
  const auto n =
      static_cast<unsigned>(std::min(c.suspects.size(), most_suspects));
  auto suspects = out.initSuspects(n);
  for (unsigned i = 0; i < n; ++i) {
    const auto& s = c.suspects[i];
    suspects[i].setLayer(s.task.layer);
    suspects[i].setIndex(s.task.index);
    auto died = suspects[i].initDied(static_cast<unsigned>(s.died.size()));
    for (unsigned k = 0; k < s.died.size(); ++k)
      died.set(k, s.died[k].value);
  }
}

census get_census(schema::Census::Reader in) {
  census c{get_runs(in.getHeld()),
           get_runs(in.getRunning()),
           get_runs(in.getRan()),
           get_runs(in.getRoots()),
           {}};
  for (auto each : in.getSuspects()) {
    auto& s = c.suspects.emplace_back();
    s.task = {each.getLayer(), each.getIndex()};
    for (auto who : each.getDied())
      s.died.push_back(node_id{who});
  }
  return c;
}

void put_round(schema::PlanRound::Builder out, const plan_round& r) {
  out.setSubmitter(r.submitter.value);
  auto dead = out.initDead(static_cast<unsigned>(r.dead.size()));
  for (unsigned i = 0; i < r.dead.size(); ++i)
    dead.set(i, r.dead[i].value);
}

plan_round get_round(schema::PlanRound::Reader in) {
  plan_round r;
  r.submitter = node_id{in.getSubmitter()};
  for (auto who : in.getDead())
    r.dead.push_back(node_id{who});
  std::sort(r.dead.begin(), r.dead.end());
  r.dead.erase(std::unique(r.dead.begin(), r.dead.end()), r.dead.end());
  return r;
}

} // namespace

plan_reply& operator+=(plan_reply& sum, const plan_reply& more) {
  sum.tasks += more.tasks;
  sum.done += more.done;
  sum.messages += more.messages;
  sum.migrations += more.migrations;
  sum.bytes_moved += more.bytes_moved;
  sum.peak_bytes = std::max(sum.peak_bytes, more.peak_bytes);
  sum.steals += more.steals;
  sum.bytes_spilled += more.bytes_spilled;
  sum.recomputed += more.recomputed;
  for (auto guest : more.guests)
    if (std::find(sum.guests.begin(), sum.guests.end(), guest)
        == sum.guests.end())
      sum.guests.push_back(guest);
  if (sum.done_by_layer.size() < more.done_by_layer.size())
    sum.done_by_layer.resize(more.done_by_layer.size());
  for (std::size_t i = 0; i < more.done_by_layer.size(); ++i)
    sum.done_by_layer[i] += more.done_by_layer[i];
  return sum;
}

std::vector<std::byte> encode(const plan& p) {
  capnp::MallocMessageBuilder builder;
  auto root = builder.initRoot<schema::PlanSubmit>();
  root.setId(p.id);
  root.setSubmitter(p.view.submitter.value);
  auto places = root.initPlaces(static_cast<unsigned>(p.view.places.size()));
  for (unsigned i = 0; i < p.view.places.size(); ++i) {
    places[i].setNode(p.view.places[i].node.value);
    places[i].setCapacity(p.view.places[i].capacity);
    places[i].setResources(text_of(p.view.places[i].resources));
  }
  root.setRotate(p.rotate);
  root.setRecord(p.record);
  root.setKeepSeconds(p.keep_seconds);
  const auto work = encode(p.work);
  root.setGraph(capnp::Data::Reader(
      reinterpret_cast<const capnp::byte*>(work.data()), work.size()));
  if (!p.round.dead.empty())
    put_round(root.initRound(), p.round);
  auto told = root.initTold(static_cast<unsigned>(p.told.size()));
  unsigned next = 0;
  for (const auto& [who, what] : p.told) {
    told[next].setNode(who.value);
    put_census(told[next++].initWhat(), what);
  }
  return encode_capnp(builder);
}

std::vector<std::byte> encode(const plan_reply& r) {
  capnp::MallocMessageBuilder builder;
  auto root = builder.initRoot<schema::PlanReply>();
  root.setId(r.id);
  root.setRefused(r.refused);
  root.setTasks(r.tasks);
  root.setDone(r.done);
  root.setMessages(r.messages);
  root.setMigrations(r.migrations);
  root.setBytesMoved(r.bytes_moved);
  root.setPeakBytes(r.peak_bytes);
  root.setSteals(r.steals);
  root.setLeaving(r.leaving);
  root.setBytesSpilled(r.bytes_spilled);
  root.setRecomputed(r.recomputed);
  auto guests = root.initGuests(static_cast<unsigned>(r.guests.size()));
  for (unsigned i = 0; i < r.guests.size(); ++i)
    guests.set(i, r.guests[i].value);
  auto layers = root.initDoneByLayer(static_cast<unsigned>(
      std::min(r.done_by_layer.size(), most_told_layers)));
  for (unsigned i = 0; i < layers.size(); ++i)
    layers.set(i, r.done_by_layer[i]);
  return encode_capnp(builder);
}

std::vector<std::byte> encode(const census_message& m) {
  capnp::MallocMessageBuilder builder;
  auto root = builder.initRoot<schema::CensusMessage>();
  root.setPlan(m.plan);
  put_round(root.initRound(), m.round);
  put_census(root.initWhat(), m.what);
  return encode_capnp(builder);
}

result<plan> decode_plan(std::span<const std::byte> bytes) {
  return decode_capnp<schema::PlanSubmit>(
      bytes, "plan", [](schema::PlanSubmit::Reader in) -> result<plan> {
        plan p;
        p.id = in.getId();
        p.view.submitter = node_id{in.getSubmitter()};
        for (auto place : in.getPlaces()) {
          auto resources = parse_resources(place.getResources().cStr());
          if (!resources)
            return fail(failure_kind::malformed,
                        "plan: resources: " + resources.error().what);
          p.view.places.push_back({node_id{place.getNode()},
                                   place.getCapacity(), *std::move(resources)});
        }
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
        p.round.submitter = p.view.submitter;
        if (in.hasRound())
          p.round = get_round(in.getRound());
        for (auto each : in.getTold())
          p.told.emplace(node_id{each.getNode()}, get_census(each.getWhat()));
        return p;
      });
}

result<census_message> decode_census(std::span<const std::byte> bytes) {
  return decode_capnp<schema::CensusMessage>(
      bytes, "census of a plan",
      [](schema::CensusMessage::Reader in) -> result<census_message> {
        return census_message{in.getPlan(), get_round(in.getRound()),
                              get_census(in.getWhat())};
      });
}

result<plan_reply> decode_reply(std::span<const std::byte> bytes) {
  return decode_capnp<schema::PlanReply>(
      bytes, "plan reply",
      [](schema::PlanReply::Reader in) -> result<plan_reply> {
        plan_reply r;
        r.id = in.getId();
        r.refused = in.getRefused().cStr();
        r.tasks = in.getTasks();
        r.done = in.getDone();
        r.messages = in.getMessages();
        r.migrations = in.getMigrations();
        r.bytes_moved = in.getBytesMoved();
        r.peak_bytes = in.getPeakBytes();
        r.steals = in.getSteals();
        r.leaving = in.getLeaving();
        r.bytes_spilled = in.getBytesSpilled();
        r.recomputed = in.getRecomputed();
        for (auto guest : in.getGuests())
          r.guests.push_back(node_id{guest});
        const auto layers = in.getDoneByLayer();
        if (layers.size() > most_told_layers)
          return fail(failure_kind::malformed, "plan reply: too many layers");
        for (const auto done : layers)
          r.done_by_layer.push_back(done);
        return r;
      });
}

} // namespace tern
