#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

// Replays a corpus without libFuzzer: every file of the folders named on the
// command line, and of each file every beginning of it (up to 1 KiB of it, and
// a hundred beyond that). A target says what is wrong by an abort.

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);

namespace {

using input = std::vector<std::uint8_t>;
namespace fs = std::filesystem;

input read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void run(const input& bytes, std::size_t size) {
  // A copy of just that size, so that sanitizers see a step beyond it.
  const input cut(bytes.begin(),
                  bytes.begin() + static_cast<std::ptrdiff_t>(size));
  LLVMFuzzerTestOneInput(cut.data(), cut.size());
}

void run_with_beginnings(const input& bytes) {
  constexpr std::size_t dense = 1024;
  constexpr std::size_t sparse = 100;
  run(bytes, bytes.size());
  for (std::size_t size = 0; size < std::min(bytes.size(), dense); ++size)
    run(bytes, size);
  const auto step = bytes.size() / sparse + 1;
  for (auto size = dense; size < bytes.size(); size += step)
    run(bytes, size);
}

} // namespace

int main(int count, char** arguments) {
  std::size_t replayed = 0;
  for (int i = 1; i < count; ++i) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(arguments[i]))
      if (entry.is_regular_file())
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
      // The last name printed is the input that aborted.
      std::printf("%s\n", file.filename().c_str());
      std::fflush(stdout);
      run_with_beginnings(read(file));
      ++replayed;
    }
  }
  if (replayed == 0)
    std::fprintf(stderr, "no corpus: a replay of nothing proves nothing\n");
  return replayed == 0 ? 1 : 0;
}
