#include "apps/tern/progress_bar.hpp"

#include "apps/tern/terminal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace tern {

namespace {

constexpr auto quiet_time = std::chrono::milliseconds(500);
constexpr auto pause = std::chrono::milliseconds(100);
constexpr std::size_t most_lines = 8; ///< of parts

double share_of(std::uint64_t done, std::uint64_t total) {
  return total == 0 ? 0.0
                    : std::min(1.0, static_cast<double>(done)
                                        / static_cast<double>(total));
}

std::string bar_of(double share, std::size_t room) {
  const auto full = static_cast<std::size_t>(share * static_cast<double>(room));
  return "[" + std::string(full, '#') + std::string(room - full, '.') + "]";
}

} // namespace

progress_bar::progress_bar(std::string what)
  : what_(std::move(what)), on_(::isatty(STDERR_FILENO) == 1) {}

progress_bar::~progress_bar() {
  finish();
}

void progress_bar::set_parts(std::vector<progress_part> parts) {
  parts_ = std::move(parts);
}

// The cursor rests at the end of the last line. What was above it stays.
void progress_bar::show(std::uint64_t done, std::uint64_t total) {
  const auto now = clock::now();
  if (!on_ || now - begin_ < quiet_time || now - last_ < pause)
    return;
  last_ = now;
  const auto size = terminal_size(STDERR_FILENO);
  const auto width = size.columns - 1;
  auto lines = part_lines(parts_, width,
                          std::min<std::size_t>(most_lines, size.rows / 2));
  const auto seconds = std::chrono::duration<double>(now - begin_).count();
  lines.push_back(bar_text(what_, done, total, seconds, width));
  finish();
  std::string out;
  for (const auto& line : lines)
    out += (out.empty() ? "" : "\r\n") + line;
  std::fputs(out.c_str(), stderr);
  std::fflush(stderr);
  shown_ = lines.size();
}

void progress_bar::finish() {
  if (shown_ == 0)
    return;
  if (shown_ > 1)
    std::fprintf(stderr, "\x1b[%zuA", shown_ - 1);
  std::fputs("\r\x1b[J", stderr);
  std::fflush(stderr);
  shown_ = 0;
}

std::string bar_text(const std::string& what, std::uint64_t done,
                     std::uint64_t total, double seconds, unsigned width) {
  const auto share = share_of(done, total);
  const auto tail = fmt::format(" {:3.0f} %  {} of {} {}  {:.1f} s",
                                share * 100, done, total, what, seconds);
  if (tail.size() + 5 > width)
    return tail.substr(0, width);
  const auto room = std::min<std::size_t>(width - tail.size() - 2, 40);
  return bar_of(share, room) + tail;
}

std::vector<std::string> part_lines(std::span<const progress_part> parts,
                                    unsigned width, std::size_t most) {
  constexpr std::size_t room = 20;
  std::vector<std::string> out;
  for (const auto& p : parts) {
    if (p.done == 0 || p.done >= p.total)
      continue;
    const auto share = share_of(p.done, p.total);
    auto line = fmt::format("{} {:3.0f} %  {} of {}  ", bar_of(share, room),
                            share * 100, p.done, p.total);
    for (const char c : p.name) // of the user's words: no line of its own
      line += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    out.push_back(line.substr(0, width));
  }
  return out.size() > most ? std::vector<std::string>{} : out;
}

} // namespace tern
