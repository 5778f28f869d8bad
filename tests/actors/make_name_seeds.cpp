#include "actors/name_book.hpp"
#include "serialization/archive.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

// Writes the first corpus of name_book_fuzz.cpp: one valid message of each
// kind. Run by hand when the format changes:
//
//   make_name_seeds tests/actors/corpus/fuzz_name_book

int main(int count, char** arguments) {
  using namespace tern;
  if (count != 2) {
    std::fprintf(stderr, "usage: make_name_seeds FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = arguments[1];
  std::filesystem::create_directories(folder);
  const name_record a{"a", actor_id::stateful({1}, 1), "bank"};
  const name_record b{"a", actor_id::stateful({2}, 7), "bank"};
  using kind = name_message::kind;
  for (int k = 0; k <= static_cast<int>(kind::lost); ++k) {
    const name_message m{static_cast<kind>(k), {{1}, 2}, 1, {b, a}};
    const auto bytes = to_bytes(m);
    std::ofstream file{folder / ("kind_" + std::to_string(k)),
                       std::ios::binary};
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  return 0;
}
