#include "bench/nap_notes.hpp"

#include <set>

namespace tern::bench {

compute_hooks nap_notes::hooks() {
  compute_hooks h;
  h.sink = [this](std::size_t, const shape&, const shape&,
                  const block& made) -> result<void> {
    all.push_back(note_in(made));
    return {};
  };
  return h;
}

double nap_notes::slept() const {
  double sum = 0;
  for (const auto& each : all)
    sum += each.seconds();
  return sum;
}

std::size_t nap_notes::processes() const {
  std::set<std::int64_t> pids;
  for (const auto& each : all)
    pids.insert(each.pid);
  return pids.size();
}

} // namespace tern::bench
