#include "apps/tern/result_sink.hpp"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>

namespace tern {

namespace {

// Copies the row-major `data` to where it belongs in the row-major whole.
void place(std::byte* whole, const shape& extents, const shape& start,
           const block& data) {
  const auto item = size_of(data.type());
  const auto& part = data.shape();
  const auto axes = extents.size();
  if (axes == 0 || data.size() == 0) {
    std::memcpy(whole, data.data(), data.bytes());
    return;
  }
  const auto row = static_cast<std::size_t>(part[axes - 1]) * item;
  shape at(axes, 0);
  const auto* from = data.data();
  for (std::int64_t rows = data.size() / part[axes - 1]; rows > 0; --rows) {
    std::int64_t to = 0;
    for (std::size_t axis = 0; axis < axes; ++axis)
      to = to * extents[axis] + start[axis] + at[axis];
    std::memcpy(whole + static_cast<std::size_t>(to) * item, from, row);
    from += row;
    for (auto axis = axes - 1; axis-- > 0;) {
      if (++at[axis] < part[axis])
        break;
      at[axis] = 0;
    }
  }
}

} // namespace

result<result_sink> result_sink::in_memory(const array& a,
                                           std::uint64_t limit) {
  const auto bytes = static_cast<std::uint64_t>(a.size()) * size_of(a.type());
  if (bytes > limit)
    return fail(failure_kind::memory,
                fmt::format("the result {} of {} has {} bytes, too many to "
                            "show: write it to a file (-o FILE.nc or "
                            "FILE.npy) or reduce it",
                            to_string(a.shape()), name_of(a.type()), bytes));
  result_sink sink;
  sink.type_ = a.type();
  sink.shape_ = a.shape();
  sink.bytes_ = buffer::allocate(static_cast<std::size_t>(bytes));
  return sink;
}

result<result_sink> result_sink::to_file(const array& a,
                                         const std::string& path) {
  const auto ending = std::filesystem::path(path).extension();
  result<std::unique_ptr<array_writer>> file =
      fail(failure_kind::refused,
           fmt::format("'{}': results are written as .nc or .npy", path));
  if (ending == ".nc")
    file = create_nc(path, a);
  else if (ending == ".npy")
    file = create_npy(path, a);
  if (!file)
    return tl::make_unexpected(file.error());
  result_sink sink;
  sink.file_ = std::move(*file);
  return sink;
}

result<void> result_sink::write(const shape& start, const block& data) {
  if (file_)
    return file_->write(start, data);
  place(bytes_.mutable_data(), shape_, start, data);
  return {};
}

result<block> result_sink::finish() {
  if (file_) {
    if (auto done = file_->commit(); !done)
      return tl::make_unexpected(done.error());
    return block{};
  }
  return block::wrap(type_, shape_, std::move(bytes_));
}

} // namespace tern
