#pragma once

#include "dataflow/block/block.hpp"
#include "serialization/buffer.hpp"

namespace tern {

/// A whole array in memory while its blocks come, in any order.
class assembly {
public:
  /// Uninitialised elements. Throws `std::bad_alloc`.
  assembly(dtype type, const shape& s);

  /// Copies `data`, of the whole's dtype, to where its first element is
  /// `start`. It has to lie inside: the caller has checked that.
  void put(const shape& start, const block& data) noexcept;

  /// The whole, once.
  block finish();

private:
  dtype type_;
  shape shape_;
  buffer whole_;
};

} // namespace tern
