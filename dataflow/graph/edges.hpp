#pragma once

// The walks over a task's edges, as templates: these run once or twice for
// every task on every node, so they keep their indices on the stack and call
// `f` directly. Include it where tasks are expanded and fired; everybody else
// is well served by `each_input` and `each_consumer`.

#include "dataflow/graph/graph.hpp"

namespace tern {

inline void edge_index::split(const shape& grid, std::int64_t index,
                              place& at) noexcept {
  auto i = grid.size();
  for (; i > 1; --i) {
    auto n = grid[i - 1];
    if (((index | n) >> 32) == 0) {
      // half as slow as 64 bits
      auto small = static_cast<std::uint32_t>(index);
      auto by = static_cast<std::uint32_t>(n);
      index = small / by;
      at.v[i - 1] = small % by;
    } else {
      at.v[i - 1] = index % n;
      index /= n;
    }
  }
  if (i == 1)
    at.v[0] = index;
}

inline std::int64_t
edge_index::input_walk::only(const place& task) const noexcept {
  std::int64_t linear = 0;
  for (auto& a : axes) {
    auto own = a.axis < 0 ? 0 : task.v[static_cast<std::size_t>(a.axis)];
    if (a.how == axis_map::kind::same)
      linear += (own + a.offset) * a.stride;
    else
      linear += a.inputs(own).first * a.stride;
  }
  return linear;
}

/// Fills the box of blocks that the task reads; gives their number.
inline std::int64_t edge_index::input_walk::span(const place& task,
                                                 box& b) const noexcept {
  std::int64_t n = 1;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    auto& a = axes[i];
    auto own = a.axis < 0 ? 0 : task.v[static_cast<std::size_t>(a.axis)];
    b.v[i] = a.inputs(own);
    n *= b.v[i].size();
  }
  return n;
}

template <class F>
void edge_index::for_each_input(const block_key& task, F&& f) const {
  auto& n = nodes_[task.layer];
  std::uint32_t slot = 0;
  if (n.edges) {
    auto row = static_cast<std::size_t>(task.index);
    auto last = n.edges->offsets[row + 1];
    for (auto i = n.edges->offsets[row]; i < last; ++i)
      f(slot++, block_key{task.layer, n.edges->predecessors[i]});
    return;
  }
  if (n.inputs.empty())
    return;
  place at;
  split(n.grid, task.index, at);
  for (auto& in : n.inputs) {
    if (in.single) {
      f(slot++, block_key{in.from, in.only(at)});
      continue;
    }
    box b;
    auto count = in.span(at, b);
    std::int64_t linear = 0;
    place now;
    for (std::size_t i = 0; i < in.axes.size(); ++i) {
      now.v[i] = b.v[i].first;
      linear += now.v[i] * in.axes[i].stride;
    }
    for (std::int64_t done = 0; done < count; ++done) {
      f(slot++, block_key{in.from, linear});
      for (auto i = in.axes.size(); i-- > 0;) {
        linear += in.axes[i].stride;
        if (++now.v[i] < b.v[i].last)
          break;
        linear -= b.v[i].size() * in.axes[i].stride;
        now.v[i] = b.v[i].first;
      }
    }
  }
}

inline bool edge_index::readers_of(const place& block, const reader& r,
                                   box& b) const noexcept {
  auto& to = nodes_[r.layer];
  for (std::size_t i = 0; i < to.grid.size(); ++i)
    b.v[i] = {0, to.grid[i]};
  auto& in = to.inputs[r.input];
  for (std::size_t i = 0; i < in.axes.size(); ++i) {
    auto& a = in.axes[i];
    auto found = a.readers(block.v[i]);
    if (found.first >= found.last)
      return false;
    if (a.axis >= 0) {
      auto& own = b.v[static_cast<std::size_t>(a.axis)];
      own = meet(own, found);
      if (own.first >= own.last)
        return false;
    }
  }
  return true;
}

inline std::uint32_t edge_index::slot_of(const input_walk& in, const node& to,
                                         const place& task,
                                         const place& block) const noexcept {
  auto slot = in.base;
  if (slot < 0) {
    slot = 0;
    box b;
    for (auto* earlier = to.inputs.data(); earlier != &in; ++earlier)
      slot += earlier->span(task, b);
  }
  if (in.single)
    return static_cast<std::uint32_t>(slot);
  std::int64_t position = 0;
  for (std::size_t i = 0; i < in.axes.size(); ++i) {
    auto& a = in.axes[i];
    auto own = a.axis < 0 ? 0 : task.v[static_cast<std::size_t>(a.axis)];
    auto x = a.inputs(own);
    position = position * x.size() + block.v[i] - x.first;
  }
  return static_cast<std::uint32_t>(slot + position);
}

/// The first member of `a` that is not before `from`; `last` if there is none
/// before it.
inline std::int64_t next_member(const block_set::axis& a, std::int64_t from,
                                std::int64_t last) noexcept {
  for (auto& x : a)
    if (from < x.last)
      return std::min(std::max(from, x.first), last);
  return last;
}

template <class F>
void edge_index::for_each_consumer(const block_key& block, F&& f) const {
  auto& n = nodes_[block.layer];
  std::uint32_t ordinal = 0;
  if (n.edges) {
    auto& e = *n.edges;
    auto row = static_cast<std::size_t>(block.index);
    auto last = e.consumer_offsets[row + 1];
    for (auto i = e.consumer_offsets[row]; i < last; ++i)
      f(ordinal++,
        consumer{{block.layer, e.consumers[i]}, e.consumer_slots[i]});
  }
  if (n.readers.empty())
    return;
  place at;
  split(n.grid, block.index, at);
  for (auto& r : n.readers) {
    box b;
    if (!readers_of(at, r, b))
      continue;
    auto& to = nodes_[r.layer];
    auto& in = to.inputs[r.input];
    auto axes = to.grid.size();
    auto& wanted = needed_[r.layer];
    place now;
    auto first = [&](std::size_t i, std::int64_t from) {
      return to.whole ? from : next_member(wanted.axes[i], from, b.v[i].last);
    };
    bool some = to.whole || !wanted.empty();
    for (std::size_t i = 0; some && i < axes; ++i) {
      now.v[i] = b.v[i].first = first(i, b.v[i].first);
      some = now.v[i] < b.v[i].last;
    }
    while (some) {
      std::int64_t linear = 0;
      for (std::size_t i = 0; i < axes; ++i)
        linear = linear * to.grid[i] + now.v[i];
      f(ordinal++, consumer{{r.layer, linear}, slot_of(in, to, now, at)});
      some = false;
      for (auto i = axes; !some && i-- > 0;) {
        now.v[i] = first(i, now.v[i] + 1);
        some = now.v[i] < b.v[i].last;
        if (!some)
          now.v[i] = b.v[i].first;
      }
    }
  }
}

} // namespace tern
