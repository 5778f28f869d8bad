#include "apps/tern/result_sink.hpp"

#include "apps/tern/map/create_png.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace tern {

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
  sink.whole_.emplace(a.type(), a.shape());
  return sink;
}

result<result_sink> result_sink::to_file(const array& a,
                                         const std::string& path) {
  const auto ending = std::filesystem::path(path).extension();
  result<std::unique_ptr<array_writer>> file =
      fail(failure_kind::refused,
           fmt::format("'{}': results are written as .nc, .npy or .png", path));
  if (ending == ".nc")
    file = create_nc(path, a);
  else if (ending == ".npy")
    file = create_npy(path, a);
  else if (ending == ".png")
    file = create_png(path, a);
  if (!file)
    return tl::make_unexpected(file.error());
  result_sink sink;
  sink.file_ = std::move(*file);
  return sink;
}

result<void> result_sink::write(const shape& start, const block& data) {
  if (file_)
    return file_->write(start, data);
  whole_->put(start, data);
  return {};
}

result<block> result_sink::finish() {
  if (file_) {
    if (auto done = file_->commit(); !done)
      return tl::make_unexpected(done.error());
    return block{};
  }
  return whole_->finish();
}

} // namespace tern
