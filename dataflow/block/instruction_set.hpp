#pragma once

#include <cstdint>

namespace tern {

/// What kernels are compiled for. Results of exp, log, the trigonometric
/// functions and their kin differ in the last bits between `baseline` and the
/// others, which have FMA; between `avx2` and `avx512` nothing differs.
enum class instruction_set : std::uint8_t { baseline, avx2, avx512 };

/// The best one of this processor.
instruction_set best_instruction_set() noexcept;

/// The one in use, for the whole process; the best one to begin with.
instruction_set chosen_instruction_set() noexcept;

/// From now on all kernels use `set`, or the best one of the processor if that
/// is less. Kernels that run meanwhile may use either.
void choose_instruction_set(instruction_set set) noexcept;

} // namespace tern
