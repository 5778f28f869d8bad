#include "bench/timed_run.hpp"

#include <nlohmann/json.hpp>

namespace tern::bench {

namespace {

/// The object in the last line that was printed; null: there is none.
nlohmann::json object_in(const child_end& end) {
  const auto last = end.output.rfind('{');
  if (end.status != 0 || last == std::string::npos)
    return nullptr;
  auto said = nlohmann::json::parse(end.output.substr(last), nullptr, false);
  return said.is_object() ? said : nlohmann::json{nullptr};
}

} // namespace

std::map<std::string, double> figures_in(const child_end& end) {
  std::map<std::string, double> numbers;
  const auto said = object_in(end);
  if (said.is_object())
    for (const auto& [name, value] : said.items())
      if (value.is_number())
        numbers[name] = value.get<double>();
  return numbers;
}

std::optional<double> figure_of(const std::string& program,
                                const std::vector<std::string>& words,
                                const std::string& name) {
  const auto said = figures_in(child_process(program, words).finish());
  const auto found = said.find(name);
  return found == said.end() ? std::nullopt : std::optional(found->second);
}

std::optional<timed_run> time_program(const std::string& program,
                                      const std::vector<std::string>& words) {
  const auto end = child_process(program, words).finish();
  const auto said = object_in(end);
  if (!said.is_object() || !said.contains("seconds"))
    return std::nullopt;
  return timed_run{said.value("seconds", 0.0), said.value("value", 0.0),
                   static_cast<double>(end.peak_bytes) / 1e9};
}

std::optional<double> seconds_of(const std::optional<timed_run>& r) {
  return r ? std::optional(r->seconds) : std::nullopt;
}

} // namespace tern::bench
