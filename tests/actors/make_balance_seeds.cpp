#include "actors/balance_codec.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

// Writes the first corpus of balance_codec_fuzz.cpp. Run by hand when the
// format changes:
//
//   make_balance_seeds tests/actors/corpus/fuzz_balance_codec

int main(int count, char** arguments) {
  using namespace tern;
  if (count != 2) {
    std::fprintf(stderr, "usage: make_balance_seeds FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = arguments[1];
  std::filesystem::create_directories(folder);
  const std::vector<balance_report> reports = {{1, 0, 0, 0, 0, 1},
                                               {7, 6, 4, 1'900'000'000, 200, 2},
                                               {9, 8, 5, 3, 1, 64}};
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const auto bytes = encode(reports[i]);
    std::ofstream file{folder / ("report_" + std::to_string(i)),
                       std::ios::binary};
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  return 0;
}
