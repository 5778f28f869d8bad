// Reshaping without moving elements between blocks, where the blocks allow it.
//
// Axes before and after are put into the shortest groups with the same number
// of elements: (4, 6, 5) -> (24, 5) has the groups (4, 6) -> (24) and (5) ->
// (5). Within a group only the first axis may be cut, so that a block holds a
// run of the group's elements in row-major order; then a block of the one is a
// block of the other. A block of c rows of r elements becomes c * r / s rows of
// s, so c has to be a multiple of s / gcd(r, s). What is cut otherwise is
// rechunked first.

#include "dataflow/array/line_up.hpp"
#include "dataflow/array/node.hpp"
#include "dataflow/array/words.hpp"

#include <algorithm>
#include <numeric>

namespace tern {

namespace {

/// Axes [first, last) of one side.
struct axis_range {
  std::size_t first;
  std::size_t last;
};
struct group {
  axis_range before;
  axis_range after;
};

std::vector<group> groups_of(const shape& before, const shape& after) {
  std::vector<group> groups;
  std::size_t i = 0;
  std::size_t k = 0;
  while (i < before.size() || k < after.size()) {
    group g{{i, i}, {k, k}};
    std::int64_t left = 1;
    std::int64_t right = 1;
    if (i < before.size())
      left *= before[i++];
    if (k < after.size())
      right *= after[k++];
    while (left != right)
      if (left < right)
        left *= before[i++];
      else
        right *= after[k++];
    // axes of one element go with what stands before them
    while (i < before.size() && before[i] == 1)
      ++i;
    while (k < after.size() && after[k] == 1)
      ++k;
    g.before.last = i;
    g.after.last = k;
    groups.push_back(g);
  }
  return groups;
}

/// Of the axes of a group the first with more than one element: the one that
/// may be cut.
std::size_t cut_axis(const shape& s, axis_range r) {
  for (auto i = r.first; i < r.last; ++i)
    if (s[i] != 1)
      return i;
  return r.first;
}

std::int64_t elements_behind(const shape& s, std::size_t axis, axis_range r) {
  std::int64_t n = 1;
  for (auto i = axis + 1; i < r.last; ++i)
    n *= s[i];
  return n;
}

/// How both sides of a group are cut.
class group_cut {
public:
  group_cut(const array& a, const shape& after, const group& g)
    : in_(cut_axis(a.shape(), g.before)), out_(cut_axis(after, g.after)) {
    if (g.before.first == g.before.last || g.after.first == g.after.last)
      return; // axes of one element alone
    const auto r = elements_behind(a.shape(), in_, g.before);
    const auto s = elements_behind(after, out_, g.after);
    const auto unit = s / std::gcd(r, s);
    const auto rows = a.shape()[in_];
    const auto& given = a.cut()[in_];
    std::int64_t done = 0;
    for (std::int64_t block = 0; block < given.count(); ++block) {
      const auto end = given.start(block) + given.size(block);
      const auto size = end == rows ? end - done : (end - done) / unit * unit;
      if (size <= 0)
        continue;
      before_.append(1, size);
      after_.append(1, size * r / s);
      done += size;
    }
  }

  std::size_t in() const noexcept {
    return in_;
  }
  std::size_t out() const noexcept {
    return out_;
  }
  const axis_chunks& before() const noexcept {
    return before_;
  }
  const axis_chunks& after() const noexcept {
    return after_;
  }

private:
  std::size_t in_;
  std::size_t out_;
  axis_chunks before_;
  axis_chunks after_;
};

chunks one_block(const shape& s) {
  chunks cut;
  for (auto n : s)
    cut.push_back(axis_chunks::regular(n, std::max<std::int64_t>(n, 1)));
  return cut;
}

/// With -1 worked out.
shape resolved(const array& a, shape s) {
  const auto words = "reshape: an array of shape " + to_string(a.shape())
                     + " has no shape " + to_string(s);
  std::int64_t known = 1;
  std::int64_t* open = nullptr;
  for (auto& n : s) {
    if (n == -1 && !open)
      open = &n;
    else if (n < 0 || __builtin_mul_overflow(known, n, &known))
      throw expression_error(words);
  }
  if (open && known != 0)
    *open = a.size() / known;
  if ((open && known == 0) || element_count(s) != a.size())
    throw expression_error(words);
  return s;
}

} // namespace

array reshape(const array& a, const shape& asked) {
  if (asked.size() > max_axes)
    throw expression_error("reshape: more than " + std::to_string(max_axes)
                           + " axes");
  const auto s = resolved(a, asked);
  auto words = shortened(a.expression() + ".reshape" + to_string(asked));
  if (s == a.shape())
    return a;
  if (a.size() == 0)
    return zeros(s, a.type()).named(std::move(words));
  auto before = one_block(a.shape());
  auto after = one_block(s);
  boost::container::small_vector<axis_map, 4> maps(
      a.ndim(), axis_map{axis_map::kind::first, 0, 0, 1});
  for (auto& g : groups_of(a.shape(), s)) {
    const group_cut cut(a, s, g);
    if (cut.before().count() == 0)
      continue;
    before[cut.in()] = cut.before();
    after[cut.out()] = cut.after();
    maps[cut.in()] = {axis_map::kind::same, static_cast<std::int8_t>(cut.out()),
                      0, 1};
  }
  check_cut("reshape", after);
  const auto from = rechunk(a, before);
  auto n =
      make_node(op_reshape{}, a.type(), std::move(after), std::move(words));
  add_input(*n, from.root(), std::move(maps));
  return array{std::move(n)};
}

} // namespace tern
