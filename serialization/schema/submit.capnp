@0xb8d1c2e7f4a90563;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("tern::schema");

# What goes once from a submitter to each node of a plan, and what they answer.

struct Place {
  node @0 :UInt64;
  capacity @1 :UInt32;
}

struct PlanSubmit {
  id @0 :UInt64;
  submitter @1 :UInt64;
  places @2 :List(Place);
  rotate @3 :Bool;
  record @4 :Bool;        # trace the transitions of all tasks
  keepSeconds @5 :UInt32; # how long after the submitter's end
  graph @6 :Data;         # dataflow/graph/graph_codec.hpp
}

struct PlanReply {
  id @0 :UInt64;
  refused @1 :Text;       # why not; empty: accepted
  tasks @2 :UInt64;       # in the region
  done @3 :UInt64;
  messages @4 :UInt64;
  migrations @5 :UInt64;
  bytesMoved @6 :UInt64;
  peakBytes @7 :UInt64;   # of the node, since it had no plan
  steals @8 :UInt64;
  bytesSpilled @9 :UInt64;
  guests @10 :List(UInt64); # nodes outside the view that took tasks
  failed @11 :Text;         # why the plan cannot end well; empty: nothing known
  leaving @12 :Bool;        # refused because the node is about to leave
}
