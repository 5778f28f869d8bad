#include "actors/view_codec.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

// Writes the first corpus of view_codec_fuzz.cpp: one valid message of each
// kind. Run by hand when the format changes:
//
//   make_view_seeds tests/actors/corpus/fuzz_view_codec

int main(int count, char** arguments) {
  using namespace tern;
  if (count != 2) {
    std::fprintf(stderr, "usage: make_view_seeds FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = arguments[1];
  std::filesystem::create_directories(folder);
  const view_id base{{5}, 8};
  const ballot b{9, {3}};
  const view held{base, {{3}, {1}}, {{7}}, {}};
  const view next{{{5}, 9}, {{3}, {1}, {2}}, {{7}, {6}}, {{{2}, {{4}, 1}}}};
  const std::vector<view_message> messages = {
      view_announce{next, 3, 6, 7, view_id{{4}, 1}, true},
      view_prepare{held, b},
      view_promise{base, b, ballot{2, {1}}, next},
      view_refuse{base, b},
      view_accept{base, b, next},
      view_accepted{base, b},
      view_farewell{}};
  for (const auto& m : messages) {
    const auto bytes = encode(m);
    std::ofstream file{folder / ("kind_" + std::to_string(m.index())),
                       std::ios::binary};
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  return 0;
}
