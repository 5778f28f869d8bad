@0xb8d1c2e7f4a90563;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("tern::schema");

# What goes once from a submitter to each node of a plan, what they answer, and
# what all of them tell each other after a death.

struct Place {
  node @0 :UInt64;
  capacity @1 :UInt32;
  resources @2 :Text;  # dataflow/graph/resources.hpp
}

# Blocks by layer: those from bounds[2i] up to, without, bounds[2i + 1].
struct BlockRuns {
  layers @0 :List(UInt32);
  bounds @1 :List(Int64);
}

struct Suspect {
  layer @0 :UInt32;
  index @1 :Int64;
  died @2 :List(UInt64);
}

# dataflow/runtime/census.hpp
struct Census {
  held @0 :BlockRuns;
  running @1 :BlockRuns;
  ran @2 :BlockRuns;
  roots @3 :BlockRuns;
  suspects @4 :List(Suspect);
}

struct PlanRound {
  dead @0 :List(UInt64);
  submitter @1 :UInt64;
}

struct CensusMessage {
  plan @0 :UInt64;
  round @1 :PlanRound;
  what @2 :Census;
}

struct Told {
  node @0 :UInt64;
  what @1 :Census;
}

struct PlanSubmit {
  id @0 :UInt64;
  submitter @1 :UInt64;
  places @2 :List(Place);
  rotate @3 :Bool;
  record @4 :Bool;        # trace the transitions of all tasks
  keepSeconds @5 :UInt32; # how long after the submitter's end
  graph @6 :Data;         # dataflow/graph/graph_codec.hpp
  round @7 :PlanRound;    # of a plan that goes on after a death, and what
  told @8 :List(Told);    # its processes told
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
  leaving @11 :Bool;        # refused because the node is about to leave
  recomputed @12 :UInt64;   # tasks that had run before a death
  doneByLayer @13 :List(UInt64); # empty: too many layers
}
