#include "dataflow/runtime/stall_watch.hpp"

namespace tern {

void stall_watch::begin_anew(time now) {
  since_ = now;
  patience_ = first_patience;
  chain_.reset();
}

std::optional<block_key> stall_watch::look(time now, std::uint64_t done,
                                           const block_key& awaited) {
  if (done != done_) {
    done_ = done;
    begin_anew(now);
  }
  if (!chain_) {
    if (now - since_ < patience_)
      return {};
    chain_.emplace(awaited);
    times_asked_ = 0;
  }
  if (!chain_->next() || (times_asked_ > 0 && now - asked_ < answer_time))
    return {};
  if (times_asked_ == most_times) {
    chain_->add({});
    return {};
  }
  asked_ = now;
  ++times_asked_;
  return chain_->next();
}

void stall_watch::answer(const task_report& report) {
  if (!chain_ || !(chain_->next() == report.task))
    return;
  chain_->add(report);
  times_asked_ = 0;
}

std::optional<stall_watch::finding> stall_watch::found(time now) {
  if (!chain_ || chain_->next())
    return {};
  const auto reasons = chain_->reasons();
  chain_.reset();
  if (reasons.empty()) { // the result is under way
    since_ = now;
    return {};
  }
  patience_ *= more_patience;
  return finding{
      reasons.back(),
      std::chrono::duration_cast<std::chrono::seconds>(now - since_)};
}

} // namespace tern
