#pragma once

#include "dataflow/block/program.hpp"
#include "dataflow/block/tile_kernels.hpp"

#include <boost/container/small_vector.hpp>

#include <array>
#include <cstdint>
#include <span>

namespace tern {

/// A program ready to run over tiles: kernels looked up, values that nobody
/// uses left out, and the others in as few tiles as their lives allow.
///
/// Slots are numbered: first the operands, then the constants, then the tiles
/// that calls write to. Not for where operands come from: tile_evaluator.hpp.
class tile_program {
public:
  /// Throws `std::invalid_argument` if a step refers to a later one, the types
  /// do not fit, or there is no such operation on its types.
  tile_program(const program& code, std::span<const dtype> operands);

  struct call {
    tile_kernel run;
    std::array<std::uint16_t, 3> in; ///< slots
    std::uint16_t out;               ///< slot
    std::uint16_t weight;            ///< time, in additions
  };
  struct constant {
    dtype type;
    number_bits bits;
  };

  std::span<const call> calls() const noexcept {
    return {calls_.data(), calls_.size()};
  }
  std::span<const constant> constants() const noexcept {
    return {constants_.data(), constants_.size()};
  }
  /// Time of all calls for one element, in additions.
  std::size_t weight() const noexcept {
    return weight_;
  }
  /// Bytes of the widest element of all tiles: 8 or, if some are complex, 16.
  std::size_t widest() const noexcept {
    return widest_;
  }
  /// Tiles that the calls write to.
  std::size_t tiles() const noexcept {
    return tiles_;
  }
  /// Whether operand `i` is used at all.
  bool uses(std::size_t i) const noexcept {
    return used_[i];
  }
  /// The slot that holds the result.
  std::uint16_t result() const noexcept {
    return result_;
  }
  dtype type() const noexcept {
    return type_;
  }

private:
  boost::container::small_vector<call, 8> calls_;
  boost::container::small_vector<constant, 4> constants_;
  boost::container::small_vector<bool, 8> used_;
  std::size_t tiles_ = 0;
  std::size_t weight_ = 0;
  std::size_t widest_ = 8;
  std::uint16_t result_ = 0;
  dtype type_;
};

/// Writes `n` copies of a number given by its bits.
void fill_constant(dtype type, number_bits bits, void* out, std::size_t n);

} // namespace tern
