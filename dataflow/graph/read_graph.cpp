#include "dataflow/graph/graph_schema.inl"

#include <stdexcept>

namespace tern {

namespace {

/// What `read_graph` turns into a failure.
struct malformed_plan : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class Values, class List>
Values all_of(List list) {
  Values values;
  values.reserve(list.size());
  for (auto v : list)
    values.push_back(v);
  return values;
}

template <class Values, class List>
Values axes_of(List list) {
  if (list.size() > max_axes)
    throw malformed_plan(std::to_string(list.size()) + " axes");
  return all_of<Values>(list);
}

axis_chunks read_axis(capnp::List<std::int64_t>::Reader runs) {
  axis_chunks axis;
  if (runs.size() % 2)
    throw malformed_plan("half a run of blocks");
  for (unsigned i = 0; i < runs.size(); i += 2) {
    auto count = runs[i];
    auto extent = runs[i + 1];
    std::int64_t sum = 0;
    if (count < 1 || extent < 0 || count > max_blocks
        || __builtin_mul_overflow(count, extent, &sum)
        || __builtin_add_overflow(sum, axis.extent(), &sum)
        || axis.count() > max_blocks)
      throw malformed_plan("a run of " + std::to_string(count) + " blocks of "
                           + std::to_string(extent));
    axis.append(count, extent);
  }
  return axis;
}

chunks read_chunks(capnp::List<capnp::List<std::int64_t>>::Reader from) {
  chunks cut;
  if (from.size() > max_axes)
    throw malformed_plan(std::to_string(from.size()) + " axes");
  for (auto runs : from)
    cut.push_back(read_axis(runs));
  return cut;
}

source read_source(schema::Source::Reader from) {
  source s;
  s.kind = static_cast<source_kind>(from.getKind());
  s.type = static_cast<dtype>(from.getDtype());
  s.value = from.getValue();
  s.delta = from.getDelta();
  s.seed = from.getSeed();
  s.extents = axes_of<shape>(from.getExtents());
  s.imaginary = from.getImaginary();
  return s;
}

op_blockwise read_blockwise(schema::Blockwise::Reader from) {
  using axes = boost::container::small_vector<std::int8_t, 4>;
  op_blockwise op;
  for (auto s : from.getSteps())
    op.code.steps.push_back(
        {static_cast<opcode>(s.getOp()), static_cast<dtype>(s.getDtype()),
         s.getA(), s.getB(), s.getC(), s.getValue(), s.getImaginary()});
  for (auto o : from.getOperands()) {
    auto& read = op.operands.emplace_back();
    read.input = o.getInput();
    read.axes = axes_of<axes>(o.getAxes());
    if (read.input < 0) {
      read.made = read_source(o.getMade());
      read.made_axes = axes_of<axes>(o.getMadeAxes());
    }
  }
  return op;
}

op_reduce_chunk read_reduce_chunk(schema::ReduceChunk::Reader from) {
  op_reduce_chunk op;
  op.how = static_cast<reduction>(from.getHow());
  op.axes = axes_of<std::vector<bool>>(from.getAxes());
  op.feed = read_blockwise(from.getFeed());
  op.space = read_chunks(from.getSpace());
  return op;
}

op_slice read_slice(schema::Slice::Reader from) {
  op_slice op;
  op.start = axes_of<shape>(from.getStart());
  op.step = axes_of<shape>(from.getStep());
  op.extent = axes_of<shape>(from.getExtent());
  op.dropped = axes_of<std::vector<bool>>(from.getDropped());
  op.added = axes_of<std::vector<bool>>(from.getAdded());
  op.kept = read_chunks(from.getKept());
  return op;
}

op_read_nc read_read_nc(schema::ReadNc::Reader from) {
  op_read_nc op;
  op.path = from.getPath().cStr();
  op.variable = from.getVariable().cStr();
  op.scale = from.getScale();
  op.offset = from.getOffset();
  op.unpack = from.getUnpack();
  op.missing = all_of<std::vector<double>>(from.getMissing());
  return op;
}

resource_counts read_resources(capnp::List<schema::Resource>::Reader from) {
  resource_counts counts;
  for (auto r : from)
    if (!counts.emplace(r.getName().cStr(), r.getCount()).second)
      throw malformed_plan("a resource that is named twice");
  return counts;
}

op_call read_call(schema::Call::Reader from) {
  auto bytes = from.getArguments();
  auto* begin = reinterpret_cast<const std::byte*>(bytes.begin());
  return {from.getName().cStr(), {begin, begin + bytes.size()},
          from.getOpaque(),      from.getRetries(),
          from.getPriority(),    read_resources(from.getResources())};
}

operation read_operation(schema::Layer::Op::Reader from) {
  using op = schema::Layer::Op;
  switch (from.which()) {
  case op::BLOCKWISE:
    return read_blockwise(from.getBlockwise());
  case op::REDUCE_CHUNK:
    return read_reduce_chunk(from.getReduceChunk());
  case op::REDUCE_COMBINE:
    return op_reduce_combine{static_cast<reduction>(from.getReduceCombine())};
  case op::REDUCE_FINISH: {
    auto finish = from.getReduceFinish();
    return op_reduce_finish{static_cast<reduction>(finish.getHow()),
                            finish.getDdof()};
  }
  case op::SLICE:
    return read_slice(from.getSlice());
  case op::DOT:
    return op_dot{};
  case op::READ_NC:
    return read_read_nc(from.getReadNc());
  case op::READ_NPY:
    return op_read_npy{from.getReadNpy().cStr()};
  case op::CALL:
    return read_call(from.getCall());
  case op::ASSEMBLE:
    return op_assemble{};
  case op::RESHAPE:
    return op_reshape{};
  case op::SCAN: {
    auto scan = from.getScan();
    return op_scan{static_cast<reduction>(scan.getHow()), scan.getAxis()};
  }
  case op::TAKE:
    return op_take{from.getTake().getAxis(),
                   all_of<std::vector<std::uint32_t>>(from.getTake().getAt())};
  }
  throw malformed_plan("an unknown operation");
}

std::shared_ptr<const explicit_edges> read_edges(schema::Edges::Reader from) {
  auto edges = std::make_shared<explicit_edges>();
  edges->offsets.reserve(from.getCounts().size() + 1);
  edges->offsets.push_back(0);
  for (auto count : from.getCounts())
    edges->offsets.push_back(edges->offsets.back() + count);
  edges->predecessors =
      all_of<std::vector<std::uint32_t>>(from.getPredecessors());
  if (edges->offsets.back() != edges->predecessors.size())
    throw malformed_plan("rows of edges that do not fit their tasks");
  for (auto p : edges->predecessors)
    if (p >= edges->offsets.size() - 1)
      throw malformed_plan("an edge from a task that is not there");
  edges->index();
  return edges;
}

layer read_layer(schema::Layer::Reader from) {
  layer l;
  l.type = static_cast<dtype>(from.getDtype());
  l.parts = from.getParts();
  l.out = read_chunks(from.getOut());
  l.expression = from.getExpression().cStr();
  if (from.hasEdges())
    l.edges = read_edges(from.getEdges());
  for (auto in : from.getInputs()) {
    auto& read = l.inputs.emplace_back();
    read.from = in.getFrom();
    if (in.getAxes().size() > max_axes)
      throw malformed_plan("too many axes");
    for (auto map : in.getAxes())
      read.axes.push_back({static_cast<axis_map::kind>(map.getHow()),
                           map.getAxis(), map.getOffset(), map.getFactor()});
  }
  l.op = read_operation(from.getOp());
  return l;
}

} // namespace

result<graph> read_graph(schema::Plan::Reader from) {
  graph g;
  try {
    for (auto l : from.getLayers())
      g.layers.push_back(read_layer(l));
    g.roots = all_of<std::vector<layer_id>>(from.getRoots());
  } catch (const malformed_plan& e) {
    return fail(failure_kind::malformed, "plan: layer "
                                             + std::to_string(g.layers.size())
                                             + ": " + e.what());
  }
  return g;
}

} // namespace tern
