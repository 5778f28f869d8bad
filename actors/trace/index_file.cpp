#include "actors/trace/index_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace tern {

namespace {

tl::unexpected<failure> io_failure(const std::string& path, int error) {
  const auto why = std::error_code(error, std::generic_category()).message();
  return fail(failure_kind::io, "cannot write " + path + ": " + why);
}

void append_to(std::ofstream& file, const std::vector<std::byte>& bytes) {
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.flush();
}

/// How many of the frames make a chunk.
std::size_t chunk_of(std::span<const frame_digest> frames) {
  std::uint64_t events = 0;
  std::size_t count = 0;
  while (count < std::min(frames.size(), frames_a_chunk)
         && events < events_a_chunk)
    events += frames[count++].events;
  return count;
}

result<void> write_chunks(std::ofstream& file, const trace_bytes& trace,
                          const trace_index& index) {
  std::span<const frame_digest> rest{index.frames()};
  while (!rest.empty()) {
    const auto chunk = rest.first(chunk_of(rest));
    rest = rest.subspan(chunk.size());
    const auto& last = chunk.back().place;
    const auto frame =
        trace.read(last.offset, static_cast<std::size_t>(last.stored));
    if (!frame)
      return tl::make_unexpected(frame.error());
    std::vector<std::byte> bytes;
    append_index_chunk(bytes, chunk, rest.empty() ? &index.sums() : nullptr,
                       *frame);
    append_to(file, bytes);
  }
  return {};
}

} // namespace

std::string index_path(const std::string& trace) {
  return trace + ".idx";
}

trace_index load_index(const std::string& path, const trace_bytes& trace) {
  const auto file = open_trace_bytes(index_path(path));
  if (!file)
    return {};
  const auto bytes =
      (*file)->read(0, static_cast<std::size_t>((*file)->size()));
  return bytes ? read_index(*bytes, trace) : trace_index{};
}

result<void> store_index(const std::string& path, const trace_bytes& trace,
                         const trace_index& index) {
  const auto final_path = index_path(path);
  const auto unfinished = final_path + "." + std::to_string(::getpid());
  std::ofstream file{unfinished, std::ios::binary | std::ios::trunc};
  if (!file)
    return io_failure(final_path, errno);
  auto ok = write_chunks(file, trace, index);
  if (ok && !file)
    ok = io_failure(final_path, errno);
  file.close();
  std::error_code error;
  if (ok)
    std::filesystem::rename(unfinished, final_path, error);
  if (error)
    ok = io_failure(final_path, error.value());
  if (!ok)
    std::filesystem::remove(unfinished, error);
  return ok;
}

index_log::index_log(const std::string& path) : path_(index_path(path)) {
  std::error_code none;
  std::filesystem::remove(path_, none);
}

index_log::~index_log() {
  if (file_.is_open() && !frames_.empty())
    write();
}

void index_log::note(const trace_record& record,
                     std::span<const std::byte> bytes) {
  frames_.push_back(digest_of({end_, bytes.size()}, &record));
  events_ += frames_.back().events;
  end_ += bytes.size();
  last_frame_.assign(bytes.begin(), bytes.end());
  add_record(sums_, record);
}

void index_log::settle() {
  if (events_ >= events_a_chunk || frames_.size() >= frames_a_chunk)
    write();
}

void index_log::write() {
  if (!file_.is_open())
    file_.open(path_, std::ios::binary | std::ios::trunc);
  std::vector<std::byte> bytes;
  append_index_chunk(bytes, frames_, &sums_, last_frame_);
  append_to(file_, bytes);
  frames_.clear();
  events_ = 0;
}

} // namespace tern
