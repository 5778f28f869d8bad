#include "dataflow/runtime/analysis/schedule_model.hpp"

#include "dataflow/runtime/message.hpp"
#include "dataflow/runtime/placement.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <tuple>
#include <utility>

namespace tern {

namespace {

constexpr double ns = 1e-9;

double seconds(std::int64_t time) {
  return static_cast<double>(time) * ns;
}

} // namespace

schedule_model::schedule_model(const edge_index& edges,
                               const plan_history& history)
  : edges_(edges), history_(history) {
  const auto all = history.executions();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (i + 1 == all.size() || all[i + 1].task != all[i].task)
      executions_.push_back(&all[i]);
  std::ranges::stable_sort(executions_, {},
                           [](const traced_execution* e) { return e->fired; });
  std::map<block_key, std::size_t> numbers;
  for (const auto* e : executions_) {
    numbers[e->task] = tasks_.size();
    tasks_.push_back(e->task);
    bytes_.push_back(static_cast<double>(edges.block_bytes(e->task)));
  }
  readers_.resize(tasks_.size());
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    ways_.push_back(ways_to(*executions_[i], numbers));
    for (const auto& w : ways_.back())
      readers_[w.from].push_back(i);
  }
  for (const auto& n : history.nodes())
    starts_.push_back(n.began ? seconds(*n.began - history.begin()) : 0);
  if (const auto* last = history.last())
    tail_ = seconds(history.end() - last->ended);
  estimate_ways();
}

std::vector<schedule_model::way>
schedule_model::ways_to(const traced_execution& reader,
                        const std::map<block_key, std::size_t>& numbers) const {
  std::vector<way> ways;
  edges_.each_input(reader.task, [&](std::uint32_t, const block_key& from) {
    const auto number = numbers.find(from);
    if (number == numbers.end())
      return;
    way w{number->second, {}, {}};
    const auto& made = *executions_[w.from];
    const auto heard = history_.heard(from, reader.task, reader.node);
    if (heard && *heard >= made.ended)
      w.news = seconds(*heard - made.ended);
    const auto* journey = history_.journey(from, reader.node);
    if (journey && journey->asked && journey->arrived) {
      const auto began = std::max(*journey->asked, made.ended);
      if (*journey->arrived >= began)
        w.fetch = seconds(*journey->arrived - began);
    }
    ways.push_back(w);
  });
  return ways;
}

void schedule_model::estimate_ways() {
  double news = 0;
  std::size_t heard = 0;
  for (std::size_t i = 0; i < ways_.size(); ++i)
    for (const auto& w : ways_[i]) {
      if (w.news) {
        news += *w.news;
        ++heard;
      }
      if (w.fetch)
        usual_.latency = std::min(usual_.latency.value_or(*w.fetch), *w.fetch);
    }
  if (heard > 0)
    usual_.news = news / static_cast<double>(heard);
  if (!usual_.latency)
    return;
  double beyond = 0;
  double bytes = 0;
  for (const auto& ways : ways_)
    for (const auto& w : ways)
      if (w.fetch) {
        beyond += *w.fetch - *usual_.latency;
        bytes += bytes_[w.from];
      }
  usual_.seconds_a_byte = bytes > 0 ? beyond / bytes : 0;
}

/// One run: events in order of time, then of task.
class schedule_model::replay {
public:
  replay(const schedule_model& model, const model_cluster& on)
    : m_(model), on_(on), free_(on.threads), queues_(on.threads.size()),
      missing_(model.tasks_.size()), finished_(model.tasks_.size()) {}

  std::optional<double> run() {
    for (std::size_t task = 0; task < m_.tasks_.size(); ++task) {
      missing_[task] = m_.ways_[task].size();
      if (missing_[task] == 0)
        add(start_of(on_.node_of[task]), what::ready, task);
    }
    double last = 0;
    while (!events_.empty() && possible_) {
      const auto [time, kind, task] = events_.top();
      events_.pop();
      last = std::max(last, time);
      now_ = time;
      take(kind, task);
    }
    return possible_ ? std::optional{last + m_.tail_} : std::nullopt;
  }

private:
  enum class what : std::uint8_t { finished, known, ready };
  using event = std::tuple<double, what, std::size_t>;

  void add(double time, what kind, std::size_t task) {
    events_.push({time, kind, task});
  }

  void take(what kind, std::size_t task) {
    switch (kind) {
    case what::finished:
      return finish(task);
    case what::known:
      return add(fetch_inputs(task), what::ready, task);
    case what::ready:
      queues_[on_.node_of[task]].push(task);
      return dispatch(on_.node_of[task]);
    }
  }

  void finish(std::size_t task) {
    const auto node = on_.node_of[task];
    finished_[task] = now_;
    if (m_.executions_[task]->holds_thread && on_.threads[node] > 0)
      ++free_[node];
    for (const auto reader : m_.readers_[task]) {
      if (--missing_[reader] > 0)
        continue;
      double known = 0;
      for (const auto& w : m_.ways_[reader])
        known = std::max(known, finished_[w.from] + news_of(w, reader));
      add(known, what::known, reader);
    }
    dispatch(node);
  }

  bool is_as_it_was(std::size_t task) const {
    return on_.node_of[task] == m_.executions_[task]->node;
  }

  double news_of(const way& w, std::size_t reader) {
    if (on_.node_of[w.from] == on_.node_of[reader])
      return 0;
    if (w.news && is_as_it_was(w.from) && is_as_it_was(reader))
      return *w.news;
    possible_ = possible_ && m_.usual_.news.has_value();
    return m_.usual_.news.value_or(0);
  }

  double fetch_of(const way& w, std::size_t reader) {
    const bool was = is_as_it_was(w.from) && is_as_it_was(reader);
    if (was && !w.fetch && w.news)
      return 0; // it came with the news
    const auto& usual = m_.usual_;
    if (!was && m_.bytes_[w.from] <= static_cast<double>(inline_limit))
      return 0;
    possible_ = possible_ && usual.latency.has_value();
    const auto latency = usual.latency.value_or(0);
    const auto beyond = was && w.fetch
                            ? *w.fetch - latency
                            : m_.bytes_[w.from] * usual.seconds_a_byte;
    return latency + beyond / on_.bandwidth;
  }

  /// When all are there. The first reader of a node fetches for all.
  double fetch_inputs(std::size_t task) {
    const auto node = on_.node_of[task];
    double there = now_;
    for (const auto& w : m_.ways_[task]) {
      if (on_.node_of[w.from] == node)
        continue;
      const auto [at, fresh] = fetched_.try_emplace({w.from, node}, now_);
      if (fresh)
        at->second += fetch_of(w, task);
      there = std::max(there, at->second);
    }
    return there;
  }

  /// A node that was not there takes as long to begin as the slowest.
  double start_of(std::size_t node) const {
    if (node < m_.starts_.size())
      return m_.starts_[node];
    return m_.starts_.empty() ? 0 : std::ranges::max(m_.starts_);
  }

  void dispatch(std::size_t node) {
    auto& queue = queues_[node];
    while (!queue.empty()) {
      const auto task = queue.top();
      const auto& was = *m_.executions_[task];
      const bool bound = was.holds_thread && on_.threads[node] > 0;
      if (bound && free_[node] == 0)
        return;
      free_[node] -= bound ? 1u : 0u;
      queue.pop();
      add(now_ + seconds(was.ended - was.fired), what::finished, task);
    }
  }

  const schedule_model& m_;
  const model_cluster& on_;
  std::vector<unsigned> free_;
  std::vector<std::priority_queue<std::size_t, std::vector<std::size_t>,
                                  std::greater<>>>
      queues_;
  std::vector<std::size_t> missing_;
  std::vector<double> finished_;
  std::map<std::pair<std::size_t, std::size_t>, double> fetched_;
  std::priority_queue<event, std::vector<event>, std::greater<>> events_;
  double now_ = 0;
  bool possible_ = true;
};

std::optional<double> schedule_model::run(const model_cluster& on) const {
  return replay{*this, on}.run();
}

model_cluster schedule_model::recorded(const plan_view& view) const {
  model_cluster out;
  for (const auto& n : history_.nodes()) {
    const auto place =
        std::ranges::find(view.places, n.id, &plan_view::place::node);
    const auto known = place == view.places.end() ? 1u : place->capacity;
    out.threads.push_back(std::max({1u, n.threads, known}));
  }
  for (const auto* e : executions_)
    out.node_of.push_back(e->node);
  return out;
}

std::optional<model_cluster> schedule_model::placed(plan_view view,
                                                    std::size_t more) const {
  if (view.places.empty())
    return std::nullopt;
  auto out = recorded(view);
  std::vector<std::size_t> node_of_place;
  std::uint32_t capacity = 1;
  for (const auto& place : view.places) {
    const auto& nodes = history_.nodes();
    const auto found = std::ranges::find(nodes, place.node, &history_node::id);
    if (found == nodes.end())
      return std::nullopt;
    node_of_place.push_back(static_cast<std::size_t>(found - nodes.begin()));
    capacity = std::max(capacity, place.capacity);
  }
  for (; more > 0; --more) {
    node_of_place.push_back(out.threads.size());
    out.threads.push_back(capacity);
    view.places.push_back({node_id{}, capacity});
  }
  const placement where{edges_, view};
  for (std::size_t i = 0; i < tasks_.size(); ++i)
    out.node_of[i] = node_of_place[where.owner(tasks_[i])];
  return out;
}

what_if ask_model(const edge_index& edges, const plan_history& history,
                  const plan_view& view) {
  what_if out;
  out.was = seconds(history.end() - history.begin());
  const schedule_model model{edges, history};
  auto cluster = model.recorded(view);
  out.as_it_was = model.run(cluster);
  cluster.bandwidth = 2;
  out.twice_the_bandwidth = model.run(cluster);
  cluster.bandwidth = 1;
  cluster.threads.assign(cluster.threads.size(), 0);
  out.no_waiting = model.run(cluster);
  if (const auto afresh = model.placed(view, 0))
    out.placed_afresh = model.run(*afresh);
  if (const auto larger = model.placed(view, 1))
    out.one_node_more = model.run(*larger);
  return out;
}

} // namespace tern
