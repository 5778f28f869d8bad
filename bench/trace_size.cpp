#include "bench/trace_size.hpp"

#include "actors/trace/index_file.hpp"
#include "actors/trace/names.hpp"
#include "actors/trace/trace_file.hpp"
#include "bench/child.hpp"
#include "bench/made_run.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iostream>
#include <optional>

namespace tern::bench {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t events_a_round = 100'000;
constexpr double bytes_an_event = 24; // more than the trace and its index take
constexpr double summary_seconds = 10;
constexpr double story_seconds = 2;
constexpr double events_to_check = 6e6;

/// A folder that is gone with it, whatever is in it.
class temporary_folder {
public:
  explicit temporary_folder(const std::string& above)
    : path_(fs::path{above}
            / ("tern-trace-size." + std::to_string(::getpid()))) {
    fs::create_directory(path_);
  }
  ~temporary_folder() {
    std::error_code none;
    fs::remove_all(path_, none);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  std::string file() const {
    return (path_ / "made.tern-trace").string();
  }

private:
  fs::path path_;
};

struct written_trace {
  std::uint64_t events = 0;
  actor_id task; ///< of the middle
  double seconds = 0;
};

result<written_trace> write_trace(const std::string& file, double events) {
  const auto begin = std::chrono::steady_clock::now();
  auto out = trace_writer::create(file);
  if (!out)
    return tl::make_unexpected(out.error());
  made_run run;
  const auto wanted = static_cast<std::uint64_t>(events);
  while (run.events() < wanted) {
    const auto left = wanted - run.events();
    const auto before = run.events();
    if (auto ok = out->add(run.round(std::min(left, events_a_round))); !ok)
      return tl::make_unexpected(ok.error());
    if (run.events() == before)
      break; // no room for another task
  }
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begin;
  return written_trace{run.events(), made_run::task(run.tasks() / 2),
                       took.count()};
}

/// A command of the tool, timed.
struct timed_answer {
  nlohmann::json said;
  double seconds = 0;
  double megabytes = 0; ///< of memory, at most
};

std::optional<timed_answer> ask(std::vector<std::string> words) {
  words.emplace_back("--json");
  const auto end = child_process(program_beside("tern"), words).finish();
  auto said = nlohmann::json::parse(end.output, nullptr, false);
  if (end.status != 0 || !said.is_object()) {
    std::cerr << fmt::format("tern-bench trace-size: tern {} failed\n",
                             fmt::join(words, " "));
    return std::nullopt;
  }
  return timed_answer{std::move(said), end.seconds,
                      static_cast<double>(end.peak_bytes) * 1e-6};
}

row figure(const std::string& name, const std::string& unit, double value) {
  row out;
  out.bench = "trace-size";
  out.name = name;
  out.unit = unit;
  out.ours = value;
  return out;
}

/// What is asked, and what a right answer is.
struct question {
  std::string name;
  std::vector<std::string> words;
  double limit = 0;
  std::function<bool(const nlohmann::json&)> is_right;
  bool without_index = false;
};

/// With `check` once, and only the answer counts.
void ask_often(const question& q, const std::string& file,
               const trace_size_options& how, std::vector<row>& rows) {
  std::vector<double> seconds;
  double memory = 0;
  bool right = true;
  for (unsigned i = 0; i < (how.check ? 1 : how.repeats); ++i) {
    if (q.without_index)
      fs::remove(index_path(file));
    const auto answer = ask(q.words);
    right = right && answer && q.is_right(answer->said);
    if (!answer)
      break;
    seconds.push_back(answer->seconds);
    memory = std::max(memory, answer->megabytes);
  }
  auto took = figure(q.name, "s", median(seconds));
  took.spread = spread(seconds);
  took.ok = right;
  if (!how.check) {
    took.budget = fmt::format("< {:g}", q.limit);
    took.ok = right && took.ours < q.limit;
  }
  rows.push_back(took);
  rows.push_back(figure(q.name + ", memory", "MB", memory));
}

row size_row(const std::string& name, const std::string& file) {
  std::error_code none;
  const auto bytes = fs::file_size(file, none);
  auto out = figure(name, "MB", none ? 0 : static_cast<double>(bytes) * 1e-6);
  out.ok = !none;
  return out;
}

std::vector<question> questions(const std::string& file,
                                const written_trace& written) {
  const auto has_all = [events = written.events](const nlohmann::json& said) {
    return said.value("events", std::uint64_t{0}) == events;
  };
  const auto story = [&](std::string name, const actor_id& actor,
                         std::size_t least) -> question {
    return {std::move(name),
            {"story", to_string(actor), "--trace", file},
            story_seconds,
            [least](const nlohmann::json& said) {
              return said.contains("events") && said["events"].size() >= least;
            }};
  };
  return {{"summary", {"trace", "summary", file}, summary_seconds, has_all},
          story("story of a task", written.task, 4),
          story("story of an actor of all times", made_run::actor(), 2),
          {"summary, no index yet",
           {"trace", "summary", file},
           summary_seconds,
           has_all,
           true}};
}

row complaint(const std::string& what) {
  std::cerr << "tern-bench trace-size: " << what << '\n';
  auto out = figure("trace", "events", 0);
  out.ok = false;
  return out;
}

} // namespace

std::vector<row> run_trace_size(const trace_size_options& how) {
  const auto events = how.check ? events_to_check : how.events;
  std::error_code unknown;
  const auto room = fs::space(how.folder, unknown);
  if (unknown || static_cast<double>(room.available) < events * bytes_an_event)
    return {complaint(fmt::format("{} has no room for {:.1f} GB", how.folder,
                                  events * bytes_an_event * 1e-9))};
  const temporary_folder folder{how.folder};
  const auto file = folder.file();
  const auto written = write_trace(file, events);
  if (!written)
    return {complaint(written.error().what)};
  const auto count = static_cast<double>(written->events);
  std::vector<row> rows{
      figure("written", "events", count),
      figure("writing", "ns an event", written->seconds * 1e9 / count),
      size_row("trace", file)};
  if (written->events >= events_a_chunk) // others have none
    rows.push_back(size_row("index", index_path(file)));
  for (const auto& q : questions(file, *written))
    ask_often(q, file, how, rows);
  return rows;
}

} // namespace tern::bench
