#include "tests/apps/runners.hpp"

#include "dataflow/graph/synchronous.hpp"
#include "dataflow/io/netcdf.hpp"
#include "dataflow/io/npy.hpp"
#include "dataflow/optimize/optimize.hpp"
#include "dataflow/runtime/executor.hpp"
#include "dataflow/runtime/local_nodes.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

namespace tern::testing {
namespace {

/// Puts blocks into their places of a whole array.
class assembly {
public:
  explicit assembly(const array& a)
    : cut_(a.cut()), extents_(a.shape()), type_(a.type()),
      whole_(type_, extents_) {}

  result<void> put(const shape& index, const block& b) {
    if (b.type() != type_ || b.shape() != block_shape(cut_, index))
      return fail(failure_kind::malformed, "a block of " + to_string(b.shape())
                                               + " at " + to_string(index));
    const auto width = size_of(b.type());
    for (std::int64_t i = 0; i < b.size(); ++i) {
      auto place = index_of(b.shape(), i);
      for (std::size_t axis = 0; axis < place.size(); ++axis)
        place[axis] += cut_[axis].start(index[axis]);
      std::memcpy(whole_.data()
                      + static_cast<std::size_t>(linear_of(extents_, place))
                            * width,
                  b.data() + static_cast<std::size_t>(i) * width, width);
    }
    elements_ += b.size();
    return {};
  }

  result<block> finish() {
    if (elements_ != element_count(extents_))
      return fail(failure_kind::malformed, "blocks are missing");
    return whole_.finish();
  }

private:
  chunks cut_;
  shape extents_;
  dtype type_;
  block_builder whole_;
  std::int64_t elements_ = 0;
};

block or_throw(result<block> b) {
  if (!b)
    throw task_error(b.error());
  return *std::move(b);
}

result<block> run_graph(graph g, const array& a) {
  assembly whole(a);
  synchronous_options how;
  how.hooks.read_nc = [](const auto&... what) {
    return or_throw(read_nc(what...));
  };
  how.hooks.read_npy = [](const auto&... what) {
    return or_throw(read_npy(what...));
  };
  how.sink = [&](layer_id, const shape& index, block made) {
    return whole.put(index, made);
  };
  const edge_index edges(std::move(g));
  if (const auto done = run_synchronously(edges, how); !done)
    return tl::make_unexpected(done.error());
  return whole.finish();
}

result<block> synchronous(const array& a) {
  return run_graph(planned(a), a);
}

result<block> synchronous_as_written(const array& a) {
  return run_graph(lower({&a, 1}), a);
}

std::vector<std::unique_ptr<executor>> sessions;

/// Ends them while the program still runs.
struct session_end {
  ~session_end() {
    sessions.clear();
  }
};
BOOST_TEST_GLOBAL_FIXTURE(session_end);

/// Nodes that run before a session joins them.
local_nodes& running_nodes() {
  static local_nodes nodes;
  if (nodes.all().empty())
    if (auto ok = nodes.start(
            {.executable = TERN_BINARY_DIR "/tern", .count = 3, .threads = 1});
        !ok)
      throw std::runtime_error(ok.error().what);
  return nodes;
}

/// A session for all references: nodes are started once.
executor& session_of(scheduler kind, bool rotate) {
  session_options options;
  options.scheduler = kind;
  options.threads = kind == scheduler::threads ? 2 : 1;
  options.nodes = 3;
  options.rotate = rotate;
  if (kind == scheduler::cluster) {
    const auto& node = running_nodes().all().back();
    options.join_host = node.host;
    options.join_port = node.port;
  }
  options.executable = TERN_BINARY_DIR "/tern";
  auto opened = executor::open(std::move(options));
  if (!opened)
    throw std::runtime_error(opened.error().what);
  sessions.push_back(std::move(*opened));
  return *sessions.back();
}

result<block> run_in(executor& s, const array& a) {
  assembly whole(a);
  compute_hooks hooks;
  hooks.sink = [&](std::size_t, const shape& index, const shape&,
                   const block& made) {
    return whole.put(index, made);
  };
  auto done = s.compute({&a, 1}, hooks);
  if (!done)
    return tl::make_unexpected(done.error());
  return whole.finish();
}

result<block> threads(const array& a) {
  static auto& s = session_of(scheduler::threads, false);
  return run_in(s, a);
}

result<block> processes(const array& a) {
  static auto& s = session_of(scheduler::processes, false);
  return run_in(s, a);
}

result<block> rotating_processes(const array& a) {
  static auto& s = session_of(scheduler::processes, true);
  return run_in(s, a);
}

result<block> cluster(const array& a) {
  static auto& s = session_of(scheduler::cluster, false);
  return run_in(s, a);
}

const runner all[] = {
    {"synchronous", synchronous},
    {"synchronous, no passes", synchronous_as_written},
    {"threads", threads},
    {"processes", processes},
    {"processes, rotating", rotating_processes},
    {"cluster", cluster},
};

} // namespace

std::span<const runner> runners() {
  return all;
}

graph planned(const array& a) {
  return optimize(lower({&a, 1}));
}

} // namespace tern::testing
