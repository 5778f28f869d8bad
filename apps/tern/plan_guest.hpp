#pragma once

#include "apps/tern/commands/options.hpp"
#include "dataflow/runtime/service.hpp"
#include "dataflow/runtime/why.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tern {

/// Somebody who joins a cluster to ask its nodes about a plan, and leaves.
class plan_guest final : private plan_client {
public:
  /// Fails with `unreachable` or `refused`, naming the address.
  static result<std::unique_ptr<plan_guest>> join(const address& where,
                                                  std::uint64_t plan_id);
  ~plan_guest() override;
  plan_guest(const plan_guest&) = delete;
  plan_guest& operator=(const plan_guest&) = delete;

  /// The plan itself. Fails with `not_found`.
  result<plan> find();

  /// What is said to `m`, which is for a task; none: nobody answers.
  std::optional<dataflow_message> ask(dataflow_message m, message_kind answer);
  std::vector<std::optional<task_report>>
  inspect(const std::vector<block_key>& tasks);

  /// HOST:PORT, or its id.
  std::string name_of(node_id who) const;

private:
  using answer_key = std::pair<message_kind, std::uint64_t>; ///< and the task
  using answers = std::vector<std::optional<dataflow_message>>;

  plan_guest(std::unique_ptr<node> self, std::uint64_t plan_id);

  void receive(dataflow_message m) override;
  void receive_reply(node_id, message_kind, const plan_reply&) override {}
  std::vector<node_id> nodes() const;
  bool wait_for(const std::vector<answer_key>& wanted);
  answers ask_all(std::vector<dataflow_message> questions, message_kind answer);

  const std::uint64_t plan_id_;
  std::unique_ptr<node> self_;
  std::mutex mutex_; ///< guards the answers
  std::condition_variable come_;
  std::map<answer_key, dataflow_message> answers_;
  std::unique_ptr<dataflow_service> service_;
};

/// LAYER/INDEX, as `--explain` numbers them.
result<block_key> parse_task(const std::string& text);

} // namespace tern
