#include "dataflow/block/kernels.hpp"
#include "dataflow/io/npy.hpp"
#include "dataflow/io/npy_file.hpp"

#include <fmt/format.h>

#include <algorithm>

// The file is opened for each block: its header says whether it is still the
// file that the expression was built for. Elements that lie together in the
// file are read in one go: those of the last axes that the block has whole, and
// of one more axis. In Fortran order the file holds the array with its axes
// reversed, so a block is read as such and transposed.

namespace tern {
namespace {

/// A hyperslab of a row-major array in the file.
result<buffer> read_rows(const npy_file& file, const shape& extents,
                         const shape& start, const shape& count) {
  const auto rank = extents.size();
  const auto width = size_of(file.header().type);
  std::size_t outer = rank; // axes to step over, one position at a time
  std::int64_t run = 1;
  while (outer > 0) {
    --outer;
    run *= count[outer];
    if (count[outer] != extents[outer])
      break;
  }
  auto bytes =
      buffer::allocate(static_cast<std::size_t>(element_count(count)) * width);
  if (bytes.size() == 0)
    return bytes;
  const auto each = static_cast<std::size_t>(run) * width;
  const shape steps(count.begin(),
                    count.begin() + static_cast<std::ptrdiff_t>(outer));
  const auto runs = element_count(steps);
  for (std::int64_t i = 0; i < runs; ++i) {
    auto place = index_of(steps, i);
    place.resize(rank, 0);
    for (std::size_t axis = 0; axis < rank; ++axis)
      place[axis] += start[axis];
    const auto at =
        file.header().data_begin
        + static_cast<std::uint64_t>(linear_of(extents, place)) * width;
    const auto to =
        bytes.mutable_bytes().subspan(static_cast<std::size_t>(i) * each, each);
    if (auto ok = file.read(at, to); !ok)
      return tl::make_unexpected(ok.error());
  }
  return bytes;
}

/// Turns round the bytes of each number.
void swap_bytes(std::span<std::byte> bytes, std::size_t width) {
  for (std::size_t i = 0; i < bytes.size(); i += width)
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                 bytes.begin() + static_cast<std::ptrdiff_t>(i + width));
}

/// Any byte but 0 is true; a block holds 0 or 1.
void make_booleans(std::span<std::byte> bytes) {
  for (auto& b : bytes)
    b = b == std::byte{0} ? std::byte{0} : std::byte{1};
}

shape reversed(shape s) {
  std::reverse(s.begin(), s.end());
  return s;
}

block transposed(const block& data, const shape& s) {
  operand seen;
  seen.data = data;
  for (auto axis = s.size(); axis-- > 0;)
    seen.axes.push_back(static_cast<std::int8_t>(axis));
  program copy;
  copy.steps.push_back({opcode::load, data.type(), 0, 0, 0, 0});
  return elementwise(copy, {&seen, 1}, s);
}

bool inside(const shape& start, const shape& count, const shape& extents) {
  if (start.size() != extents.size() || count.size() != extents.size())
    return false;
  for (std::size_t axis = 0; axis < extents.size(); ++axis)
    if (start[axis] < 0 || count[axis] < 0 || start[axis] > extents[axis]
        || count[axis] > extents[axis] - start[axis])
      return false;
  return true;
}

} // namespace

result<block> read_npy(const op_read_npy& what, dtype type,
                       const shape& extents, const shape& start,
                       const shape& count) {
  const auto file = npy_file::open(what.path);
  if (!file)
    return fail(failure_kind::io, file.error().what);
  const auto& header = file->header();
  if (header.type != type || header.extents != extents
      || !inside(start, count, extents))
    return fail(failure_kind::io,
                fmt::format("{} has changed: it holds {} of shape {}, not {} "
                            "of shape {}",
                            what.path, name_of(header.type),
                            to_string(header.extents), name_of(type),
                            to_string(extents)));
  const bool turned = header.fortran_order && extents.size() > 1;
  const auto in_file = turned ? reversed(count) : count;
  auto bytes =
      turned ? read_rows(*file, reversed(extents), reversed(start), in_file)
             : read_rows(*file, extents, start, count);
  if (!bytes)
    return tl::make_unexpected(bytes.error());
  if (header.swapped > 1)
    swap_bytes(bytes->mutable_bytes(), header.swapped);
  if (type == dtype::boolean)
    make_booleans(bytes->mutable_bytes());
  auto data = block::wrap(type, in_file, *std::move(bytes));
  return turned ? transposed(data, count) : data;
}

} // namespace tern
