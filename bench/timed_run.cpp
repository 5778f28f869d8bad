#include "bench/timed_run.hpp"

#include <nlohmann/json.hpp>

namespace tern::bench {

std::optional<timed_run> time_program(const std::string& program,
                                      const std::vector<std::string>& words) {
  const auto end = child_process(program, words).finish();
  const auto last = end.output.rfind('{');
  if (end.status != 0 || last == std::string::npos)
    return std::nullopt;
  const auto said =
      nlohmann::json::parse(end.output.substr(last), nullptr, false);
  if (!said.is_object() || !said.contains("seconds"))
    return std::nullopt;
  return timed_run{said.value("seconds", 0.0), said.value("value", 0.0),
                   static_cast<double>(end.peak_bytes) / 1e9};
}

std::optional<double> seconds_of(const std::optional<timed_run>& r) {
  return r ? std::optional(r->seconds) : std::nullopt;
}

} // namespace tern::bench
