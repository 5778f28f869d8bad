#include "actors/replay/replay_main.hpp"

#include "actors/replay/replay_question.hpp"

#include <cerrno> // program_invocation_name
#include <charconv>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tern {

namespace {

constexpr auto usage =
    "TRACE ACTOR [--until N] [--list] [--gdb] [--json] [--also TRACE]...\n"
    "  runs the handlers of a recorded actor again; ACTOR is actor/NODE/N, or\n"
    "  the name of its class\n";

bool read_number(std::string_view text, std::size_t& to) {
  const auto* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, to);
  return error == std::errc{} && end == last && to > 0;
}

/// False: these are no arguments of it.
bool read(std::span<char*> words, replay_question& q) {
  std::vector<std::string> named;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word{words[i]};
    const bool has_next = i + 1 < words.size();
    if (word == "--list")
      q.list = true;
    else if (word == "--gdb")
      q.gdb = true;
    else if (word == "--json")
      q.json = true;
    else if (word == "--until" && has_next) {
      if (!read_number(words[++i], q.until))
        return false;
    } else if (word == "--also" && has_next)
      q.files.emplace_back(words[++i]);
    else if (word.starts_with("--"))
      return false;
    else
      named.emplace_back(word);
  }
  if (named.size() != 2)
    return false;
  q.files.insert(q.files.begin(), named[0]);
  q.actor = named[1];
  return true;
}

} // namespace

int replay_main(int count, char** arguments, const actor_types& known) {
  const std::span words{arguments, static_cast<std::size_t>(count)};
  replay_question q;
  q.command = std::string{program_invocation_name} + ' ' + words.front();
  const auto rest = words.subspan(1);
  if (rest.size() == 1 && std::string_view{rest[0]} == "--help") {
    std::cout << q.command << ' ' << usage;
    return 0;
  }
  if (!read(rest, q)) {
    std::cerr << q.command << ' ' << usage;
    return 2;
  }
  return answer_replay(q, known);
}

} // namespace tern
