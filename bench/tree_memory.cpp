#include "bench/tree_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <sys/mman.h>

namespace tern::bench {

namespace {

// Often enough for blocks that live for tenths of a second; a look at 2 GB
// costs some milliseconds.
constexpr auto look_every = std::chrono::milliseconds(20);

/// The parent of a process; 0: it is gone.
int parent_of(int pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string text;
  std::getline(file, text);
  const auto end = text.rfind(')'); // of a name that may hold anything
  if (end == std::string::npos || end + 4 > text.size())
    return 0;
  return std::atoi(text.c_str() + end + 4); // ") S PPID"
}

std::multimap<int, int> children_by_parent() {
  std::multimap<int, int> found;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc", error)) {
    const auto pid = std::atoi(entry.path().filename().c_str());
    if (pid > 0)
      found.emplace(parent_of(pid), pid);
  }
  return found;
}

std::uint64_t proportional_bytes(int pid) {
  std::ifstream file(fmt::format("/proc/{}/smaps_rollup", pid));
  std::string word;
  while (file >> word)
    if (word == "Pss:") {
      std::uint64_t kibibytes = 0;
      file >> kibibytes;
      return kibibytes * 1024;
    }
  return 0; // gone
}

} // namespace

std::uint64_t tree_memory(int root) {
  const auto children = children_by_parent();
  std::uint64_t sum = 0;
  std::vector<int> open{root};
  while (!open.empty()) {
    const auto pid = open.back();
    open.pop_back();
    sum += proportional_bytes(pid);
    const auto [begin, end] = children.equal_range(pid);
    for (auto child = begin; child != end; ++child)
      open.push_back(child->second);
  }
  return sum;
}

memory_watch::memory_watch(int root)
  : thread_([this, root] {
      while (!over_.load()) {
        peak_.store(std::max(peak_.load(), tree_memory(root)));
        std::this_thread::sleep_for(look_every);
      }
    }) {}

memory_watch::~memory_watch() {
  over_.store(true);
  thread_.join();
}

void touch_memory(std::uint64_t bytes) {
  auto* pages = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED)
    return;
  ::madvise(pages, bytes, MADV_HUGEPAGE);
  std::memset(pages, 1, bytes);
  ::munmap(pages, bytes);
}

} // namespace tern::bench
