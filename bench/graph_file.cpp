#include "bench/graph_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <optional>
#include <unordered_map>
#include <utility>

namespace tern::bench {

namespace {

constexpr std::size_t most_tasks = 100'000;
constexpr std::size_t most_bytes = std::size_t{1} << 28;

struct line_task {
  double seconds = 0;
  std::vector<std::uint64_t> reads; ///< ids
};

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == text.npos)
      return parts;
    text.remove_prefix(end + 1);
  }
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number value{};
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end)
    return std::nullopt;
  return value;
}

std::optional<double> amount_in(std::string_view text) {
  const auto value = number_in<double>(text);
  return value && std::isfinite(*value) && *value >= 0 ? value : std::nullopt;
}

/// Line by line; then edges from ids to places, and the places in an order that
/// inputs come first.
class graph_lines {
public:
  explicit graph_lines(const std::string& name) : name_(name) {}

  result<void> take(std::string_view line) {
    ++line_;
    if (tasks_.size() == most_tasks)
      return wrong(line_, fmt::format("more than {} tasks", most_tasks));
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    const auto fields = split(line, '\t');
    if (fields.size() < 3)
      return wrong(line_, "needs an id, seconds and bytes, with tabs between");
    const auto id = number_in<std::uint64_t>(fields[0]);
    if (!id)
      return wrong(line_, fmt::format("'{}' is no id", fields[0]));
    const auto seconds = amount_in(fields[1]);
    if (!seconds)
      return wrong(line_, fmt::format("'{}' are no seconds", fields[1]));
    if (!amount_in(fields[2]))
      return wrong(line_, fmt::format("'{}' are no bytes", fields[2]));
    line_task task{*seconds, {}};
    for (std::size_t i = 3; i < fields.size(); ++i) {
      const auto input = number_in<std::uint64_t>(fields[i]);
      if (!input)
        return wrong(line_, fmt::format("'{}' is no id", fields[i]));
      task.reads.push_back(*input);
    }
    if (!places_.emplace(*id, tasks_.size()).second)
      return wrong(line_, fmt::format("a second task {}", *id));
    tasks_.push_back(std::move(task));
    return {};
  }

  result<timed_graph> sorted() const {
    if (tasks_.empty())
      return fail(failure_kind::malformed, name_ + ": no task in it");
    if (std::ranges::none_of(tasks_, [](auto& t) { return t.seconds > 0; }))
      return fail(failure_kind::malformed, name_ + ": its tasks take no time");
    std::vector<std::vector<std::size_t>> readers(tasks_.size());
    std::vector<std::size_t> missing(tasks_.size());
    for (std::size_t at = 0; at < tasks_.size(); ++at)
      for (const auto id : tasks_[at].reads) {
        const auto input = places_.find(id);
        if (input == places_.end())
          return wrong(at + 1, fmt::format("reads {}, which is no task", id));
        auto& already = readers[input->second];
        if (!already.empty() && already.back() == at)
          return wrong(at + 1, fmt::format("reads {} twice", id));
        already.push_back(at);
        ++missing[at];
      }
    return in_order(readers, std::move(missing));
  }

private:
  tl::unexpected<failure> wrong(std::size_t line,
                                const std::string& what) const {
    return fail(failure_kind::malformed,
                fmt::format("{}:{}: {}", name_, line, what));
  }

  result<timed_graph>
  in_order(const std::vector<std::vector<std::size_t>>& readers,
           std::vector<std::size_t> missing) const {
    std::vector<std::size_t> order;
    for (std::size_t at = 0; at < tasks_.size(); ++at)
      if (missing[at] == 0)
        order.push_back(at);
    std::vector<std::uint32_t> numbers(tasks_.size());
    timed_graph out;
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto at = order[i];
      numbers[at] = static_cast<std::uint32_t>(i);
      out.push_back({tasks_[at].seconds, {}});
      for (const auto id : tasks_[at].reads)
        out.back().reads.push_back(numbers[places_.at(id)]);
      for (const auto next : readers[at])
        if (--missing[next] == 0)
          order.push_back(next);
    }
    for (std::size_t at = 0; at < tasks_.size(); ++at)
      if (missing[at] > 0)
        return wrong(at + 1, "waits for itself, through what it reads");
    return out;
  }

  const std::string& name_;
  std::size_t line_ = 0;
  std::vector<line_task> tasks_; ///< by line
  std::unordered_map<std::uint64_t, std::size_t> places_;
};

} // namespace

result<timed_graph> parse_graph(std::string_view text,
                                const std::string& name) {
  graph_lines lines{name};
  if (text.ends_with('\n'))
    text.remove_suffix(1);
  if (!text.empty())
    for (const auto line : split(text, '\n'))
      if (auto ok = lines.take(line); !ok)
        return tl::make_unexpected(ok.error());
  return lines.sorted();
}

result<timed_graph> read_graph_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return fail(failure_kind::not_found, path + ": cannot be opened");
  std::string text;
  std::vector<char> piece(std::size_t{1} << 16);
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())),
         file.gcount() > 0) {
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
    if (text.size() > most_bytes)
      return fail(failure_kind::malformed,
                  fmt::format("{}: more than {} bytes", path, most_bytes));
  }
  if (file.bad()) // a folder, for one
    return fail(failure_kind::io, path + ": cannot be read");
  return parse_graph(text, path);
}

} // namespace tern::bench
