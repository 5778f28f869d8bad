#include "actors/trace/names.hpp"

#include "actors/control/status_kinds.hpp"

#include <fmt/format.h>

namespace tern {

namespace {

template <class Kind>
name_table table_of(std::uint32_t limit) {
  name_table table;
  for (std::uint32_t number = 0; number < limit; ++number) {
    auto name = name_of(static_cast<Kind>(number));
    if (!name.empty())
      table.emplace(number, name);
  }
  return table;
}

// Above the last kind of either enumeration.
constexpr std::uint32_t kinds_of_events = 100;
constexpr std::uint32_t kinds_of_messages = 1000;

} // namespace

std::string_view name_of(message_kind kind) noexcept {
  switch (kind) {
  case message_kind::actor_message:
    return "actor_message";
  case message_kind::channel_ack:
    return "channel_ack";
  case message_kind::migrate_prepare:
    return "migrate_prepare";
  case message_kind::migrate_prepared:
    return "migrate_prepared";
  case message_kind::migrate_state:
    return "migrate_state";
  case message_kind::migrate_installed:
    return "migrate_installed";
  case message_kind::migrate_abort:
    return "migrate_abort";
  case message_kind::migrate_aborted:
    return "migrate_aborted";
  case message_kind::location_update:
    return "location_update";
  case message_kind::location_query:
    return "location_query";
  case message_kind::location_answer:
    return "location_answer";
  case message_kind::trace_request:
    return "trace_request";
  case message_kind::trace_reply:
    return "trace_reply";
  case message_kind::order_migration:
    return "order_migration";
  case message_kind::order_answer:
    return "order_answer";
  case message_kind::view_message:
    return "view_message";
  case message_kind::migrate_released:
    return "migrate_released";
  case message_kind::census_report:
    return "census_report";
  case message_kind::census_taken:
    return "census_taken";
  case message_kind::census_query:
    return "census_query";
  case message_kind::census_answer:
    return "census_answer";
  case message_kind::balance_report:
    return "balance_report";
  case message_kind::suspicion:
    return "suspicion";
  case message_kind::wait_query:
    return "wait_query";
  case message_kind::wait_answer:
    return "wait_answer";
  case message_kind::plan_submit:
    return "plan_submit";
  case message_kind::plan_accepted:
    return "plan_accepted";
  case message_kind::plan_forget:
    return "plan_forget";
  case message_kind::have:
    return "have";
  case message_kind::want:
    return "want";
  case message_kind::release:
    return "release";
  case message_kind::erred:
    return "erred";
  case message_kind::pull:
    return "pull";
  case message_kind::block_data:
    return "block_data";
  case message_kind::lend:
    return "lend";
  case message_kind::installed:
    return "installed";
  case message_kind::refused:
    return "refused";
  case message_kind::location:
    return "location";
  case message_kind::finished:
    return "finished";
  case message_kind::progress_request:
    return "progress_request";
  case message_kind::progress_reply:
    return "progress_reply";
  case message_kind::monitor:
    return "monitor";
  case message_kind::down:
    return "down";
  case message_kind::order_move:
    return "order_move";
  case message_kind::order_moved:
    return "order_moved";
  case message_kind::inspect:
    return "inspect";
  case message_kind::inspected:
    return "inspected";
  case message_kind::released:
    return "released";
  case message_kind::plan_lent:
    return "plan_lent";
  case message_kind::steal_ask:
    return "steal_ask";
  case message_kind::steal_answer:
    return "steal_answer";
  case message_kind::plan_census:
    return "plan_census";
  case message_kind::plan_query:
    return "plan_query";
  case message_kind::plan_copy:
    return "plan_copy";
  case message_kind::application:
    return "application";
  }
  if (kind == status_ask)
    return "status_ask";
  if (kind == status_told)
    return "status_told";
  return {};
}

std::string name_in(const name_table& table, std::uint32_t number) {
  const auto found = table.find(number);
  return found != table.end() ? found->second : std::to_string(number);
}

std::string text_of_actor(std::uint64_t low) {
  const actor_id id{0, low};
  switch (id.kind()) {
  case actor_kind::task:
    return fmt::format("task {}/{}", id.layer(), id.index());
  case actor_kind::stateful:
    return fmt::format("actor {}", id.counter());
  case actor_kind::service:
    return fmt::format("service {}", id.counter());
  case actor_kind::keyed:
    return fmt::format("key {:015x}", id.counter());
  default:
    return "node";
  }
}

std::string display_name(const node_trace& node) {
  return node.name.empty() ? to_string(node.node) : node.name;
}

name_table names_of_events() {
  return table_of<trace_kind>(kinds_of_events);
}

name_table names_of_messages() {
  return table_of<message_kind>(kinds_of_messages);
}

} // namespace tern
