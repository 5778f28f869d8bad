#include "tests/apps/runners.hpp"

#include "dataflow/graph/synchronous.hpp"
#include "dataflow/io/netcdf.hpp"
#include "dataflow/optimize/optimize.hpp"

#include <cstring>

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

block read_or_throw(const op_read_nc& what, dtype type, const shape& start,
                    const shape& count) {
  auto b = read_nc(what, type, start, count);
  if (!b)
    throw task_error(b.error());
  return *std::move(b);
}

result<block> run_graph(graph g, const array& a) {
  assembly whole(a);
  synchronous_options how;
  how.hooks.read_nc = read_or_throw;
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

const runner all[] = {
    {"synchronous", synchronous},
    {"synchronous, no passes", synchronous_as_written},
};

} // namespace

std::span<const runner> runners() {
  return all;
}

graph planned(const array& a) {
  return optimize(lower({&a, 1}));
}

} // namespace tern::testing
