#include "dataflow/api/completions.hpp"

#include "dataflow/api/background_run.hpp"
#include "dataflow/api/run_error.hpp"

namespace tern {

const ndarray& completion::result() const {
  if (!outcome_)
    throw run_error{outcome_.error()};
  return *outcome_;
}

completions::completions(std::shared_ptr<background_run> run)
  : run_(std::move(run)) {}

completions::completions(completions&& other) noexcept = default;

completions& completions::operator=(completions&& other) noexcept {
  std::swap(run_, other.run_);
  return *this;
}

completions::~completions() {
  if (run_)
    run_->end();
}

std::optional<completion> completions::next() {
  return run_->next();
}

} // namespace tern
