#include "bench/trace.hpp"

#include "actors/trace/tracer.hpp"
#include "bench/child.hpp"
#include "bench/overhead.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

#include <sys/resource.h>

namespace tern::bench {

namespace {

constexpr double percent = 100;

/// User and system, of all that have ended and been waited for, with theirs.
double cpu_of_children() {
  rusage used{};
  ::getrusage(RUSAGE_CHILDREN, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec)
           + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// CPU seconds of a run of this program, at a level.
std::optional<double> cpu_of(const std::vector<std::string>& words,
                             bool flight) {
  if (flight)
    ::unsetenv(flight_variable);
  else
    ::setenv(flight_variable, "off", 1);
  const auto before = cpu_of_children();
  const auto end = child_process(own_path(), words).finish();
  return end.status == 0 ? std::optional{cpu_of_children() - before}
                         : std::nullopt;
}

/// A budget is kept or broken if the whole interval says so.
row row_of(const std::string& name, unsigned pairs,
           const std::vector<double>& ratios, double limit, bool check) {
  row r;
  r.bench = "trace";
  r.name = name;
  r.unit = "% CPU";
  r.spread = percent * spread(ratios);
  if (ratios.size() < pairs) {
    r.budget =
        fmt::format("{} of {} pairs failed", pairs - ratios.size(), pairs);
    r.ok = false;
    return r;
  }
  const auto found = overhead_of(ratios);
  r.ours = percent * (found ? found->middle : median(ratios) - 1);
  if (check)
    return r;
  r.budget = fmt::format("<= {:g} %", limit);
  r.ok = std::nullopt;
  if (!found)
    return r;
  r.budget += fmt::format(" (95 %: {:.2f} to {:.2f})", percent * found->low,
                          percent * found->high);
  if (percent * found->high <= limit)
    r.ok = true;
  else if (percent * found->low > limit)
    r.ok = false;
  return r;
}

/// A name for a file that is gone with this.
class scratch_file {
public:
  ~scratch_file() {
    std::error_code error;
    std::filesystem::remove(path_, error);
  }
  const std::string& path() const noexcept {
    return path_;
  }

private:
  std::string path_ = (std::filesystem::temp_directory_path()
                       / fmt::format("tern-bench-{}.tern-trace", ::getpid()))
                          .string();
};

} // namespace

std::vector<row> run_trace(const trace_options& how) {
  const unsigned pairs = how.check ? 1 : how.pairs;
  const auto empty = std::to_string(how.check ? 20'000 : how.empty);
  const auto long_ones = std::to_string(how.check ? 500 : how.long_ones);
  const auto rounds = std::to_string(rounds_of_100_us());
  const scratch_file file;
  const auto empty_tasks = [&](bool flight) {
    return cpu_of({"tasks-once", "layered", empty, "2"}, flight);
  };
  const auto long_tasks = [&](bool flight, const std::string& to = "-") {
    return cpu_of({"trace-once", long_ones, rounds, to}, flight);
  };
  const auto measure = [&](const std::string& name, double limit, auto with,
                           auto without) {
    return row_of(name, pairs, interleaved_ratios(pairs, with, without), limit,
                  how.check);
  };
  return {
      measure(
          "flight recorder, empty tasks", 15, [&] { return empty_tasks(true); },
          [&] { return empty_tasks(false); }),
      measure(
          "flight recorder, tasks of 100 us", 2,
          [&] { return long_tasks(true); }, [&] { return long_tasks(false); }),
      measure(
          "messages to a file, tasks of 100 us", 5,
          [&] { return long_tasks(true, file.path()); },
          [&] { return long_tasks(false); })};
}

} // namespace tern::bench
