#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>

namespace tern::testing {

/// A folder of this test's own, gone after it.
class scratch_folder {
public:
  scratch_folder() {
    static std::atomic<int> count = 0;
    path_ = std::filesystem::temp_directory_path()
            / ("tern-test-" + std::to_string(getpid()) + "-"
               + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::filesystem::path operator/(const std::string& name) const {
    return path_ / name;
  }
  const std::filesystem::path& path() const {
    return path_;
  }

private:
  std::filesystem::path path_;
};

} // namespace tern::testing
