// Whoever needs memory makes it: a thread that is about to run a task writes
// out others' blocks until there is room, and so cannot make blocks faster than
// the disk takes them. With several threads one writes while the others
// compute.
//
// The order is Belady's, as far as it is known: the static order says which
// task reads a block next, and the block whose reader comes last goes first.
// Each walk chooses a few per cent of the limit at once, since a walk looks at
// every block.
#include "dataflow/runtime/spiller.hpp"

#include "serialization/spill_file.hpp"
#include "serialization/system_memory.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace tern {

namespace {

constexpr std::uint64_t walks_a_limit = 16;

std::string or_default(const std::string& directory) {
  if (!directory.empty())
    return directory;
  for (const char* name : {"TERN_SPILL_DIR", "TMPDIR"})
    if (const char* value = std::getenv(name); value && *value)
      return value;
  return "/var/tmp";
}

bool is_large(const block& b) noexcept {
  return b.bytes() > spill_file::smallest;
}

} // namespace

result<void> disk_for_spilling(const std::string& directory) {
  if (pools_bypassed)
    return fail(failure_kind::refused, "AddressSanitizer keeps the memory");
  return spill_file::process().open(or_default(directory));
}

spiller::spiller(ledger& memory, const std::string& directory, walk each_block)
  : memory_(memory), directory_(or_default(directory)),
    each_block_(std::move(each_block)) {}

result<bool> spiller::make_room(std::uint64_t bytes, std::uint64_t most) {
  const auto short_of = [&] {
    const auto used = memory_.used() + bytes;
    return used > most ? used - most : 0;
  };
  if (short_of() == 0)
    return true;
  std::lock_guard guard{mutex_};
  auto& file = spill_file::process();
  while (const auto missing = short_of()) {
    if (auto ok = file.open(directory_); !ok)
      return tl::make_unexpected(ok.error());
    file.drop_read(); // by links and sessions
    std::uint64_t gained = 0;
    for (auto& v : choose(missing + memory_.limit() / walks_a_limit)) {
      const auto gave = file.spill(v.data.storage(), memory_.away());
      if (!gave)
        return tl::make_unexpected(gave.error());
      memory_.note_spilled(*gave);
      gained += *gave;
    }
    if (gained == 0)
      return short_of() == 0;
  }
  return true;
}

// Handles, so that they live until they are written.
std::vector<spiller::victim> spiller::choose(std::uint64_t bytes) const {
  const auto& file = spill_file::process();
  std::vector<victim> all;
  each_block_([&](const block& data, std::uint32_t next) {
    if (is_large(data) && !file.is_spilled(data.storage()))
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

result<void> spiller::begin(std::span<const block> inputs,
                            std::uint64_t output) {
  if (memory_.limit() == 0)
    return {};
  auto& file = spill_file::process();
  std::uint64_t need = output;
  for (const auto& in : inputs)
    if (is_large(in))
      need += file.bytes_away(in.storage());
  if (auto room = make_room(need, memory_.most_for_tasks()); !room)
    return tl::make_unexpected(room.error());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!is_large(inputs[i]))
      continue;
    if (auto ok = file.pin(inputs[i].storage()); !ok) {
      end(inputs.first(i));
      return tl::make_unexpected(ok.error());
    }
  }
  return {};
}

void spiller::end(std::span<const block> inputs) noexcept {
  if (memory_.limit() == 0)
    return;
  for (const auto& in : inputs)
    if (is_large(in))
      spill_file::process().unpin(in.storage());
}

} // namespace tern
