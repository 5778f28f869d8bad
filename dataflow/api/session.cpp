#include "dataflow/api/session.hpp"

#include "actors/trace/trace_file.hpp"
#include "dataflow/api/background_run.hpp"
#include "dataflow/array/node.hpp"
#include "dataflow/block/assembly.hpp"
#include "dataflow/io/netcdf.hpp"
#include "dataflow/runtime/executor.hpp"
#include "dataflow/runtime/held_call.hpp"
#include "dataflow/runtime/running_call.hpp"

namespace tern {

namespace {

template <class T>
T value_or_throw(result<T> r) {
  if (!r)
    throw run_error{r.error()};
  return std::move(*r);
}

void check(const result<void>& r) {
  if (!r)
    throw run_error{r.error()};
}

/// Lets go of a plan that holds arrays, unless its session has ended.
class lease {
public:
  lease(std::weak_ptr<executor> run, std::uint64_t plan)
    : run_(std::move(run)), plan_(plan) {}
  lease(const lease&) = delete;
  lease& operator=(const lease&) = delete;
  ~lease() {
    if (const auto run = run_.lock())
      run->drop(plan_);
  }

private:
  std::weak_ptr<executor> run_;
  std::uint64_t plan_;
};

std::unique_ptr<array_writer> create_file(const std::filesystem::path& file,
                                          const array& a) {
  if (file.extension() == ".nc")
    return value_or_throw(create_nc(file, a));
  if (file.extension() == ".npy")
    return value_or_throw(create_npy(file, a));
  throw run_error{{failure_kind::refused,
                   file.string() + ": results are written as .nc or .npy"}};
}

} // namespace

struct session::state {
  explicit state(session_options options)
    : run(value_or_throw(executor::open(std::move(options)))) {}
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state() {
    for (const auto& each : background)
      if (const auto runs = each.lock())
        runs->end();
  }

  std::shared_ptr<executor> run;
  run_report last;
  std::vector<std::weak_ptr<background_run>> background;
};

session::session(session_options options)
  : state_(std::make_unique<state>(std::move(options))) {}

session session::of_this_call() {
  const auto* call = running_call::current();
  if (!call)
    throw run_error{{failure_kind::refused,
                     "this thread runs no function of a node, so there is no "
                     "session of its call"}};
  return session{call->for_more()};
}

session::session(session&& other) noexcept = default;
session& session::operator=(session&& other) noexcept = default;
session::~session() = default;

ndarray session::compute(const array& a) {
  return std::move(compute(std::span{&a, 1}).front());
}

std::vector<ndarray> session::compute(std::span<const array> arrays) {
  std::vector<assembly> parts;
  parts.reserve(arrays.size());
  for (const auto& a : arrays)
    parts.emplace_back(a.type(), a.shape());
  compute_hooks hooks;
  hooks.sink = [&](std::size_t number, const shape&, const shape& start,
                   const block& data) -> result<void> {
    parts[number].put(start, data);
    return {};
  };
  state_->last = value_or_throw(state_->run->compute(arrays, hooks));
  std::vector<ndarray> results;
  results.reserve(parts.size());
  for (auto& whole : parts)
    results.emplace_back(whole.finish());
  return results;
}

future session::call(std::string name,
                     const std::vector<call_argument>& arguments,
                     const call_options& how) {
  return make_call(std::move(name), arguments, how);
}

ndarray session::gather(const future& f, std::stop_token stop) {
  return std::move(gather(std::span{&f, 1}, std::move(stop)).front());
}

std::vector<ndarray> session::gather(std::span<const future> futures,
                                     std::stop_token stop) {
  const auto calls = calls_of(futures);
  std::vector<ndarray> results(calls.size());
  compute_hooks hooks;
  hooks.sink = [&](std::size_t number, const shape&, const shape&,
                   const block& data) -> result<void> {
    results[number] = ndarray{data};
    return {};
  };
  hooks.cancelled = [&stop] {
    return stop.stop_requested();
  };
  state_->last = value_or_throw(state_->run->compute(calls, hooks));
  return results;
}

completions session::as_completed(std::span<const future> futures) {
  auto started = std::make_shared<background_run>(
      state_->run, std::vector<future>{futures.begin(), futures.end()});
  auto& all = state_->background;
  std::erase_if(all, [](const auto& each) { return each.expired(); });
  all.push_back(started);
  return completions{std::move(started)};
}

array session::persist(const array& a) {
  auto held = value_or_throw(state_->run->hold({&a, 1}));
  auto kept = std::make_shared<const lease>(state_->run, held.plan);
  state_->last = std::move(held.report);
  const held_call from{held.plan, held.layers.front(), std::move(held.nodes)};
  auto n = make_node(encode(from), a.type(), a.cut(), a.expression());
  n->dimensions = a.dimensions();
  n->lease = std::move(kept);
  return array{std::move(n)};
}

void session::write(const array& a, const std::filesystem::path& file) {
  const auto out = create_file(file, a);
  compute_hooks hooks;
  hooks.sink = [&](std::size_t, const shape&, const shape& start,
                   const block& data) {
    return out->write(start, data);
  };
  state_->last = value_or_throw(state_->run->compute({&a, 1}, hooks));
  check(out->commit());
}

void session::write_traces(const std::filesystem::path& file) {
  const auto nodes = value_or_throw(state_->run->traces());
  auto out = value_or_throw(trace_writer::create(file.string()));
  for (const auto& plan : state_->run->traced_plans())
    check(out.add(plan));
  check(out.add(nodes));
}

const run_report& session::last_run() const noexcept {
  return state_->last;
}

} // namespace tern
