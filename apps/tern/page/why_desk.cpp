#include "apps/tern/page/why_desk.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

constexpr int most_waiting = 4;

std::string text_of(const json& what) {
  return what.dump(-1, ' ', false, json::error_handler_t::replace);
}

void complain(unsigned status, const std::string& why,
              const why_desk::answer& then) {
  then(status, text_of({{"error", why}}));
}

void answer_now(const plan_question& q, const why_desk::answer& then) {
  const auto found = asked_plan::open(q);
  if (found)
    then(200, text_of(json_of(*found, fmt::format("{:016x}", q.plan_id),
                              found->reasons(q.task))));
  else
    complain(found.error().kind == failure_kind::not_found ? 404 : 502,
             found.error().what, then);
}

} // namespace

why_desk::~why_desk() {
  closed_.store(true);
  thread_.stop();
}

void why_desk::ask(const plan_question& q, answer then) {
  if (waiting_.fetch_add(1) >= most_waiting) {
    waiting_.fetch_sub(1);
    return complain(503, "too many ask at once", then);
  }
  thread_.post([this, q, then = std::move(then)] {
    if (closed_.load())
      complain(503, "the node is about to end", then);
    else
      answer_now(q, then);
    waiting_.fetch_sub(1);
  });
}

} // namespace tern
