#include "dataflow/graph/same_work.hpp"

#include <boost/container_hash/hash.hpp>

namespace tern {

namespace {

/// What tells most layers of one kind apart; `same_work` has the last word.
struct hasher {
  std::size_t& seed;

  template <class... Ts>
  void mix(const Ts&... values) const {
    (boost::hash_combine(seed, values), ...);
  }

  void operator()(const op_blockwise& op) const {
    for (auto& s : op.code.steps)
      mix(static_cast<int>(s.op), static_cast<int>(s.type), s.a, s.b, s.c,
          s.value, s.imaginary);
    for (auto& o : op.operands) {
      mix(o.input, o.made.value, o.made.imaginary, o.made.seed);
      for (auto a : o.axes)
        mix(a);
    }
  }
  void operator()(const op_reduce_chunk& op) const {
    mix(static_cast<int>(op.how));
    for (bool reduced : op.axes)
      mix(reduced);
    (*this)(op.feed);
  }
  void operator()(const op_reduce_combine& op) const {
    mix(static_cast<int>(op.how));
  }
  void operator()(const op_reduce_finish& op) const {
    mix(static_cast<int>(op.how), op.ddof);
  }
  void operator()(const op_slice& op) const {
    for (std::size_t i = 0; i < op.start.size(); ++i)
      mix(op.start[i], op.step[i], op.extent[i]);
  }
  void operator()(const op_dot&) const {}
  void operator()(const op_assemble&) const {}
  void operator()(const op_reshape&) const {}
  void operator()(const op_scan& op) const {
    mix(static_cast<int>(op.how), op.axis);
  }
  void operator()(const op_take& op) const {
    mix(op.axis, op.at.size());
    for (std::size_t i = 0; i < op.at.size(); i += 1 + op.at.size() / 64)
      mix(op.at[i]);
  }
  void operator()(const op_read_nc& op) const {
    mix(op.path, op.variable);
  }
  void operator()(const op_read_npy& op) const {
    mix(op.path);
  }
  void operator()(const op_call& op) const {
    mix(op.name, op.arguments.size(), op.retries, op.priority, op.resources);
  }
};

} // namespace

bool same_work(const layer& a, const layer& b) {
  return a.type == b.type && a.parts == b.parts && a.edges == b.edges
         && a.inputs == b.inputs && a.out == b.out && a.op == b.op;
}

std::size_t hash_of_work(const layer& l) noexcept {
  std::size_t seed = l.op.index();
  hasher h{seed};
  h.mix(static_cast<int>(l.type), l.parts);
  for (auto& in : l.inputs) {
    h.mix(in.from);
    for (auto& m : in.axes)
      h.mix(static_cast<int>(m.how), m.axis, m.offset, m.factor);
  }
  for (auto& axis : l.out)
    h.mix(axis.extent(), axis.count());
  std::visit(h, l.op);
  return seed;
}

} // namespace tern
