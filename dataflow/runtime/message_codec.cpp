#include "dataflow/runtime/message_codec.hpp"

#include "serialization/capnp_message.hpp"
#include "serialization/schema/dataflow.capnp.h"

#include <cstring>
#include <limits>
#include <stdexcept>

namespace tern {

namespace {

// -- encoding -----------------------------------------------------------------

void put_block(schema::Block::Builder out, const block& b, bool with_data) {
  out.setDtype(static_cast<std::uint8_t>(b.type()));
  const auto& extents = b.shape();
  auto list = out.initShape(static_cast<unsigned>(extents.size()));
  for (unsigned i = 0; i < extents.size(); ++i)
    list.set(i, extents[i]);
  if (!with_data)
    return;
  const auto bytes = b.payload();
  out.setData(capnp::Data::Reader(
      reinterpret_cast<const capnp::byte*>(bytes.data()), bytes.size()));
}

void put_error(schema::Failure::Builder out, const task_failure& e) {
  out.setLayer(e.origin.layer);
  out.setIndex(e.origin.index);
  out.setKind(static_cast<std::uint8_t>(e.why.kind));
  out.setWhat(e.why.what);
}

template <class List, class Values>
void put_nodes(List list, const Values& values) {
  for (unsigned i = 0; i < values.size(); ++i)
    list.set(i, values[i].value);
}

void put_state(schema::TaskState::Builder out, const lend_body& s) {
  out.setEpoch(s.snapshot.epoch);
  out.setHoldsBlock(s.snapshot.holds_block);
  out.setMovedAsTask(s.snapshot.moved_as_task);
  out.setMovedAsBlock(s.snapshot.moved_as_block);
  out.setSteals(s.snapshot.steals);
  out.setPriority(s.priority);
  auto inputs = out.initInputs(static_cast<unsigned>(s.inputs.size()));
  for (unsigned i = 0; i < s.inputs.size(); ++i) {
    const auto& in = s.inputs[i];
    auto item = inputs[i];
    item.setSlot(in.slot);
    item.setOrdinal(in.ordinal);
    item.setProducer(in.producer);
    item.setHolder(in.holder.value);
    if (in.data)
      put_block(item.initBlock(), in.data, true);
    if (in.error)
      put_error(item.initError(), *in.error);
  }
  auto released = out.initReleased(static_cast<unsigned>(s.released.size()));
  for (unsigned i = 0; i < s.released.size(); ++i)
    released.set(i, s.released[i]);
  put_nodes(out.initWants(static_cast<unsigned>(s.wants.size())), s.wants);
  put_nodes(out.initMonitors(static_cast<unsigned>(s.monitors.size())),
            s.monitors);
}

// -- decoding -----------------------------------------------------------------

/// What is wrong with a message that Cap'n Proto can read.
struct bad_message : std::runtime_error {
  using std::runtime_error::runtime_error;
};

block get_block(schema::Block::Reader in, const buffer* bulk) {
  if (!is_known(static_cast<dtype>(in.getDtype())))
    throw bad_message{"a block of an unknown dtype"};
  const auto type = static_cast<dtype>(in.getDtype());
  const auto list = in.getShape();
  if (list.size() > max_axes)
    throw bad_message{"a block of more than 32 axes"};
  shape extents;
  std::int64_t count = 1;
  for (auto extent : list) {
    if (extent < 0 || __builtin_mul_overflow(count, extent, &count)
        || count > std::numeric_limits<std::int64_t>::max() / 16)
      throw bad_message{"a block whose extents are out of range"};
    extents.push_back(extent);
  }
  const auto data = in.getData();
  const auto size = bulk ? bulk->size() : data.size();
  if (static_cast<std::uint64_t>(count) * size_of(type) != size)
    throw bad_message{"a block whose size is not that of its shape"};
  if (bulk)
    return block::wrap(type, extents, *bulk);
  block_builder copy{type, extents};
  if (size > 0)
    std::memcpy(copy.data(), data.begin(), size);
  return copy.finish();
}

task_failure_ptr get_error(schema::Failure::Reader in) {
  const auto kind = in.getKind();
  if (kind > static_cast<std::uint8_t>(failure_kind::cancelled))
    throw bad_message{"an unknown kind of failure"};
  auto e = std::make_shared<task_failure>();
  e->origin = {in.getLayer(), in.getIndex()};
  e->why = {static_cast<failure_kind>(kind), in.getWhat().cStr()};
  return e;
}

std::shared_ptr<const lend_body> get_state(schema::TaskState::Reader in) {
  auto s = std::make_shared<lend_body>();
  s->snapshot = {in.getEpoch(), in.getHoldsBlock(), in.getMovedAsTask(),
                 in.getMovedAsBlock(), in.getSteals()};
  s->priority = in.getPriority();
  for (auto item : in.getInputs()) {
    lend_body::input out;
    out.slot = item.getSlot();
    out.ordinal = item.getOrdinal();
    out.producer = item.getProducer();
    out.holder = node_id{item.getHolder()};
    if (item.hasBlock())
      out.data = get_block(item.getBlock(), nullptr);
    if (item.hasError())
      out.error = get_error(item.getError());
    s->inputs.push_back(std::move(out));
  }
  for (auto ordinal : in.getReleased())
    s->released.push_back(ordinal);
  for (auto asker : in.getWants())
    s->wants.push_back(node_id{asker});
  for (auto asker : in.getMonitors())
    s->monitors.push_back(node_id{asker});
  return s;
}

dataflow_message get_message(schema::DataflowMessage::Reader in,
                             const buffer& bulk) {
  dataflow_message m;
  m.slot = in.getSlot();
  m.ordinal = in.getOrdinal();
  m.epoch = in.getEpoch();
  m.node = node_id{in.getNode()};
  m.asker = node_id{in.getAsker()};
  m.bytes = in.getBytes();
  if (in.hasText())
    m.text = in.getText().cStr();
  if (in.hasBlock())
    m.data = get_block(in.getBlock(), in.getBulk() ? &bulk : nullptr);
  if (in.hasError())
    m.error = get_error(in.getError());
  if (in.hasState())
    m.lend = get_state(in.getState());
  return m;
}

// Enough for a `have` with a small block, on the stack.
constexpr std::size_t scratch_words = 192;

} // namespace

encoded_task_message encode(const dataflow_message& m, std::uint64_t plan) {
  encoded_task_message out;
  out.head.to = {plan, m.to};
  out.head.from = {plan, m.from};
  out.head.epoch = m.epoch;
  out.head.hops = m.hops;
  capnp::word scratch[scratch_words] = {};
  capnp::MallocMessageBuilder builder{
      kj::ArrayPtr<capnp::word>(scratch, scratch_words)};
  auto root = builder.initRoot<schema::DataflowMessage>();
  root.setSlot(m.slot);
  root.setOrdinal(m.ordinal);
  root.setEpoch(m.epoch);
  root.setNode(m.node.value);
  root.setAsker(m.asker.value);
  root.setBytes(m.bytes);
  if (!m.text.empty())
    root.setText(m.text);
  if (m.data) {
    const bool bulk = m.data.bytes() > inline_limit;
    root.setBulk(bulk);
    put_block(root.initBlock(), m.data, !bulk);
    if (bulk)
      out.bulk = m.data.storage();
  }
  if (m.error)
    put_error(root.initError(), *m.error);
  if (m.lend)
    put_state(root.initState(), *m.lend);
  const auto segments = builder.getSegmentsForOutput();
  const auto words = capnp::computeSerializedSizeInWords(segments);
  out.payload.resize(words * sizeof(capnp::word));
  kj::ArrayOutputStream stream{kj::ArrayPtr<kj::byte>(
      reinterpret_cast<kj::byte*>(out.payload.data()), out.payload.size())};
  capnp::writeMessage(stream, segments);
  return out;
}

result<dataflow_message> decode(message_kind kind, const envelope& head,
                                std::span<const std::byte> payload,
                                buffer bulk) {
  return decode_capnp<schema::DataflowMessage>(
      payload, "dataflow message",
      [&](schema::DataflowMessage::Reader in) -> result<dataflow_message> {
        auto m = get_message(in, bulk);
        m.kind = kind;
        m.to = head.to.low;
        m.from = head.from.low;
        m.hops = head.hops;
        return m;
      });
}

} // namespace tern
