#pragma once

#include <cstdint>
#include <vector>

namespace tern {

struct colour {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;

  friend bool operator==(const colour&, const colour&) = default;
};

/// Pixels of 8 bits a colour; (0, 0) is the upper left one.
class picture {
public:
  picture(int width, int height, colour background);

  int width() const noexcept {
    return width_;
  }
  int height() const noexcept {
    return height_;
  }
  colour at(int x, int y) const noexcept;
  /// A rectangle; what lies outside of the picture is left out.
  void fill(int x, int y, int width, int height, colour with) noexcept;

  /// Row after row, three bytes a pixel.
  const std::vector<std::uint8_t>& bytes() const noexcept {
    return bytes_;
  }

private:
  std::size_t offset(int x, int y) const noexcept {
    return 3
           * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_)
              + static_cast<std::size_t>(x));
  }

  int width_;
  int height_;
  std::vector<std::uint8_t> bytes_;
};

} // namespace tern
