#pragma once

namespace tern {

struct screen_size {
  unsigned columns = 80;
  unsigned rows = 24;
};

/// Of the terminal behind a descriptor; 80 x 24 where none says otherwise.
screen_size terminal_size(int descriptor) noexcept;

} // namespace tern
