@0xb5c1d20f6a3e9d41;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("tern::schema");

# What the gateways of nodes say to each other over CAF, as the bytes of one
# Cap'n Proto message each.

struct Member {
  id @0 :UInt64;          # the incarnation; not 0
  host @1 :Text;
  port @2 :UInt16;        # control plane
  dataPort @3 :UInt16;    # link
  pid @4 :Int32;
  threads @5 :UInt32;     # compute threads
  memoryLimit @6 :UInt64; # bytes
  version @7 :Text;       # of tern
  libraries @8 :Text;     # names and digests, for people
  resources @9 :Text;     # dataflow/graph/resources.hpp
}

struct Hello {
  version @0 :UInt32;  # of the protocol, as in the link's greeting
  member @1 :Member;
  contact @2 :Bool;    # the receiver is the first that the sender meets
}

struct ControlMessage {
  union {
    hello @0 :Hello;              # request; answered by welcome or refused
    welcome @1 :List(Member);     # all members, the speaker first
    refused @2 :Text;             # why, for people
    members @3 :List(Member);     # all members, the speaker first; no answer
    statusRequest @4 :Void;       # request; answered by status
    status @5 :Data;              # what the node's callback gave
    question @6 :Data;            # request, about actors; answered by answer
    answer @7 :Data;
  }
}
