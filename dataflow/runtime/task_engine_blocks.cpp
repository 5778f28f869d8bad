// The part of the engine that knows which blocks are in this node's memory:
// those of its own tasks, and copies of what other nodes hold. A copy is one
// `far_block` for all tasks of this node that read it: one `want`, one
// transfer.

#include "dataflow/graph/edges.hpp"
#include "dataflow/runtime/task_effects.hpp"
#include "dataflow/runtime/task_engine.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace tern {

std::shared_ptr<far_block> task_engine::far(std::uint64_t key) {
  std::lock_guard guard{far_mutex_};
  auto& known = far_[key];
  auto f = known.lock();
  if (!f) {
    f = std::make_shared<far_block>(key);
    known = f;
  }
  return f;
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
  far_.erase(f->key);
  asked_.erase(f->key); // an answer that still comes is for nobody
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
    for (const auto& [key, known] : far_)
      if (const auto one = known.lock()) {
        std::lock_guard data_guard{one->lock};
        if (one->data)
          far.emplace_back(key, one->data);
      }
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
                                 node_index holder, block data,
                                 task_failure_ptr error) {
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
  in.far = far(producer);
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
      ask(in.producer, in.holder);
    in.data = {};
    forget_far(std::move(in.far));
  }
}

void task_engine::ask(std::uint64_t producer, node_index holder) {
  {
    std::lock_guard guard{far_mutex_};
    if (!asked_.insert(producer).second)
      return;
  }
  auto m = message_of(message_kind::want, producer);
  m.asker = nodes_.id_of(me_);
  send(holder, std::move(m));
}

std::size_t task_engine::fetching() const {
  std::lock_guard guard{far_mutex_};
  return asked_.size();
}

void task_engine::arrived(std::uint64_t key, const block& data) {
  std::shared_ptr<far_block> f;
  {
    std::lock_guard guard{far_mutex_};
    asked_.erase(key);
    const auto found = far_.find(key);
    if (found != far_.end())
      f = found->second.lock();
  }
  if (!f)
    return; // everyone who waited has moved on
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
  forget_far(std::move(f));
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
