@0xe2f7a1c95b04d683;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("tern::schema");

# A .tern-trace file is a row of LZ4 frames, each of which holds one of these
# records as a Cap'n Proto message. The first record is the header; a node
# comes before its events. A file that was cut off is readable up to its last
# whole frame.

struct Name {
  number @0 :UInt32;
  text @1 :Text;
}

struct TraceHeader {
  magic @0 :Text;          # "tern-trace"
  version @1 :UInt32;      # 1
  kinds @2 :List(Name);    # what the kinds of events are called
  messages @3 :List(Name); # what the kinds of messages are called
  tern @4 :Text;           # the version that wrote it; older traces lack it
}

# What is said of a node a second time replaces what was said first; the
# events before it keep their meaning, for `peers` and `scopes` only grow.
struct TraceNode {
  id @0 :UInt64;
  name @1 :Text;
  pid @2 :Int32;
  lost @3 :UInt64;          # events that found no room
  peers @4 :List(UInt64);   # what `peer` of an event is an index of
  scopes @5 :List(UInt64);  # what `scope` of an event is an index of
}

# Events of one thread in order of time, a column a field; all columns have
# the same length, but for `scopes`, which older traces lack.
struct TraceEvents {
  node @0 :UInt64;
  thread @1 :UInt32;
  threadName @2 :Text;
  times @3 :List(UInt64);   # ns, CLOCK_MONOTONIC
  actors @4 :List(UInt64);  # low half of the actor's id
  arguments @5 :List(UInt64);
  kinds @6 :List(UInt16);
  peers @7 :List(UInt16);
  extras @8 :List(UInt32);
  scopes @9 :List(UInt16);  # 0: the actor's high half is not known
}

# A piece of a plan that was submitted. The pieces of a plan follow each other
# in order, and together have `size` bytes.
struct TracePlan {
  id @0 :UInt64;
  text @1 :Text;            # of the first piece: the user's words
  size @2 :UInt64;
  piece @3 :Data;           # what they make: dataflow/runtime/plan_message.hpp
}

# What an actor of a user's class did: actors/trace/recorded_step.hpp.
struct TraceStep {
  actorHigh @0 :UInt64;
  actorLow @1 :UInt64;
  epoch @2 :UInt32;
  index @3 :UInt64;
  kind @4 :UInt16;
  peerHigh @5 :UInt64;
  peerLow @6 :UInt64;
  number @7 :UInt64;
  time @8 :UInt64;          # ns, CLOCK_MONOTONIC
  size @9 :UInt64;          # of the payload, also where that is not here
  sum @10 :UInt64;          # XXH3 of the payload
  payload @11 :Data;
  calls @12 :Data;
  state @13 :UInt64;        # XXH3 of the state after it; 0: not taken
  threw @14 :Text;
}

struct TraceLostSteps {
  actorHigh @0 :UInt64;
  actorLow @1 :UInt64;
  epoch @2 :UInt32;
  first @3 :UInt64;
  count @4 :UInt64;
}

# Steps of a node's actors, those of one actor in order, and which are missing.
struct TraceSteps {
  node @0 :UInt64;
  steps @1 :List(TraceStep);
  lost @2 :List(TraceLostSteps);
}

# A reader passes over kinds of records that it does not know.
struct TraceRecord {
  union {
    header @0 :TraceHeader;
    node @1 :TraceNode;
    events @2 :TraceEvents;
    plan @3 :TracePlan;
    steps @4 :TraceSteps;
  }
}
