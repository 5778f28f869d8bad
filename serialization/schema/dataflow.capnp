@0xd3a4f1b0c5e69872;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("tern::schema");

# The bodies of messages between tasks. Who speaks to whom (plan, layer, index)
# is in the envelope.

struct Block {
  dtype @0 :UInt8;        # a number of dataflow/block/dtype.hpp
  shape @1 :List(Int64);
  data @2 :Data;          # the elements; empty where they come as bulk
}

struct Failure {
  layer @0 :UInt32;       # the task in which it began
  index @1 :Int64;
  kind @2 :UInt8;         # a number of serialization/failure.hpp
  what @3 :Text;
}

struct TaskInput {
  slot @0 :UInt32;
  ordinal @1 :UInt32;
  producer @2 :UInt64;    # low half of the actor id
  holder @3 :UInt64;      # a node's id
  block @4 :Block;
  error @5 :Failure;
}

struct TaskState {
  epoch @0 :UInt32;
  holdsBlock @1 :Bool;
  movedAsTask @2 :Bool;
  movedAsBlock @3 :Bool;
  inputs @4 :List(TaskInput);
  released @5 :List(UInt32);
  wants @6 :List(UInt64);
  monitors @7 :List(UInt64);
  steals @8 :UInt8;
  priority @9 :UInt32;
}

struct DataflowMessage {
  slot @0 :UInt32;
  ordinal @1 :UInt32;
  epoch @2 :UInt32;
  node @3 :UInt64;        # a node's id
  bulk @4 :Bool;          # the block's elements are in the bulk part
  asker @5 :UInt64;
  bytes @6 :UInt64;
  text @7 :Text;
  block @8 :Block;
  error @9 :Failure;
  state @10 :TaskState;
}
