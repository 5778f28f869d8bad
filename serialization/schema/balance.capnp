@0xb7c1d20e6a94f35d;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("tern::schema");

# What a node says of its load (actors/balance.hpp).

struct BalanceReport {
  sequence @0 :UInt64;
  echo @1 :UInt64;      # 0: nothing was heard of the receiver yet
  turn @2 :UInt64;
  load @3 :UInt64;      # billionths of a worker
  actors @4 :UInt64;
  workers @5 :UInt32;   # at least 1
}
