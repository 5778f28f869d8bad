#include "dataflow/graph/synchronous.hpp"

#include "dataflow/graph/edges.hpp"
#include "dataflow/graph/order.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace tern {

namespace {

class execution {
public:
  execution(const edge_index& edges, const synchronous_options& how)
    : edges_(edges), how_(how), held_(edges.layers()) {
    for (layer_id id = 0; id < edges.layers(); ++id)
      held_[id].resize(static_cast<std::size_t>(edges.needed(id).size()));
  }

  result<synchronous_report> run() {
    for (auto& task : in_order())
      if (auto done = step(task); !done)
        return tl::make_unexpected(done.error());
    return report_;
  }

private:
  /// A block and its readers that have not run yet.
  struct holding {
    block made; ///< or else
    std::shared_ptr<const failure> why;
    std::uint32_t readers = 0;
  };

  std::vector<block_key> in_order() const {
    std::vector<block_key> tasks(static_cast<std::size_t>(edges_.tasks()));
    auto order = depth_first_order(edges_, [](auto&) { return true; });
    for (layer_id id = 0; id < edges_.layers(); ++id)
      for (std::size_t rank = 0; rank < order[id].size(); ++rank)
        tasks[order[id][rank]] =
            edges_.at_rank(id, static_cast<std::int64_t>(rank));
    return tasks;
  }

  holding& at(const block_key& key) {
    return held_[key.layer][static_cast<std::size_t>(edges_.rank(key))];
  }

  result<void> step(const block_key& task) {
    if (how_.cancelled && how_.cancelled())
      return fail(failure_kind::cancelled, "cancelled");
    auto made = make(task);
    if (!made) {
      if (!how_.failed)
        return tl::make_unexpected(made.error());
      release_inputs(task);
      give_up(task, std::move(made.error()));
      return {};
    }
    grow(made->bytes());
    release_inputs(task);
    if (auto given = hand_over(task, *made); !given)
      return given;
    keep(task, std::move(*made));
    ++report_.tasks;
    if (how_.progress)
      how_.progress(report_.tasks, edges_.tasks());
    return {};
  }

  /// A task does not run if an input failed: then that is its failure.
  result<block> make(const block_key& task) {
    std::shared_ptr<const failure> why;
    inputs_.clear();
    edges_.for_each_input(task, [&](auto, const block_key& from) {
      inputs_.push_back(at(from).made);
      if (!why)
        why = at(from).why;
    });
    auto made = why ? result<block>{tl::make_unexpected(*why)}
                    : try_task(edges_, task, inputs_, how_.hooks);
    inputs_.clear();
    return made;
  }

  void give_up(const block_key& task, failure why) {
    if (edges_.is_root(task.layer))
      how_.failed(task.layer, why);
    at(task).readers = edges_.consumers(task);
    at(task).why = std::make_shared<const failure>(std::move(why));
  }

  void release_inputs(const block_key& task) {
    edges_.for_each_input(task, [&](auto, const block_key& from) {
      auto& h = at(from);
      if (--h.readers == 0) {
        bytes_ -= h.made.bytes();
        h.made = block();
      }
    });
  }

  result<void> hand_over(const block_key& task, const block& made) {
    if (!edges_.is_root(task.layer) || !how_.sink)
      return {};
    return how_.sink(task.layer,
                     index_of(edges_.grid_of(task.layer), task.index), made);
  }

  void keep(const block_key& task, block made) {
    auto& h = at(task);
    h.readers = edges_.consumers(task);
    if (h.readers > 0)
      h.made = std::move(made);
    else
      bytes_ -= made.bytes();
  }

  void grow(std::size_t bytes) {
    bytes_ += bytes;
    report_.peak_bytes = std::max(report_.peak_bytes, bytes_);
  }

  const edge_index& edges_;
  const synchronous_options& how_;
  std::vector<std::vector<holding>> held_;
  std::vector<block> inputs_;
  std::size_t bytes_ = 0;
  synchronous_report report_;
};

} // namespace

result<synchronous_report> run_synchronously(const edge_index& edges,
                                             const synchronous_options& how) {
  return execution{edges, how}.run();
}

} // namespace tern
