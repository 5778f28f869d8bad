#include "apps/tern/progress_bar.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <sys/ioctl.h>

namespace tern {

namespace {

constexpr auto quiet_time = std::chrono::milliseconds(500);
constexpr auto pause = std::chrono::milliseconds(100);

unsigned terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

} // namespace

progress_bar::progress_bar(std::string what)
  : what_(std::move(what)), on_(::isatty(STDERR_FILENO) == 1) {}

progress_bar::~progress_bar() {
  finish();
}

void progress_bar::show(std::uint64_t done, std::uint64_t total) {
  const auto now = clock::now();
  if (!on_ || now - begin_ < quiet_time || now - last_ < pause)
    return;
  last_ = now;
  shown_ = true;
  const auto seconds = std::chrono::duration<double>(now - begin_).count();
  const auto text = bar_text(what_, done, total, seconds, terminal_width() - 1);
  std::fprintf(stderr, "\r%s\x1b[K", text.c_str());
  std::fflush(stderr);
}

void progress_bar::finish() {
  if (!shown_)
    return;
  std::fprintf(stderr, "\r\x1b[K");
  std::fflush(stderr);
  shown_ = false;
}

std::string bar_text(const std::string& what, std::uint64_t done,
                     std::uint64_t total, double seconds, unsigned width) {
  const auto share = total == 0
                         ? 0.0
                         : std::min(1.0, static_cast<double>(done)
                                             / static_cast<double>(total));
  const auto tail = fmt::format(" {:3.0f} %  {} of {} {}  {:.1f} s",
                                share * 100, done, total, what, seconds);
  if (tail.size() + 5 > width)
    return tail.substr(0, width);
  const auto room = std::min<std::size_t>(width - tail.size() - 2, 40);
  const auto full = static_cast<std::size_t>(share * static_cast<double>(room));
  return "[" + std::string(full, '#') + std::string(room - full, '.') + "]"
         + tail;
}

} // namespace tern
