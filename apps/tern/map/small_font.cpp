#include "apps/tern/map/small_font.hpp"

namespace tern {

namespace {

constexpr int columns = 5;
constexpr int rows = 7;
constexpr int scale = 2; // pixels a dot
static_assert(text_height == rows * scale);
constexpr int advance = (columns + 1) * scale;

struct letter {
  char name;
  std::string_view dots[rows];
};

// clang-format off
constexpr letter letters[] = {
  {'0', {" ### ", "#   #", "#  ##", "# # #", "##  #", "#   #", " ### "}},
  {'1', {"  #  ", " ##  ", "  #  ", "  #  ", "  #  ", "  #  ", " ### "}},
  {'2', {" ### ", "#   #", "    #", "  ## ", " #   ", "#    ", "#####"}},
  {'3', {"#### ", "    #", "    #", " ### ", "    #", "    #", "#### "}},
  {'4', {"   # ", "  ## ", " # # ", "#  # ", "#####", "   # ", "   # "}},
  {'5', {"#####", "#    ", "#### ", "    #", "    #", "#   #", " ### "}},
  {'6', {"  ## ", " #   ", "#    ", "#### ", "#   #", "#   #", " ### "}},
  {'7', {"#####", "    #", "   # ", "  #  ", " #   ", " #   ", " #   "}},
  {'8', {" ### ", "#   #", "#   #", " ### ", "#   #", "#   #", " ### "}},
  {'9', {" ### ", "#   #", "#   #", " ####", "    #", "   # ", " ##  "}},
  {'-', {"     ", "     ", "     ", "#####", "     ", "     ", "     "}},
  {'+', {"     ", "  #  ", "  #  ", "#####", "  #  ", "  #  ", "     "}},
  {'.', {"     ", "     ", "     ", "     ", "     ", " ##  ", " ##  "}},
  {'e', {"     ", "     ", " ### ", "#   #", "#####", "#    ", " ### "}},
};
// clang-format on

void draw_letter(picture& on, int x, int y, const letter& shape, colour with) {
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column)
      if (shape.dots[row][static_cast<std::size_t>(column)] == '#')
        on.fill(x + column * scale, y + row * scale, scale, scale, with);
}

} // namespace

int text_width(std::string_view number) noexcept {
  return number.empty() ? 0 : static_cast<int>(number.size()) * advance - scale;
}

void draw_text(picture& on, int x, int y, std::string_view number,
               colour with) noexcept {
  for (const char c : number) {
    for (const auto& shape : letters)
      if (shape.name == c)
        draw_letter(on, x, y, shape, with);
    x += advance;
  }
}

} // namespace tern
