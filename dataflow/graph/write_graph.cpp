#include "dataflow/graph/graph_schema.inl"

namespace tern {

namespace {

template <class List, class Values>
void set_all(List list, const Values& values) {
  unsigned i = 0;
  for (auto v : values)
    list.set(i++, v);
}

unsigned length(const auto& list) {
  return static_cast<unsigned>(list.size());
}

void write_chunks(const chunks& cut,
                  capnp::List<capnp::List<std::int64_t>>::Builder to) {
  for (unsigned axis = 0; axis < cut.size(); ++axis) {
    auto runs = to.init(axis, 2 * length(cut[axis].runs()));
    unsigned i = 0;
    for (auto& r : cut[axis].runs()) {
      runs.set(i++, r.count);
      runs.set(i++, r.size);
    }
  }
}

void write_source(const source& s, schema::Source::Builder to) {
  to.setKind(static_cast<std::uint8_t>(s.kind));
  to.setDtype(static_cast<std::uint8_t>(s.type));
  to.setValue(s.value);
  to.setDelta(s.delta);
  to.setSeed(s.seed);
  to.setImaginary(s.imaginary);
  set_all(to.initExtents(length(s.extents)), s.extents);
}

void write_blockwise(const op_blockwise& op, schema::Blockwise::Builder to) {
  auto steps = to.initSteps(length(op.code.steps));
  for (unsigned i = 0; i < steps.size(); ++i) {
    auto& s = op.code.steps[i];
    steps[i].setOp(static_cast<std::uint8_t>(s.op));
    steps[i].setDtype(static_cast<std::uint8_t>(s.type));
    steps[i].setA(s.a);
    steps[i].setB(s.b);
    steps[i].setC(s.c);
    steps[i].setValue(s.value);
    steps[i].setImaginary(s.imaginary);
  }
  auto operands = to.initOperands(length(op.operands));
  for (unsigned i = 0; i < operands.size(); ++i) {
    auto& o = op.operands[i];
    operands[i].setInput(o.input);
    set_all(operands[i].initAxes(length(o.axes)), o.axes);
    if (o.input < 0) {
      write_source(o.made, operands[i].initMade());
      set_all(operands[i].initMadeAxes(length(o.made_axes)), o.made_axes);
    }
  }
}

struct operation_writer {
  schema::Layer::Op::Builder to;

  void operator()(const op_blockwise& op) {
    write_blockwise(op, to.initBlockwise());
  }
  void operator()(const op_reduce_chunk& op) {
    auto out = to.initReduceChunk();
    out.setHow(static_cast<std::uint8_t>(op.how));
    set_all(out.initAxes(length(op.axes)), op.axes);
    write_blockwise(op.feed, out.initFeed());
    write_chunks(op.space, out.initSpace(length(op.space)));
  }
  void operator()(const op_reduce_combine& op) {
    to.setReduceCombine(static_cast<std::uint8_t>(op.how));
  }
  void operator()(const op_reduce_finish& op) {
    auto out = to.initReduceFinish();
    out.setHow(static_cast<std::uint8_t>(op.how));
    out.setDdof(op.ddof);
  }
  void operator()(const op_slice& op) {
    auto out = to.initSlice();
    set_all(out.initStart(length(op.start)), op.start);
    set_all(out.initStep(length(op.step)), op.step);
    set_all(out.initExtent(length(op.extent)), op.extent);
    set_all(out.initDropped(length(op.dropped)), op.dropped);
    set_all(out.initAdded(length(op.added)), op.added);
    write_chunks(op.kept, out.initKept(length(op.kept)));
  }
  void operator()(const op_dot&) {
    to.setDot();
  }
  void operator()(const op_assemble&) {
    to.setAssemble();
  }
  void operator()(const op_reshape&) {
    to.setReshape();
  }
  void operator()(const op_scan& op) {
    auto out = to.initScan();
    out.setHow(static_cast<std::uint8_t>(op.how));
    out.setAxis(op.axis);
  }
  void operator()(const op_take& op) {
    auto out = to.initTake();
    out.setAxis(op.axis);
    set_all(out.initAt(length(op.at)), op.at);
  }
  void operator()(const op_read_nc& op) {
    auto out = to.initReadNc();
    out.setPath(op.path);
    out.setVariable(op.variable);
    out.setScale(op.scale);
    out.setOffset(op.offset);
    out.setUnpack(op.unpack);
    set_all(out.initMissing(length(op.missing)), op.missing);
  }
  void operator()(const op_read_npy& op) {
    to.setReadNpy(op.path);
  }
  void operator()(const op_call& op) {
    auto out = to.initCall();
    out.setName(op.name);
    out.setArguments({reinterpret_cast<const capnp::byte*>(op.arguments.data()),
                      op.arguments.size()});
    out.setOpaque(op.opaque);
    out.setRetries(op.retries);
    out.setPriority(op.priority);
    auto resources = out.initResources(length(op.resources));
    unsigned i = 0;
    for (const auto& [name, count] : op.resources) {
      resources[i].setName(name);
      resources[i++].setCount(count);
    }
  }
};

void write_edges(const explicit_edges& edges, schema::Edges::Builder to) {
  auto tasks = edges.offsets.size() - 1;
  auto counts = to.initCounts(static_cast<unsigned>(tasks));
  for (unsigned i = 0; i < tasks; ++i)
    counts.set(
        i, static_cast<std::uint32_t>(edges.offsets[i + 1] - edges.offsets[i]));
  set_all(to.initPredecessors(length(edges.predecessors)), edges.predecessors);
}

void write_layer(const layer& l, schema::Layer::Builder to) {
  to.setDtype(static_cast<std::uint8_t>(l.type));
  to.setParts(static_cast<std::uint8_t>(l.parts));
  write_chunks(l.out, to.initOut(length(l.out)));
  to.setExpression(l.expression);
  if (l.edges)
    write_edges(*l.edges, to.initEdges());
  auto inputs = to.initInputs(length(l.inputs));
  for (unsigned i = 0; i < inputs.size(); ++i) {
    inputs[i].setFrom(l.inputs[i].from);
    auto axes = inputs[i].initAxes(length(l.inputs[i].axes));
    for (unsigned k = 0; k < axes.size(); ++k) {
      auto& map = l.inputs[i].axes[k];
      axes[k].setHow(static_cast<std::uint8_t>(map.how));
      axes[k].setAxis(map.axis);
      axes[k].setOffset(map.offset);
      axes[k].setFactor(map.factor);
    }
  }
  std::visit(operation_writer{to.getOp()}, l.op);
}

} // namespace

void write_graph(const graph& g, schema::Plan::Builder to) {
  auto layers = to.initLayers(length(g.layers));
  for (unsigned i = 0; i < layers.size(); ++i)
    write_layer(g.layers[i], layers[i]);
  set_all(to.initRoots(length(g.roots)), g.roots);
}

} // namespace tern
