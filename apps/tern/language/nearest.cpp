#include "apps/tern/language/nearest.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <vector>

namespace tern::language {
namespace {

constexpr std::size_t longest_word = 64;

char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// Insertions, deletions, changes and swaps of neighbours (optimal string
/// alignment) that lead from one word to the other; letter case is free.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> now(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      now[j] =
          std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2])
          && lower(a[i - 2]) == lower(b[j - 1]))
        now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

} // namespace

std::string nearest(std::string_view word, std::span<const std::string> names) {
  std::string best;
  if (word.size() > longest_word)
    return best;
  auto smallest = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const auto& name : names)
    if (name.size() <= longest_word)
      if (const auto d = distance(word, name); d < smallest) {
        smallest = d;
        best = name;
      }
  return best;
}

std::string suggestion(std::string_view word,
                       std::span<const std::string> names) {
  const auto name = nearest(word, names);
  return name.empty() ? "" : "; did you mean '" + name + "'?";
}

} // namespace tern::language
