#include "apps/tern/graphviz.hpp"

#include "dataflow/io/pending_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include <sys/mman.h>
#include <sys/wait.h>

extern char** environ;

namespace tern {

namespace {

bool is_text(const std::filesystem::path& file) {
  return file.extension() == ".dot" || file.extension() == ".gv";
}

tl::unexpected<failure> io_failure(const std::string& what, int error) {
  return fail(failure_kind::io, what + ": " + std::strerror(error));
}

/// An open file, closed with the object.
class open_file {
public:
  explicit open_file(int descriptor) : fd_(descriptor) {}
  ~open_file() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;

  int descriptor() const noexcept {
    return fd_;
  }

private:
  int fd_;
};

/// Puts the text into a file without a name: the program reads it at its own
/// pace.
bool fill(const open_file& file, const std::string& text) {
  const int fd = file.descriptor();
  std::size_t done = 0;
  while (fd >= 0 && done < text.size()) {
    const auto n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return false;
    done += static_cast<std::size_t>(n);
  }
  return fd >= 0 && ::lseek(fd, 0, SEEK_SET) == 0;
}

/// What waitpid says of `dot`.
result<int> run_dot(const std::string& format, int input, int output) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  std::string program = "dot";
  std::string how = "-T" + format;
  char* arguments[] = {program.data(), how.data(), nullptr};
  pid_t pid = 0;
  const int error = ::posix_spawnp(&pid, program.c_str(), &actions, nullptr,
                                   arguments, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT)
    return fail(failure_kind::not_found,
                "there is no program `dot` to draw with: install Debian's "
                "package graphviz, or write a .dot file");
  if (error != 0)
    return io_failure("cannot run `dot`", error);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return io_failure("cannot wait for `dot`", errno);
  return status;
}

result<void> write_text(const std::string& text,
                        const std::filesystem::path& file) {
  std::ofstream out{file, std::ios::binary};
  out << text << std::flush;
  if (!out)
    return fail(failure_kind::io, "cannot write " + file.string());
  return {};
}

} // namespace

result<void> check_picture_name(const std::filesystem::path& file) {
  const auto type = file.extension();
  if (is_text(file) || type == ".svg" || type == ".png" || type == ".pdf")
    return {};
  return fail(failure_kind::refused,
              fmt::format("'{}': a plan is drawn as .svg, .png or .pdf, or "
                          "written as .dot",
                          file.string()));
}

result<void> draw_dot(const std::string& dot,
                      const std::filesystem::path& file) {
  auto pending = pending_file::beside(file);
  if (!pending)
    return tl::make_unexpected(pending.error());
  if (is_text(file)) {
    if (auto ok = write_text(dot, pending->path()); !ok)
      return ok;
    return pending->commit();
  }
  const open_file input{::memfd_create("plan.dot", MFD_CLOEXEC)};
  if (!fill(input, dot))
    return io_failure("cannot hand the plan to `dot`", errno);
  const open_file output{::open(
      pending->path().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
  if (output.descriptor() < 0)
    return io_failure("cannot write " + file.string(), errno);
  const auto status = run_dot(file.extension().string().substr(1),
                              input.descriptor(), output.descriptor());
  if (!status)
    return tl::make_unexpected(status.error());
  if (*status != 0)
    return fail(failure_kind::io,
                fmt::format("`dot` did not draw {}: it ended with {} {}",
                            file.string(),
                            WIFSIGNALED(*status) ? "signal" : "status",
                            WIFSIGNALED(*status) ? WTERMSIG(*status)
                                                 : WEXITSTATUS(*status)));
  return pending->commit();
}

} // namespace tern
