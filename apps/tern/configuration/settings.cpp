#include "apps/tern/configuration/settings.hpp"

#include "apps/tern/commands/options.hpp"
#include "dataflow/runtime/session_options.hpp"

#include <fmt/format.h>

namespace tern {

namespace {

constexpr setting_info table[setting_count] = {
    {setting::scheduler_kind, "scheduler", "TERN_SCHEDULER", "threads",
     "synchronous, threads, processes or cluster"},
    {setting::thread_count, "threads", "TERN_THREADS", "auto",
     "compute threads per node; auto: cores / nodes"},
    {setting::node_count, "nodes", "TERN_NODES", "auto",
     "node processes of `processes`; auto: one a core"},
    {setting::memory_limit, "memory", "TERN_MEMORY", "auto",
     "of all nodes together (`tern node`: of that node), e.g. 2GB"},
    {setting::spill_directory, "spill-dir", "TERN_SPILL_DIR", "auto",
     "where blocks go that do not fit in memory; auto: TMPDIR or /var/tmp"},
    {setting::chunk_sizes, "chunks", "TERN_CHUNKS", "auto",
     "auto, N or N,M,...: for sources that do not say"},
    {setting::join_address, "join", "TERN_JOIN", "",
     "HOST:PORT of a running node"},
    {setting::listen_address, "listen", "TERN_LISTEN", "127.0.0.1:0",
     "HOST:PORT of `tern node`; port 0 picks one"},
};

template <class T>
result<void> only_whether(const result<T>& parsed) {
  if (!parsed)
    return tl::make_unexpected(parsed.error());
  return {};
}

result<void> check_scheduler(const std::string& text) {
  if (scheduler_named(text))
    return {};
  return fail(failure_kind::refused,
              fmt::format("unknown scheduler '{}': synchronous, threads, "
                          "processes or cluster",
                          text));
}

} // namespace

std::span<const setting_info, setting_count> all_settings() noexcept {
  return table;
}

const setting_info& info_of(setting which) noexcept {
  return table[static_cast<std::size_t>(which)];
}

result<void> check_setting(setting which, const std::string& text) {
  switch (which) {
  case setting::scheduler_kind:
    return check_scheduler(text);
  case setting::thread_count:
    return only_whether(parse_count(text, most_threads));
  case setting::node_count:
    return only_whether(parse_count(text, most_nodes));
  case setting::memory_limit:
    return only_whether(parse_memory(text));
  case setting::spill_directory:
    return text.empty() ? fail(failure_kind::refused, "a directory is expected")
                        : result<void>{};
  case setting::chunk_sizes:
    return only_whether(parse_chunks(text));
  case setting::join_address:
    return text.empty() ? result<void>{} : only_whether(parse_address(text));
  default:
    return only_whether(parse_address(text));
  }
}

} // namespace tern
