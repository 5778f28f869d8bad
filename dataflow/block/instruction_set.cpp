#include "dataflow/block/instruction_set.hpp"

#include <hwy/targets.h>

#include <algorithm>
#include <atomic>

namespace tern {

namespace {

std::atomic<instruction_set>& chosen() noexcept {
  static std::atomic<instruction_set> set{best_instruction_set()};
  return set;
}

} // namespace

instruction_set best_instruction_set() noexcept {
  static const auto supported = hwy::SupportedTargets();
  if (supported & HWY_AVX3)
    return instruction_set::avx512;
  return supported & HWY_AVX2 ? instruction_set::avx2
                              : instruction_set::baseline;
}

instruction_set chosen_instruction_set() noexcept {
  return chosen();
}

void choose_instruction_set(instruction_set set) noexcept {
  set = std::min(set, best_instruction_set());
  chosen() = set;
  std::int64_t targets = 0; // the baseline is always among them
  if (set >= instruction_set::avx2)
    targets |= HWY_AVX2;
  if (set >= instruction_set::avx512)
    targets |= HWY_AVX3;
  hwy::GetChosenTarget().Update(targets);
}

} // namespace tern
