// Workers take frames in the order of the file, each with its number; they
// decode them side by side and leave the rests in the places of their numbers,
// from where the calling thread takes them in order. A worker that is far ahead
// of it waits, so that no more than `most_ahead` frames are in memory.
#include "actors/trace/frame_scan.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace tern {

namespace {

constexpr std::size_t most_ahead = 32;
constexpr unsigned most_workers = 8;

/// Gives the frames, one after the other; nothing at the end.
using frame_feed = std::function<result<std::optional<stored_frame>>()>;

frame_rest failing(failure why) {
  return [why = std::move(why)]() -> result<void> {
    return tl::make_unexpected(why);
  };
}

class scan_run {
public:
  scan_run(frame_feed feed, const frame_work& work)
    : feed_(std::move(feed)), work_(work) {}

  result<void> run() {
    const auto count =
        std::clamp(std::thread::hardware_concurrency(), 1u, most_workers);
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < count; ++i)
      workers.emplace_back([this] { decode_all(); });
    const auto done = do_rests();
    {
      std::lock_guard guard{mutex_};
      ended_ = true;
    }
    changed_.notify_all();
    return done;
  }

private:
  // The calling thread.
  result<void> do_rests() {
    std::unique_lock lock{mutex_};
    for (;; ++done_) {
      auto& place = rests_[done_ % most_ahead];
      changed_.wait(lock, [&] { return place || (ended_ && done_ == taken_); });
      if (!place)
        return {};
      const auto rest = std::exchange(place, nullptr);
      lock.unlock();
      auto ok = rest();
      lock.lock();
      if (!ok)
        return ok;
      changed_.notify_all();
    }
  }

  // Each worker.
  void decode_all() {
    std::unique_lock lock{mutex_};
    for (;;) {
      // who takes a frame holds no lock meanwhile, but is alone
      changed_.wait(lock, [&] {
        return ended_ || (!taking_ && taken_ < done_ + most_ahead);
      });
      if (ended_)
        return;
      taking_ = true;
      lock.unlock();
      auto frame = feed_();
      lock.lock();
      taking_ = false;
      ended_ = ended_ || !frame || !*frame;
      if (frame && !*frame) {
        changed_.notify_all();
        return;
      }
      const auto number = taken_++;
      changed_.notify_all();
      lock.unlock();
      auto rest = frame ? decode(**frame) : failing(frame.error());
      lock.lock();
      rests_[number % most_ahead] = std::move(rest);
      changed_.notify_all();
    }
  }

  frame_rest decode(const stored_frame& frame) const {
    auto read = read_framed_record(frame.bytes, frame.offset);
    if (!read)
      return failing(read.error());
    if (!*read || (*read)->stored != frame.bytes.size())
      return failing(bad_frame(frame.offset, {failure_kind::malformed,
                                              "a frame of another length"})
                         .value());
    return work_(
        {{frame.offset, frame.bytes.size()}, std::move((*read)->record)});
  }

  const frame_feed feed_;
  const frame_work& work_;
  std::mutex mutex_; ///< guards what follows
  std::condition_variable changed_;
  std::array<frame_rest, most_ahead> rests_;
  std::uint64_t taken_ = 0; ///< frames, by workers
  std::uint64_t done_ = 0;  ///< rests
  bool taking_ = false;
  bool ended_ = false; ///< no more is to be taken
};

} // namespace

result<scan_end> scan_frames(const trace_bytes& bytes, std::uint64_t offset,
                             const frame_work& work) {
  frame_cursor cursor{bytes, offset};
  if (auto ok = scan_run{[&] { return cursor.next(); }, work}.run(); !ok)
    return tl::make_unexpected(ok.error());
  return scan_end{cursor.offset(), cursor.truncated()};
}

result<void> scan_frames(const trace_bytes& bytes,
                         std::span<const frame_place> frames,
                         const frame_work& work) {
  const auto feed = [&]() -> result<std::optional<stored_frame>> {
    if (frames.empty())
      return std::nullopt;
    const auto place = frames.front();
    frames = frames.subspan(1);
    if (place.stored > max_stored_record)
      return bad_frame(place.offset,
                       {failure_kind::malformed, "a frame that is too long"});
    auto read =
        bytes.read(place.offset, static_cast<std::size_t>(place.stored));
    if (!read)
      return tl::make_unexpected(read.error());
    return stored_frame{place.offset, std::move(*read)};
  };
  return scan_run{feed, work}.run();
}

} // namespace tern
