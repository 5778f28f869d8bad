#include "apps/tern/plan_guest.hpp"

#include "actors/link/socket.hpp"
#include "dataflow/runtime/plan_finder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace tern {

namespace {

// Also a node that is asked first may hang; then the next one is.
constexpr auto answer_limit = std::chrono::seconds(2);

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (text.empty() || read.ec != std::errc{} || read.ptr != end)
    return std::nullopt;
  return value;
}

} // namespace

result<block_key> parse_task(const std::string& text) {
  const auto slash = std::min(text.find('/'), text.size());
  const auto layer = number(std::string_view{text}.substr(0, slash));
  const auto index =
      number(std::string_view{text}.substr(std::min(slash + 1, text.size())));
  if (!layer || !index || *layer >= actor_id::max_layers
      || *index >= actor_id::max_index)
    return fail(failure_kind::refused,
                fmt::format("'{}' is no task: write LAYER/INDEX", text));
  return block_key{static_cast<layer_id>(*layer),
                   static_cast<std::int64_t>(*index)};
}

result<std::unique_ptr<plan_guest>> plan_guest::join(const address& where,
                                                     std::uint64_t plan_id) {
  node_config config;
  config.threads = 0;
  auto self = node::start(config);
  if (!self)
    return tl::make_unexpected(self.error());
  std::unique_ptr<plan_guest> guest{new plan_guest{std::move(*self), plan_id}};
  if (auto ok = guest->self_->join(where.host, where.port); !ok)
    return tl::make_unexpected(ok.error());
  return guest;
}

plan_guest::plan_guest(std::unique_ptr<node> self, std::uint64_t plan_id)
  : plan_id_(plan_id), self_(std::move(self)),
    service_(std::make_unique<dataflow_service>(*self_, kernel_registry{})) {}

plan_guest::~plan_guest() {
  service_.reset();
}

std::vector<node_id> plan_guest::nodes() const {
  std::vector<node_id> out;
  for (const auto& m : self_->members())
    if (m.threads > 0)
      out.push_back(m.id);
  return out;
}

result<plan> plan_guest::find() {
  return find_plan(*service_, plan_id_, nodes());
}

void plan_guest::receive(dataflow_message m) {
  std::lock_guard guard{mutex_};
  answers_.insert_or_assign({m.kind, m.from}, std::move(m));
  come_.notify_one();
}

bool plan_guest::wait_for(const std::vector<answer_key>& wanted) {
  std::unique_lock guard{mutex_};
  return come_.wait_for(guard, answer_limit, [&] {
    return std::ranges::all_of(
        wanted, [this](const auto& key) { return answers_.contains(key); });
  });
}

plan_guest::answers plan_guest::ask_all(std::vector<dataflow_message> questions,
                                        message_kind answer) {
  std::vector<answer_key> wanted;
  for (auto& m : questions) {
    m.asker = self_->id();
    wanted.emplace_back(answer, m.to);
  }
  answers_.clear();
  service_->connect(plan_id_, self_->id(), *this);
  for (const auto to : nodes()) {
    for (const auto& m : questions)
      service_->send(plan_id_, to, m);
    service_->flush();
    if (wait_for(wanted))
      break;
  }
  service_->disconnect(plan_id_);
  answers out;
  for (const auto& key : wanted) {
    const auto found = answers_.find(key);
    out.push_back(found == answers_.end() ? std::nullopt
                                          : std::optional{found->second});
  }
  return out;
}

std::optional<dataflow_message> plan_guest::ask(dataflow_message m,
                                                message_kind answer) {
  return ask_all({std::move(m)}, answer).front();
}

std::vector<std::optional<task_report>>
plan_guest::inspect(const std::vector<block_key>& tasks) {
  std::vector<dataflow_message> questions;
  for (const auto& task : tasks)
    questions.push_back(message_of(message_kind::inspect, pack(task)));
  std::vector<std::optional<task_report>> out;
  for (const auto& m : ask_all(std::move(questions), message_kind::inspected))
    out.push_back(m ? report_in(*m) : std::nullopt);
  return out;
}

std::string plan_guest::name_of(node_id who) const {
  for (const auto& m : self_->members())
    if (m.id == who)
      return address_text(m.host, m.port);
  return to_string(who);
}

} // namespace tern
