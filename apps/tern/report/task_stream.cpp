// Two passes over the tasks: the first one counts, and finds out which lanes
// and layers there are; the second one takes the tasks one by one, if there are
// not too many. If there are, time is cut into so many bins a lane that all of
// them together stay below the limit: a task that is shorter than a bin goes
// into the bar of the bin it begins in. Tasks of one thread follow each other,
// so there are not more long ones than bins; where a file says otherwise, what
// is too much goes into bars, too.
#include "apps/tern/report/task_stream.hpp"

#include "actors/trace/message_flights.hpp"
#include "actors/trace/task_spans.hpp"
#include "actors/trace/trace_names.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>
#include <utility>

namespace tern {

namespace {

constexpr std::size_t fewest_bins = 16;
constexpr std::size_t most_bins = 4096;

/// Node and thread.
using lane_name = std::pair<std::size_t, std::uint32_t>;
/// Plan and layer.
using layer_name = std::pair<std::uint64_t, std::uint32_t>;

layer_name layer_of(const actor_id& task) {
  return {task.plan(), task.layer()};
}

class stream_builder {
public:
  stream_builder(const trace_content& trace,
                 std::span<const std::int64_t> offsets,
                 const stream_limits& limits)
    : trace_(trace), offsets_(offsets), limits_(limits) {}

  task_stream build() {
    each([this](std::size_t node, const task_span& s) { count(node, s); });
    out_.span = out_.ended > 0 ? end_ - out_.begin : 0;
    choose_lanes();
    choose_layers();
    choose_bins();
    each([this](std::size_t node, const task_span& s) { place(node, s); });
    take_bars();
    const auto by_place = [](const auto& e) {
      return std::pair{e.lane, e.begin};
    };
    std::ranges::stable_sort(out_.tasks, {}, by_place);
    find_arrows();
    return std::move(out_);
  }

private:
  struct bin {
    std::uint64_t tasks = 0;
    std::uint64_t failed = 0;
    std::int64_t busy = 0;
    std::map<std::size_t, std::int64_t> layers; ///< time, by position
  };

  /// f(node, span) for all that ended.
  template <class F>
  void each(F&& f) {
    for (std::size_t node = 0; node < trace_.nodes.size(); ++node)
      each_task(trace_.nodes[node], [&](const task_span& s) {
        if (s.how != span_end::open)
          f(node, s);
      });
  }

  std::int64_t begin_of(std::size_t node, const task_span& s) const {
    return aligned_time(s.begin, offsets_[node]);
  }
  static std::int64_t time_of(const task_span& s) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max() / 4;
    return s.duration() < most ? static_cast<std::int64_t>(s.duration()) : most;
  }

  void count(std::size_t node, const task_span& s) {
    const auto begin = begin_of(node, s);
    out_.begin = out_.ended == 0 ? begin : std::min(out_.begin, begin);
    end_ = std::max(out_.ended == 0 ? begin : end_, begin + time_of(s));
    ++out_.ended;
    auto& layer = layers_[layer_of(s.task)];
    ++layer.tasks;
    layer.failed += s.how == span_end::failed;
    layer.time += time_of(s);
    if (s.holds_thread)
      ++lanes_[{node, s.thread}];
    else
      ++out_.off_lane;
  }

  /// Those with most tasks, if there are too many.
  void choose_lanes() {
    std::vector<std::pair<std::uint64_t, lane_name>> all;
    for (const auto& [name, tasks] : lanes_)
      all.emplace_back(tasks, name);
    std::ranges::stable_sort(all, std::ranges::greater{},
                             [](const auto& l) { return l.first; });
    for (auto i = std::min(all.size(), limits_.lanes); i < all.size(); ++i) {
      ++out_.lanes_left_out;
      out_.left_out += all[i].first;
      lanes_.erase(all[i].second);
    }
    for (auto& [name, number] : lanes_) {
      number = out_.lanes.size();
      out_.lanes.push_back({name.first, name.second, name_of(name)});
    }
  }

  std::string name_of(const lane_name& lane) const {
    const auto& threads = trace_.nodes[lane.first].threads;
    const auto found =
        std::ranges::find(threads, lane.second, &thread_trace::thread);
    return found != threads.end() ? found->name : std::string{};
  }

  void choose_layers() {
    for (const auto& [name, layer] : layers_) {
      out_.layers.push_back(layer);
      out_.layers.back().plan = name.first;
      out_.layers.back().layer = name.second;
    }
    std::ranges::stable_sort(out_.layers, std::ranges::greater{},
                             &stream_layer::time);
    if (out_.layers.size() > limits_.layers) {
      out_.layers_left_out = out_.layers.size() - limits_.layers;
      out_.layers.resize(limits_.layers);
    }
    for (std::size_t i = 0; i < out_.layers.size(); ++i)
      positions_.emplace(layer_name{out_.layers[i].plan, out_.layers[i].layer},
                         i);
  }

  void choose_bins() {
    const auto shown = out_.ended - out_.off_lane - out_.left_out;
    if (shown <= limits_.tasks || out_.lanes.empty())
      return;
    bins_ =
        std::clamp(limits_.bars / out_.lanes.size(), fewest_bins, most_bins);
    const auto bins = static_cast<std::int64_t>(bins_);
    width_ = std::max<std::int64_t>(out_.span / bins + 1, 1);
    cells_.resize(bins_ * out_.lanes.size());
    long_ones_.resize(out_.lanes.size());
  }

  void place(std::size_t node, const task_span& s) {
    const auto lane = lanes_.find({node, s.thread});
    if (!s.holds_thread || lane == lanes_.end())
      return;
    const auto found = positions_.find(layer_of(s.task));
    const auto layer =
        found != positions_.end() ? found->second : out_.layers.size();
    const auto begin = begin_of(node, s) - out_.begin;
    const auto number = static_cast<std::size_t>(lane->second);
    const bool failed = s.how == span_end::failed;
    if (bins_ == 0 || (time_of(s) >= width_ && long_ones_[number]++ < bins_)) {
      out_.tasks.push_back({static_cast<std::uint32_t>(number), begin,
                            time_of(s), layer, s.task.index(), failed});
      return;
    }
    const auto at = static_cast<std::size_t>(begin / width_);
    auto& cell = cells_[number * bins_ + std::min(at, bins_ - 1)];
    ++cell.tasks;
    cell.failed += failed;
    cell.busy += time_of(s);
    cell.layers[layer] += time_of(s);
    ++out_.merged;
  }

  void take_bars() {
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const auto& cell = cells_[i];
      if (cell.tasks == 0)
        continue;
      const auto most = std::ranges::max_element(
          cell.layers, {}, [](const auto& l) { return l.second; });
      out_.bars.push_back({static_cast<std::uint32_t>(i / bins_),
                           static_cast<std::int64_t>(i % bins_) * width_,
                           width_, cell.busy, cell.tasks, cell.failed,
                           most->first});
    }
  }

  // -- what went from node to node -------------------------------------------

  struct departure {
    std::size_t node = 0;
    std::int64_t time = 0;
    arrow_kind what = arrow_kind::lent;
  };
  using departures = std::unordered_map<actor_id, std::vector<departure>>;

  departures find_departures() const {
    departures out;
    for (std::size_t node = 0; node < trace_.nodes.size(); ++node)
      for (const auto& thread : trace_.nodes[node].threads)
        for (const auto& e : thread.events)
          if (e.kind == trace_kind::lent || e.kind == trace_kind::stolen)
            out[actor_of(trace_.nodes[node], e)].push_back(
                {node, aligned_time(e.time, offsets_[node]),
                 e.kind == trace_kind::stolen ? arrow_kind::stolen
                                              : arrow_kind::lent});
    return out;
  }

  void find_arrows() {
    const auto left = find_departures();
    std::unordered_map<node_id, std::size_t> nodes;
    for (std::size_t node = 0; node < trace_.nodes.size(); ++node)
      nodes.emplace(trace_.nodes[node].node, node);
    for (std::size_t node = 0; node < trace_.nodes.size(); ++node)
      for (const auto& thread : trace_.nodes[node].threads)
        for (const auto& e : thread.events)
          if (e.kind == trace_kind::moved)
            add_arrow(node, e, nodes, left);
    std::ranges::stable_sort(out_.arrows, {}, &stream_arrow::received);
    thin_out();
  }

  void add_arrow(std::size_t node, const trace_event& e,
                 const std::unordered_map<node_id, std::size_t>& nodes,
                 const departures& left) {
    const auto& n = trace_.nodes[node];
    const auto from =
        e.peer < n.peers.size() ? nodes.find(n.peers[e.peer]) : nodes.end();
    const auto received = aligned_time(e.time, offsets_[node]);
    if (from == nodes.end()) {
      ++out_.arrows_left_out;
      return;
    }
    stream_arrow arrow{
        arrow_kind::moved,     actor_of(n, e), from->second,
        received - out_.begin, node,           received - out_.begin};
    if (const auto seen = left.find(arrow.who); seen != left.end())
      for (const auto& d : seen->second)
        if (d.node == arrow.from && d.time <= received
            && (arrow.what == arrow_kind::moved
                || d.time - out_.begin > arrow.sent)) {
          arrow.what = d.what;
          arrow.sent = d.time - out_.begin;
        }
    out_.arrows.push_back(arrow);
  }

  /// Evenly over time.
  void thin_out() {
    const auto all = out_.arrows.size();
    const auto most = limits_.arrows;
    if (all <= most)
      return;
    for (std::size_t i = 0; i < most; ++i)
      out_.arrows[i] = out_.arrows[i * all / most];
    out_.arrows.resize(most);
    out_.arrows_left_out += all - most;
  }

  const trace_content& trace_;
  const std::span<const std::int64_t> offsets_;
  const stream_limits limits_;
  task_stream out_;
  std::int64_t end_ = 0;
  std::map<lane_name, std::uint64_t> lanes_; ///< tasks, later its number
  std::map<layer_name, stream_layer> layers_;
  std::map<layer_name, std::size_t> positions_;
  std::size_t bins_ = 0; ///< a lane; 0: tasks are told one by one
  std::int64_t width_ = 0;
  std::vector<bin> cells_;
  std::vector<std::size_t> long_ones_; ///< by lane
};

} // namespace

task_stream stream_of(const trace_content& trace,
                      std::span<const std::int64_t> offsets,
                      const stream_limits& limits) {
  return stream_builder{trace, offsets, limits}.build();
}

} // namespace tern
