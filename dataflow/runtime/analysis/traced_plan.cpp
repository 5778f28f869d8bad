#include "dataflow/runtime/analysis/traced_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tern {

namespace {

// Of names in a message.
constexpr std::size_t most_named = 8;

std::string ids_of(const std::vector<trace_plan>& plans) {
  std::string text;
  for (std::size_t i = 0; i < std::min(plans.size(), most_named); ++i)
    text += fmt::format("{}{:x}", i == 0 ? "" : ", ", plans[i].id);
  return plans.size() > most_named ? text + ", ..." : text;
}

result<const trace_plan*> find_plan(const trace_content& trace,
                                    std::optional<std::uint64_t> id) {
  const auto& plans = trace.plans;
  if (plans.empty())
    return fail(failure_kind::not_found,
                "there is no plan in it; `tern eval --trace` writes one, but "
                "older versions and the scheduler `synchronous` do not");
  if (!id && plans.size() > 1)
    return fail(failure_kind::refused,
                fmt::format("there are {} plans in it, {}: say which with "
                            "--plan",
                            plans.size(), ids_of(plans)));
  if (!id)
    return &plans.front();
  const auto found = std::ranges::find(plans, *id, &trace_plan::id);
  if (found == plans.end())
    return fail(
        failure_kind::not_found,
        fmt::format("there is no plan {:x} in it, but {}", *id, ids_of(plans)));
  return &*found;
}

} // namespace

result<traced_plan> plan_in(const trace_content& trace,
                            std::optional<std::uint64_t> id) {
  const auto found = find_plan(trace, id);
  if (!found)
    return tl::make_unexpected(found.error());
  auto what = decode_plan((*found)->bytes);
  if (!what)
    return fail(failure_kind::malformed,
                fmt::format("its plan {:x} cannot be read: {}", (*found)->id,
                            what.error().what));
  what->id = (*found)->id;
  return traced_plan{std::move(*what), (*found)->text};
}

} // namespace tern
