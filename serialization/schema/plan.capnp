@0xb6c1f0a2d7e34815;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("tern::schema");

# A graph of symbolic layers (dataflow/graph/layer.hpp): a few hundred bytes a
# layer, whatever the number of its blocks. Numbers of dtypes, operations,
# reductions and kinds are those of the enumerations there.

struct Plan {
  layers @0 :List(Layer); # inputs before their readers
  roots @1 :List(UInt32);
}

struct Layer {
  dtype @0 :UInt8;
  parts @1 :UInt8;
  out @2 :List(List(Int64)); # an axis: count, size of each run of blocks
  inputs @3 :List(Input);
  expression @4 :Text;
  edges @5 :Edges;           # null for layers that have inputs
  op :union {
    blockwise @6 :Blockwise;
    reduceChunk @7 :ReduceChunk;
    reduceCombine @8 :UInt8;
    reduceFinish @9 :ReduceFinish;
    slice @10 :Slice;
    dot @11 :Void;
    readNc @12 :ReadNc;
    call @13 :Call;
    assemble @14 :Void;
    reshape @15 :Void;
    readNpy @16 :Text; # the path
    scan @17 :Scan;
    take @18 :Take;
  }
}

struct Input {
  from @0 :UInt32;
  axes @1 :List(AxisMap);
}

struct AxisMap {
  how @0 :UInt8;
  axis @1 :Int8;
  offset @2 :Int64;
  factor @3 :Int64;
}

struct Edges {
  counts @0 :List(UInt32);       # predecessors a task
  predecessors @1 :List(UInt32);
}

struct Step {
  op @0 :UInt8;
  dtype @1 :UInt8;
  a @2 :UInt16;
  b @3 :UInt16;
  c @4 :UInt16;
  value @5 :UInt64;
  imaginary @6 :UInt64;    # of a complex constant; `value` is its real part
}

struct Source {
  kind @0 :UInt8;
  dtype @1 :UInt8;
  value @2 :UInt64;
  delta @3 :UInt64;
  seed @4 :UInt64;
  extents @5 :List(Int64);
  imaginary @6 :UInt64;    # as in Step
}

struct Operand {
  input @0 :Int32;
  axes @1 :List(Int8);
  made @2 :Source;         # null where `input` is not negative
  madeAxes @3 :List(Int8);
}

struct Blockwise {
  steps @0 :List(Step);
  operands @1 :List(Operand);
}

struct ReduceChunk {
  how @0 :UInt8;
  axes @1 :List(Bool);
  feed @2 :Blockwise;
  space @3 :List(List(Int64));
}

struct ReduceFinish {
  how @0 :UInt8;
  ddof @1 :Float64;
}

struct Scan {
  how @0 :UInt8;
  axis @1 :UInt8;
}

struct Take {
  axis @0 :UInt8;
  at @1 :List(UInt32);
}

struct Slice {
  start @0 :List(Int64);
  step @1 :List(Int64);
  extent @2 :List(Int64);
  dropped @3 :List(Bool);
  added @4 :List(Bool);
  kept @5 :List(List(Int64));
}

struct ReadNc {
  path @0 :Text;
  variable @1 :Text;
  scale @2 :Float64;
  offset @3 :Float64;
  unpack @4 :Bool;
  missing @5 :List(Float64);
}

struct Resource {
  name @0 :Text;
  count @1 :UInt32;
}

struct Call {
  name @0 :Text;
  arguments @1 :Data;
  opaque @2 :Bool;
  retries @3 :UInt32;
  priority @4 :Int32;
  resources @5 :List(Resource); # of its node, while it runs
}
