@0xd4a07c31e95b6f28;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("tern::schema");

# What nodes say to agree on a view (actors/view_message.hpp).

struct ViewName {
  lineage @0 :UInt64;
  number @1 :UInt64;
}

struct View {
  name @0 :ViewName;
  members @1 :List(UInt64);   # in the order in which they came
  departed @2 :List(UInt64);
  newcomers @3 :List(Newcomer); # among the members
}

struct Newcomer {
  node @0 :UInt64;
  lineage @1 :UInt64;         # of the view that it comes from
  number @2 :UInt64;
}

struct Ballot {
  round @0 :UInt64;
  node @1 :UInt64;
}

struct ViewAnnounce {
  view @0 :View;
  turn @1 :UInt64;
  question @2 :UInt64;        # 0: none
  answer @3 :UInt64;          # 0: none
  after @4 :ViewName;         # of another lineage; or nothing
  leaving @5 :Bool;           # the sender
}

struct ViewPrepare {
  ballot @0 :Ballot;
  base @1 :View;
}

struct ViewPromise {
  ballot @0 :Ballot;
  accepted @1 :Ballot;        # with the value, or neither
  value @2 :View;
}

struct ViewAccept {
  ballot @0 :Ballot;
  value @1 :View;
}

struct ViewMessage {
  base @0 :ViewName;          # of all but announcements, prepares, farewells
  union {
    announce @1 :ViewAnnounce;
    prepare @2 :ViewPrepare;
    promise @3 :ViewPromise;
    refuse @4 :Ballot;
    accept @5 :ViewAccept;
    accepted @6 :Ballot;
    farewell @7 :Void;
  }
}
