// The part of the engine that knows which blocks are in this node's memory:
// those of its own tasks, and copies of what other nodes hold. A copy is one
// `far_block` for all tasks of this node that read it: one `want`, one
// transfer.
//
// A task that puts blocks together (rechunking, concatenation) reads a part of
// each. Where that is worth a message it asks for the part alone: when n nodes
// cut an array anew, each of them reads an n-th of every block, and with whole
// blocks the array would travel n times. Such a part is a `far_block` of its
// own, which the task knows by its shape (`run_task`). Whoever cannot cut it
// out at once (the block is on disk, or not yet made) answers with all of it.

#include "dataflow/graph/edges.hpp"
#include "dataflow/graph/evaluate.hpp"
#include "dataflow/graph/read_part.hpp"
#include "dataflow/runtime/task_effects.hpp"
#include "dataflow/runtime/task_engine.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <utility>

namespace tern {

namespace {

template <class Map, class Key>
std::shared_ptr<far_block> known_or_new(Map& blocks, const Key& key,
                                        std::uint64_t producer,
                                        part_reader reader) {
  auto& known = blocks[key];
  auto f = known.lock();
  if (!f) {
    f = std::make_shared<far_block>(producer, reader);
    known = f;
  }
  return f;
}

bool has_come(far_block& f) {
  std::lock_guard guard{f.lock};
  return static_cast<bool>(f.data);
}

} // namespace

std::shared_ptr<far_block> task_engine::far(std::uint64_t key,
                                            part_reader reader) {
  const bool part = reads_part(key, reader);
  std::lock_guard guard{far_mutex_};
  if (part && !far_.contains(key))
    return known_or_new(far_parts_, part_key{key, reader}, key, reader);
  return known_or_new(far_, key, key, part_reader{});
}

bool task_engine::reads_part(std::uint64_t producer, part_reader reader) const {
  return is_task(producer)
         && bytes_of_part(*edges_, unpack(reader.task), reader.slot,
                          unpack(producer), how_.least_part);
}

// Who asks, and what came, may not be what the graph says.
block task_engine::part_or_all(const block& data, std::uint64_t producer,
                               part_reader reader) const {
  bool is_reader = false;
  if (reader.task != 0 && is_task(reader.task))
    edges_->for_each_input(unpack(reader.task), [&](std::uint32_t slot,
                                                    const block_key& from) {
      is_reader = is_reader || (slot == reader.slot && pack(from) == producer);
    });
  if (!is_reader || !reads_part(producer, reader)
      || data.shape() != shape_of(*edges_, unpack(producer)))
    return data;
  try {
    return cut_out(data,
                   *part_in_slot(*edges_, unpack(reader.task), reader.slot));
  } catch (const std::exception&) { // no memory: the block will do
    return data;
  }
}

void task_engine::answer_with_part(const request& by, dataflow_message whole) {
  const auto all = whole.data.bytes();
  whole.data = part_or_all(whole.data, whole.from, by.part);
  if (whole.data.bytes() < all) {
    whole.to = by.part.task;
    whole.slot = by.part.slot;
  }
  whole.bytes = 0; // it waited: the time says nothing of the link
  send(by.asker, std::move(whole));
}

// References are dropped under the mutex, or two threads that drop the last two
// at once would both see another one, and the entry would stay for ever.
void task_engine::forget_far(std::shared_ptr<far_block> f) {
  std::lock_guard guard{far_mutex_};
  if (f->error || f.use_count() > 1) {
    f.reset();
    return;
  }
  if (f->data)
    memory_.credit(f->data);
  // an answer that still comes is for nobody
  if (f->part.task != 0) {
    far_parts_.erase({f->key, f->part});
    asked_parts_.erase({f->key, f->part});
  } else {
    far_.erase(f->key);
    asked_.erase(f->key);
  }
}

// What a task reads is in its inputs, and perhaps in the table of far blocks.
void task_engine::each_idle_block(
    const std::function<void(const block&, std::uint32_t)>& f) const {
  const auto visit = [&](const block& data, std::uint64_t producer) {
    auto next = std::numeric_limits<std::uint32_t>::max();
    bool is_read = false;
    edges_->for_each_consumer(
        unpack(producer), [&](std::uint32_t, const consumer& c) {
          auto* r = region_.find(*edges_, pack(c.task));
          if (!r)
            return;
          std::lock_guard guard{r->lock};
          is_read = is_read || r->state.phase() == task_phase::running;
          if (r->inputs || r->state.missing() > 0)
            next = std::min(next, r->priority);
        });
    if (!is_read)
      f(data, next);
  };
  region_.each([&](task_record& r) {
    block data;
    {
      std::lock_guard guard{r.lock};
      data = r.result;
    }
    if (data)
      visit(data, r.low);
  });
  std::vector<std::pair<std::uint64_t, block>> far;
  {
    std::lock_guard guard{far_mutex_};
    const auto add = [&](const std::weak_ptr<far_block>& known) {
      if (const auto one = known.lock()) {
        std::lock_guard data_guard{one->lock};
        if (one->data)
          far.emplace_back(one->key, one->data);
      }
    };
    for (const auto& [key, known] : far_)
      add(known);
    for (const auto& [key, known] : far_parts_)
      add(known);
  }
  for (const auto& [key, data] : far)
    visit(data, key);
}

block task_engine::held(std::uint64_t task) const {
  auto* r = region_.find(*edges_, task);
  if (!r)
    return {};
  std::lock_guard guard{r->lock};
  return r->result;
}

task_input task_engine::input_of(std::uint64_t producer, std::uint32_t ordinal,
                                 part_reader reader, node_index holder,
                                 block data, task_failure_ptr error) {
  task_input in;
  in.producer = producer;
  in.ordinal = ordinal;
  in.holder =
      nodes_.is_suspected(holder) ? placement_.owner(unpack(producer)) : holder;
  if (error) {
    in.far = std::make_shared<far_block>(producer);
    in.far->error = std::move(error);
    in.holder = no_node;
    return in;
  }
  if (data) {
    in.data = std::move(data);
    return in;
  }
  if (in.holder == me_) {
    if (auto* r = region_.find(*edges_, producer)) {
      std::lock_guard guard{r->lock};
      in.data = r->result;
    }
    if (in.data)
      return in;
  }
  in.far = far(producer, reader);
  std::lock_guard guard{in.far->lock};
  in.data = in.far->data;
  return in;
}

void task_engine::fetch(task_record& r) {
  std::vector<std::pair<std::uint32_t, task_input>> absent;
  {
    std::lock_guard guard{r.lock};
    for (std::uint32_t i = 0; r.inputs && i < r.state.slots(); ++i)
      if (!r.inputs[i].data && r.inputs[i].far)
        absent.emplace_back(i, r.inputs[i]);
  }
  for (auto& [slot, in] : absent) {
    block data;
    {
      std::lock_guard guard{in.far->lock};
      data = in.far->data;
      auto& waiting = in.far->waiting;
      if (!data
          && std::find(waiting.begin(), waiting.end(), std::pair{&r, slot})
                 == waiting.end())
        waiting.emplace_back(&r, slot);
    }
    if (data)
      arrived_for(r, slot, in.far, data);
    else
      ask(*in.far, in.holder);
    in.data = {};
    forget_far(std::move(in.far));
  }
}

void task_engine::ask(const far_block& f, node_index holder) {
  {
    std::lock_guard guard{far_mutex_};
    const bool first = f.part.task != 0
                           ? asked_parts_.insert({f.key, f.part}).second
                           : asked_.insert(f.key).second;
    if (!first)
      return;
  }
  send_want(holder, f.key, f.part);
}

void task_engine::send_want(node_index to, std::uint64_t producer,
                            part_reader part) {
  auto m = message_of(message_kind::want, producer, part.task);
  m.slot = part.slot;
  m.asker = nodes_.id_of(me_);
  send(to, std::move(m));
}

std::size_t task_engine::fetching() const {
  std::lock_guard guard{far_mutex_};
  return asked_.size() + asked_parts_.size();
}

// All of a block also answers those who asked for parts of it.
void task_engine::arrived(const dataflow_message& m) {
  std::shared_ptr<far_block> whole;
  std::vector<std::shared_ptr<far_block>> parts;
  {
    std::lock_guard guard{far_mutex_};
    const auto take = [&](auto at) {
      asked_parts_.erase(at->first);
      auto f = at->second.lock();
      if (f && !has_come(*f))
        parts.push_back(std::move(f));
    };
    if (m.to != 0) {
      const auto found = far_parts_.find({m.from, {m.to, m.slot}});
      if (found != far_parts_.end())
        take(found);
    } else {
      asked_.erase(m.from);
      const auto found = far_.find(m.from);
      if (found != far_.end())
        whole = found->second.lock();
      for (auto at = far_parts_.lower_bound({m.from, {}});
           at != far_parts_.end() && at->first.producer == m.from; ++at)
        take(at);
    }
  } // who finds none: everyone who waited has moved on
  if (whole)
    arrived(whole, m.data);
  for (auto& f : parts) {
    if (m.to != 0) {
      arrived(f, m.data);
      forget_far(std::move(f));
      continue;
    }
    world_.aside([this, f = std::move(f), all = m.data]() mutable {
      arrived(f, part_or_all(all, f->key, f->part));
      forget_far(std::move(f));
    });
  }
  if (whole)
    forget_far(std::move(whole));
}

void task_engine::arrived(const std::shared_ptr<far_block>& f,
                          const block& data) {
  std::vector<std::pair<task_record*, std::uint32_t>> waiting;
  {
    std::lock_guard guard{f->lock};
    if (!f->data) {
      f->data = data;
      memory_.charge(data);
    }
    waiting = std::move(f->waiting);
    f->waiting.clear();
  }
  for (auto& [r, slot] : waiting)
    arrived_for(*r, slot, f, data);
}

void task_engine::arrived_for(task_record& r, std::uint32_t slot,
                              const std::shared_ptr<far_block>& f,
                              const block& data) {
  apply(r, [&] {
    if (!r.inputs || r.inputs[slot].far != f || r.inputs[slot].data)
      return effect::none;
    r.inputs[slot].data = data;
    const auto e = r.state.arrived();
    note(r, task_event::arrived, slot, e);
    return rotate(r, e);
  });
}

} // namespace tern
