@0xc9c1f1a6d3b5e0a7;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("tern::schema");

# What stands before the bytes of a block, on the wire and on disk. The payload
# follows it and is not part of the Cap'n Proto message: it is written from
# and read into pooled memory without a copy.

enum Encoding {
  raw @0;         # the elements as they lie in memory
  lz4 @1;         # one LZ4 block
  shuffleLz4 @2;  # bytes regrouped by their place in the element, then LZ4
}

struct BlockHeader {
  dtype @0 :UInt8;         # a number of dataflow/block/dtype.hpp
  itemSize @1 :UInt8;      # bytes an element
  encoding @2 :Encoding;
  shape @3 :List(Int64);   # extents, at most 32, each >= 0
  rawSize @4 :UInt64;      # bytes of the elements
  storedSize @5 :UInt64;   # bytes of the payload that follows
  checksum @6 :UInt64;     # XXH3, 64 bits, of the payload as stored
}
