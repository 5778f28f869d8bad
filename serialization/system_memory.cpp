#include "serialization/system_memory.hpp"

#include <cstdint>
#include <new>

#include <sys/mman.h>

namespace tern {

std::byte* map_memory(std::size_t size) {
  // One huge page more than asked, then the ends cut off: the kernel aligns
  // to small pages only.
  const auto total = size + huge_page;
  if (total < size)
    throw std::bad_alloc();
  auto* mapped = ::mmap(nullptr, total, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED)
    throw std::bad_alloc();
  auto* begin = static_cast<std::byte*>(mapped);
  const auto before =
      round_up(reinterpret_cast<std::uintptr_t>(begin), huge_page)
      - reinterpret_cast<std::uintptr_t>(begin);
  const auto after = huge_page - before;
  if (before != 0)
    ::munmap(begin, before);
  if (after != 0)
    ::munmap(begin + before + size, after);
  // A kernel without huge pages says no, and that is well.
  ::madvise(begin + before, size, MADV_HUGEPAGE);
  return begin + before;
}

void unmap_memory(std::byte* begin, std::size_t size) noexcept {
  ::munmap(begin, size);
}

} // namespace tern
