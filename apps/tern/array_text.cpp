#include "apps/tern/element_format.hpp"
#include "apps/tern/language/digits.hpp"
#include "apps/tern/print.hpp"

#include <algorithm>
#include <type_traits>
#include <vector>

// The layout is NumPy's (print of an array, 75 columns): one row of the last
// axis a line, broken where it is too long; one empty line more for each axis
// between; brackets indent what is in them. Of arrays with more than 1000
// elements only the first and last three along each axis are shown, only these
// decide the columns' width, and only these need be there (`shown_part`).

namespace tern {
namespace {

constexpr std::int64_t most_elements = 1000;
constexpr std::int64_t at_each_end = 3;
constexpr std::size_t line_width = 75;

class array_printer {
public:
  /// `b`: an array of shape `whole`, or what is shown of it.
  array_printer(const block& b, const shape& whole)
    : block_(b), whole_(whole), summary_(element_count(whole) > most_elements),
      format_(b, seen()) {}

  std::string run() const {
    return axis_text(0, 0, 1, line_width);
  }

private:
  std::int64_t extent(std::size_t axis) const {
    return block_.shape()[axis];
  }
  bool cut(std::size_t axis) const {
    return summary_ && whole_[axis] > 2 * at_each_end;
  }
  /// Indices along an axis that are shown; -1 stands for the gap.
  std::vector<std::int64_t> shown(std::size_t axis) const {
    std::vector<std::int64_t> result;
    for (std::int64_t i = 0; i < extent(axis); ++i) {
      if (cut(axis) && i == at_each_end) {
        result.push_back(-1);
        i = extent(axis) - at_each_end;
      }
      result.push_back(i);
    }
    return result;
  }

  /// Positions of all elements that are shown.
  std::vector<std::int64_t> seen() const {
    std::vector<std::int64_t> positions{0};
    for (std::size_t axis = 0; axis < block_.shape().size(); ++axis) {
      std::vector<std::int64_t> next;
      for (auto before : positions)
        for (auto i : shown(axis))
          if (i >= 0)
            next.push_back(before * extent(axis) + i);
      positions = std::move(next);
    }
    return positions;
  }

  std::string axis_text(std::size_t axis, std::int64_t before,
                        std::size_t indent, std::size_t width) const {
    const bool last = axis + 1 == block_.shape().size();
    std::string text = "[";
    text += last ? row(before * extent(axis), indent, width)
                 : planes(axis, before * extent(axis), indent, width);
    return text += ']';
  }

  /// The elements of one row, in lines.
  std::string row(std::int64_t before, std::size_t indent,
                  std::size_t width) const {
    const auto axis = block_.shape().size() - 1;
    const auto limit = width - 1; // for the bracket
    std::string lines;
    std::string line(indent, ' ');
    bool first = true;
    for (auto i : shown(axis)) {
      const auto word = i < 0 ? "..." : format_(block_, before + i);
      if (!first)
        line += ' ';
      first = false;
      if (line.size() + word.size() > limit && line.size() > indent) {
        lines += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
        line.assign(indent, ' ');
      }
      line += word;
    }
    return (lines + line).substr(indent);
  }

  /// What lies along an axis that is not the last.
  std::string planes(std::size_t axis, std::int64_t before, std::size_t indent,
                     std::size_t width) const {
    const std::string front(indent, ' ');
    const auto gap = std::string(block_.shape().size() - axis - 1, '\n');
    std::string result;
    for (auto i : shown(axis)) {
      if (!result.empty())
        result += gap + front;
      result += i < 0 ? "..."
                      : axis_text(axis + 1, before + i, indent + 1, width - 1);
    }
    return result;
  }

  const block& block_;
  const shape& whole_;
  bool summary_;
  element_format format_;
};

std::string number_text(const block& b) {
  return dispatch(b.type(), [&]<class T>(T) -> std::string {
    const T x = b.values<T>()[0];
    if constexpr (std::is_same_v<T, bool>)
      return x ? "True" : "False";
    else if constexpr (std::is_floating_point_v<T>)
      return shortest_digits(x);
    else if constexpr (is_complex_type<T>)
      return complex_digits(x);
    else
      return std::to_string(x);
  });
}

} // namespace

array shown_part(const array& a) {
  auto shown = a;
  if (a.size() <= most_elements)
    return shown;
  for (std::size_t axis = 0; axis < a.ndim(); ++axis) {
    if (a.shape()[axis] <= 2 * at_each_end)
      continue;
    std::vector<index_item> first(a.ndim(), index_slice{});
    auto last = first;
    first[axis] = index_slice{{}, at_each_end, {}};
    last[axis] = index_slice{-at_each_end, {}, {}};
    const array ends[] = {shown[first], shown[last]};
    shown = concatenate(ends, static_cast<std::int64_t>(axis));
  }
  return shown.named(a.expression());
}

std::string to_text(const block& b, const shape& whole) {
  if (b.shape().empty())
    return number_text(b);
  if (b.size() == 0)
    return "[]";
  return array_printer(b, whole).run();
}

std::string to_text(const block& b) {
  return to_text(b, b.shape());
}

} // namespace tern
