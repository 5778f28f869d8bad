#include "apps/tern/terminal.hpp"

#include <sys/ioctl.h>

namespace tern {

screen_size terminal_size(int descriptor) noexcept {
  screen_size out;
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0)
    return out;
  if (size.ws_col > 0)
    out.columns = size.ws_col;
  if (size.ws_row > 0)
    out.rows = size.ws_row;
  return out;
}

} // namespace tern
