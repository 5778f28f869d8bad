// Writes the seeds of corpus/fuzz_graph_codec: every plan of plans.hpp, framed
// and as a bare message. Run it after a change of the schema:
//
//   make_graph_seeds tests/dataflow/graph/corpus/fuzz_graph_codec

#include "dataflow/graph/graph_codec.hpp"
#include "serialization/compression.hpp"
#include "tests/dataflow/graph/plans.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>

using namespace tern;

namespace {

void save(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  std::ofstream{path, std::ios::binary}.write(
      reinterpret_cast<const char*>(bytes.data()),
      static_cast<std::streamsize>(bytes.size()));
}

} // namespace

int main(int argc, char** argv) {
  std::filesystem::path folder = argc > 1 ? argv[1] : ".";
  std::filesystem::create_directories(folder);
  for (auto& [name, g] : test::plans()) {
    auto plan = encode(g);
    save(folder / name, plan);
    std::uint64_t size = 0;
    std::memcpy(&size, plan.data() + 8, 8);
    std::span payload = std::span{plan}.subspan(16);
    std::vector<std::byte> raw(payload.begin(), payload.end());
    if (payload.size() != size) {
      raw.resize(size);
      if (!decompress(payload, encoding::lz4, 1, raw))
        return 1;
    }
    save(folder / (name + "_message"), raw);
  }
}
