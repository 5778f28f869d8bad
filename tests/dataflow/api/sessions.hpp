#pragma once

#include "tests/dataflow/api/functions.hpp"

#include <tern/tern.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace tern::testing {

inline constexpr scheduler all_schedulers[] = {
    scheduler::synchronous, scheduler::threads, scheduler::processes};

/// A session whose nodes know `functions()`; of `processes`: three.
inline session open_session(scheduler kind, unsigned threads) {
  session_options options;
  options.scheduler = kind;
  options.threads = threads;
  options.nodes = 3;
  options.executable = TERN_BINARY_DIR "/test_functions";
  options.kernels = functions();
  return session{std::move(options)};
}

/// A directory of its own, gone with it.
class folder {
public:
  folder()
    : path_(std::filesystem::temp_directory_path()
            / ("tern-graphs-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  ~folder() {
    std::filesystem::remove_all(path_);
  }

  std::string file(const std::string& name) const {
    return (path_ / name).string();
  }
  void create(const std::string& name) const {
    std::ofstream{file(name)};
  }
  bool has(const std::string& name) const {
    return std::filesystem::exists(path_ / name);
  }
  std::vector<std::string> lines(const std::string& name) const {
    std::ifstream in{file(name)};
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);)
      all.push_back(line);
    return all;
  }

private:
  std::filesystem::path path_;
};

/// Kind and text of the `run_error` that `f` throws.
struct thrown {
  bool any = false;
  failure_kind kind = failure_kind::malformed;
  std::string what = "no error";
};
thrown error_of(const auto& f) {
  try {
    f();
  } catch (const run_error& e) {
    return {true, e.kind(), e.what()};
  }
  return {};
}

} // namespace tern::testing
