@0xb81d5f0c6a7e2943;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("tern::schema");

# What nodes say about actors that move (actors/mobile_message.hpp). Receiver,
# sender, sequence, epoch and hops stand in the envelope of the message; these
# are the bodies, but for messages that are routed, whose layout is fixed
# (actors/routed_codec.hpp). INSTALLED, RELEASED, ABORT and a location query have
# none.

struct ActorName {
  high @0 :UInt64;
  low @1 :UInt64;
}

struct ViewName {
  lineage @0 :UInt64;     # node
  number @1 :UInt64;
}

struct AttemptBody {      # PREPARE, PREPARED, ABORTED
  type @0 :Text;
  bytes @1 :UInt64;
  why @2 :Text;
  view @3 :ViewName;      # of a PREPARE
}

struct KeptMessage {
  sequence @0 :UInt64;
  cause @1 :UInt64;
  payload @2 :Data;
  trace @3 :UInt64;       # its number there
}

struct SendingHalf {
  receiver @0 :ActorName;
  number @1 :UInt64;
  next @2 :UInt64;
  wantsRoom @3 :Bool;
  kept @4 :List(KeptMessage);  # the last ones before `next`, without a gap
}

struct ReceivingHalf {
  sender @0 :ActorName;
  number @1 :UInt64;
  handled @2 :UInt64;
  delivered @3 :UInt64;        # >= handled
  early @4 :List(KeptMessage); # above delivered, in order
}

struct Mail {
  what @0 :UInt8;
  from @1 :ActorName;
  channel @2 :UInt64;
  sequence @3 :UInt64;
  cause @4 :UInt64;
  payload @5 :Data;
  trace @6 :UInt64;
}

struct MoveOrder {
  asker @0 :UInt64;  # node
  number @1 :UInt64;
  target @2 :UInt64; # node
}

struct MoveOutcome {
  moved @0 :Bool;
  node @1 :UInt64;
  epoch @2 :UInt32;
  why @3 :Text;
}

struct FinishedOrder {
  order @0 :MoveOrder;
  outcome @1 :MoveOutcome;
}

struct ActorState {
  type @0 :Text;
  snapshot @1 :Data;           # a large one comes as bulk
  mailbox @2 :List(Mail);
  sending @3 :List(SendingHalf);
  receiving @4 :List(ReceivingHalf);
  nextChannel @5 :UInt64;
  orders @6 :List(MoveOrder);
  finished @7 :List(FinishedOrder);
  view @8 :ViewName;           # of the source
  checked @9 :ViewName;
}

struct LocationBody {          # update, answer
  node @0 :UInt64;
  droppedFrom @1 :ActorName;
  droppedChannel @2 :UInt64;
  droppedOrder @3 :UInt64;
  ended @4 :Bool;              # the actor has ended
  handled @5 :UInt64;          # by an ended one: the last of that channel
  view @6 :ViewName;           # of an update
}

struct CensusEntry {
  actor @0 :ActorName;
  epoch @1 :UInt32;
}

struct CensusReport {          # TAKEN has a view alone
  view @0 :ViewName;
  births @1 :UInt64;
  here @2 :List(CensusEntry);
  ended @3 :List(ActorName);
}

struct CensusQuestion {        # and its answer
  view @0 :ViewName;
  actors @1 :List(ActorName);
  number @2 :UInt64;
}

struct OrderAnswer {
  number @0 :UInt64;
  outcome @1 :MoveOutcome;
}
