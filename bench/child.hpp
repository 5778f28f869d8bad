#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tern::bench {

/// What a program left behind.
struct child_end {
  std::string output;           ///< what was not read before
  int status = -1;              ///< as of waitpid; 0: it ended well
  double seconds = 0;           ///< from its start to its end
  std::uint64_t peak_bytes = 0; ///< resident, of this one process
};

/// Where what a program says on standard error goes.
enum class child_errors { ours, output };

/// A program that runs beside this one, with pipes to its standard input and
/// from its standard output. It is ended when this goes.
class child_process {
public:
  child_process(const std::string& program,
                const std::vector<std::string>& arguments,
                child_errors errors = child_errors::ours);
  ~child_process();
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  bool started() const noexcept {
    return pid_ > 0;
  }
  int pid() const noexcept {
    return pid_;
  }
  /// The next line that it prints; nothing at the end of its output.
  std::optional<std::string> line();
  /// SIGTERM.
  void terminate() const noexcept;
  /// Ends its input and waits for it.
  child_end finish();

private:
  bool read_some();

  int pid_ = -1;
  int to_ = -1;
  int from_ = -1;
  double begin_ = 0;
  std::string text_; ///< read and not given yet
};

/// Runs a program and gives what it printed on standard output; empty if it
/// could not be started or failed. Waits for it.
std::string output_of(const std::string& program,
                      const std::vector<std::string>& arguments);

/// This program, and a program that lies beside it (empty if it is not there).
std::string own_path();
std::string program_beside(const std::string& name);

} // namespace tern::bench
