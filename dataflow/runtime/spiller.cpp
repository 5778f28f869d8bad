// Whoever needs memory makes it: a thread that is about to run a task writes
// out others' blocks until there is room, and so cannot make blocks faster than
// the disk takes them. With several threads one writes while the others
// compute. What a running task will take is promised to it beforehand, so that
// two threads do not count on the same bytes; where nothing is left to spill
// tasks run one after the other.
//
// The order is Belady's, as far as it is known: the static order says which
// task reads a block next, and the block whose reader comes last goes first.
// Each walk chooses a few per cent of the limit at once, since a walk looks at
// every block; and after one that found nothing there is none for a while.
#include "dataflow/runtime/spiller.hpp"

#include "dataflow/runtime/spill_count.hpp"
#include "serialization/spill_file.hpp"
#include "serialization/system_memory.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace tern {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t walks_a_limit = 16;
constexpr auto look_again = 10ms;
constexpr auto disk_again = 1s;

std::string or_default(const std::string& directory) {
  if (!directory.empty())
    return directory;
  for (const char* name : {"TERN_SPILL_DIR", "TMPDIR"})
    if (const char* value = std::getenv(name); value && *value)
      return value;
  return "/var/tmp";
}

constinit thread_local spill_count counted;

bool is_large(const block& b) noexcept {
  return b.bytes() > spill_file::largest_kept;
}

} // namespace

spill_count take_spill_count() noexcept {
  return std::exchange(counted, {});
}

// AddressSanitizer keeps the memory: there a limit only holds sources back.
result<void> disk_for_spilling(const std::string& directory) {
  if (pools_bypassed)
    return {};
  return spill_file::process().open(or_default(directory));
}

spiller::spiller(ledger& memory, const std::string& directory, walk each_block)
  : memory_(memory), directory_(or_default(directory)),
    each_block_(std::move(each_block)) {}

// --- a task's room

spiller::room::~room() {
  if (!of_)
    return;
  read();
  of_->leave(promised_);
}

void spiller::room::read() noexcept {
  for (const auto& in : inputs_)
    spill_file::process().unpin(in.storage());
  inputs_.clear();
}

void spiller::room::rest() noexcept {
  if (!of_)
    return;
  of_->running_.fetch_sub(1);
  of_->left_.notify_all();
}

void spiller::room::go_on() noexcept {
  if (of_)
    of_->running_.fetch_add(1);
}

result<spiller::room> spiller::begin(std::span<const block> inputs,
                                     std::uint64_t output) {
  room mine;
  if (memory_.limit() == 0)
    return mine;
  auto& file = spill_file::process();
  std::uint64_t away = 0;
  for (const auto& in : inputs)
    if (is_large(in))
      away += file.bytes_away(in.storage());
  if (!enter(output + away))
    if (auto ok = wait_to_enter(output + away); !ok)
      return tl::make_unexpected(ok.error());
  mine.of_ = this;
  mine.promised_ = output + away;
  mine.inputs_.reserve(inputs.size());
  for (const auto& in : inputs) {
    if (!is_large(in))
      continue;
    if (auto ok = file.pin(in.storage()); !ok)
      return tl::make_unexpected(ok.error());
    mine.inputs_.push_back(in);
  }
  counted.read += away;
  memory_.keep_promise(away); // it is there now
  mine.promised_ = output;
  memory_.note_peak();
  return mine;
}

bool spiller::enter(std::uint64_t bytes) noexcept {
  memory_.promise(bytes);
  if (memory_.used() <= memory_.most_for_tasks()) {
    running_.fetch_add(1);
    return true;
  }
  memory_.keep_promise(bytes);
  return false;
}

result<void> spiller::wait_to_enter(std::uint64_t bytes) {
  std::unique_lock lock{mutex_};
  for (;;) {
    const auto needed = memory_.used() + bytes;
    const auto most = memory_.most_for_tasks();
    const bool fits = needed <= most;
    if (!fits && spill(needed - most) > 0)
      continue;
    const bool within = needed <= memory_.limit();
    const bool alone = running_.load() == 0;
    if (alone && !within && problem_)
      return tl::make_unexpected(*problem_);
    if (fits || within || alone)
      break;
    left_.wait_for(lock, look_again); // others free memory, too
  }
  memory_.promise(bytes);
  running_.fetch_add(1);
  return {};
}

void spiller::leave(std::uint64_t promised) noexcept {
  memory_.keep_promise(promised);
  running_.fetch_sub(1);
  left_.notify_one();
}

bool spiller::make_room(std::uint64_t bytes) {
  if (memory_.source_may_fire(bytes))
    return true;
  std::lock_guard guard{mutex_};
  while (!memory_.source_may_fire(bytes))
    if (spill(memory_.used() + bytes - memory_.most_for_sources()) == 0)
      return false;
  return true;
}

// --- under the lock

// Writes out about so many bytes, and returns how many it was.
std::uint64_t spiller::spill(std::uint64_t bytes) {
  if (memory_.large() == 0 || clock::now() < next_walk_ || !open())
    return 0;
  spill_file::process().drop_read(); // by links and sessions
  std::uint64_t gained = 0;
  for (const auto& v : choose(bytes + memory_.limit() / walks_a_limit)) {
    const auto gave = memory_.spill(v.data);
    if (!gave) {
      problem_ = gave.error();
      next_try_ = clock::now() + disk_again;
      break;
    }
    counted.written += *gave;
    gained += *gave;
  }
  if (gained == 0)
    next_walk_ = clock::now() + look_again;
  return gained;
}

// Whether there is a disk, as far as is known.
bool spiller::open() {
  if (problem_ && clock::now() < next_try_)
    return false;
  problem_.reset();
  if (auto ok = spill_file::process().open(directory_); !ok) {
    problem_ = ok.error();
    next_try_ = clock::now() + disk_again;
  }
  return !problem_;
}

// Handles, so that they live until they are written.
std::vector<spiller::victim> spiller::choose(std::uint64_t bytes) const {
  const auto& file = spill_file::process();
  std::vector<victim> all;
  each_block_([&](const block& data, std::uint32_t next) {
    if (is_large(data) && spill_file::can_spill(data.storage())
        && !file.is_spilled(data.storage()))
      all.push_back({data, next});
  });
  std::ranges::stable_sort(all, std::greater{}, &victim::next);
  std::uint64_t sum = 0;
  const auto end = std::ranges::find_if(all, [&](const victim& v) {
    return std::exchange(sum, sum + v.data.bytes()) >= bytes;
  });
  all.erase(end, all.end());
  return all;
}

} // namespace tern
