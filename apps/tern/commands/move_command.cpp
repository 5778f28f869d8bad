#include "actors/node.hpp"
#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/setting_flag.hpp"
#include "dataflow/runtime/service.hpp"

#include <fmt/format.h>

#include <charconv>
#include <condition_variable>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>

namespace tern {

namespace {

constexpr auto answer_limit = std::chrono::seconds(5);

struct move_options {
  std::string plan;
  std::string task;
  unsigned target = 0;
};

/// Keeps the first answer of a kind.
class first_answer final : public plan_client {
public:
  void receive(dataflow_message m) override {
    std::lock_guard guard{mutex_};
    if (m.kind == message_kind::order_moved && !answer_)
      answer_ = std::move(m);
    come_.notify_one();
  }
  void receive_reply(node_id, message_kind, const plan_reply&) override {}
  std::optional<dataflow_message> wait() {
    std::unique_lock guard{mutex_};
    come_.wait_for(guard, answer_limit, [&] { return answer_.has_value(); });
    return answer_;
  }

private:
  std::mutex mutex_;
  std::condition_variable come_;
  std::optional<dataflow_message> answer_;
};

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (text.empty() || read.ec != std::errc{} || read.ptr != end)
    return std::nullopt;
  return value;
}

std::optional<block_key> parse_task(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos)
    return std::nullopt;
  const auto layer = number(std::string_view{text}.substr(0, slash));
  const auto index = number(std::string_view{text}.substr(slash + 1));
  if (!layer || !index || *layer >= actor_id::max_layers
      || *index >= actor_id::max_index)
    return std::nullopt;
  return block_key{static_cast<layer_id>(*layer),
                   static_cast<std::int64_t>(*index)};
}

int complain(int status, const std::string& what) {
  std::cerr << "tern move: " << what << '\n';
  return status;
}

int run_move(const move_options& o, const configuration& settings) {
  if (const auto status = complain_of(settings, "move"); status != exit_well)
    return status;
  const auto where = parse_address(settings[setting::join_address].text);
  const auto plan_id = parse_plan(o.plan);
  const auto task = parse_task(o.task);
  if (!where)
    return complain(exit_usage, "which cluster? --join HOST:PORT");
  if (!plan_id)
    return complain(exit_usage, plan_id.error().what);
  if (!task)
    return complain(exit_usage,
                    fmt::format("'{}' is no task: write LAYER/INDEX", o.task));
  node_config config;
  config.threads = 0;
  auto self = node::start(config);
  if (!self)
    return complain(exit_failed, self.error().what);
  dataflow_service service{**self, {}};
  if (auto ok = (*self)->join(where->host, where->port); !ok)
    return complain(exit_failed, ok.error().what);
  first_answer answer;
  service.connect(*plan_id, (*self)->id(), answer);
  auto m = message_of(message_kind::order_move, pack(*task));
  m.ordinal = o.target;
  m.asker = (*self)->id();
  for (const auto& peer : (*self)->members())
    if (peer.threads > 0) {
      service.send(*plan_id, peer.id, m);
      service.flush();
      break;
    }
  const auto said = answer.wait();
  service.disconnect(*plan_id);
  if (!said)
    return complain(exit_failed, fmt::format("no node answers for task {} of "
                                             "plan {}",
                                             o.task, o.plan));
  if (said->epoch == 0)
    return complain(exit_failed,
                    fmt::format("task {} stays on node {}: it is {}", o.task,
                                said->ordinal, said->text));
  std::cout << fmt::format("task {}, {} on node {}, moves to node {}\n", o.task,
                           said->text, said->ordinal, o.target);
  return exit_well;
}

} // namespace

void add_move(CLI::App& tool, configuration& settings) {
  auto o = std::make_shared<move_options>();
  auto* c = tool.add_subcommand(
      "move", "Move one task, or the block it made, to another node.");
  c->add_option("plan", o->plan, "as `tern status` prints it")->required();
  c->add_option("task", o->task, "LAYER/INDEX, as --explain numbers them")
      ->required();
  c->add_option("node", o->target, "number of the node in the plan's view")
      ->required();
  add_flag_of(setting::join_address, *c, settings);
  c->footer("Example:\n  tern move 1f2e3d4c5b6a7988 7/0 2 --join "
            "127.0.0.1:7000");
  c->callback(
      [o, &settings] { throw CLI::RuntimeError(run_move(*o, settings)); });
}

} // namespace tern
