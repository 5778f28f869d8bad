#include "bench/chaos_work.hpp"

#include "bench/child.hpp"

#include <nlohmann/json.hpp>

namespace tern::bench {

namespace {

// Products, whose blocks have many readers; barriers; many tiny tasks; results
// of many blocks; chains.
const std::vector<std::string> all{
    "x = random.random((2600, 2600), chunks=100); (x.dot(x.T) + x).std()",
    "x = random.random((4000, 4000), chunks=100); "
    "((x + x.T) - x.mean(axis=0)).std()",
    "(arange(600000, chunks=100) * 2 - 1).sum()",
    "x = random.random((1500, 1500), chunks=50); "
    "x.dot(x)[::30, ::30] + x.mean()",
    "x = random.random((1200, 3000), chunks=(40, 100)); "
    "x.cumsum(axis=0).max(axis=1)",
};

} // namespace

std::size_t chaos_work::count() noexcept {
  return all.size();
}

const std::string& chaos_work::statements(std::size_t which) {
  return all[which];
}

const std::string& chaos_work::right(std::size_t which) {
  auto& value = known_[which];
  if (value.empty())
    value = value_in(
        output_of(program_beside("tern"),
                  {"eval", all[which], "--scheduler", "sync", "--json"}));
  return value;
}

std::string value_in(const std::string& output) {
  const auto end = output.find_last_not_of('\n');
  if (end == std::string::npos)
    return {};
  const auto before = output.rfind('\n', end);
  const auto begin = before == std::string::npos ? 0 : before + 1;
  const auto said = nlohmann::json::parse(output.substr(begin, end + 1 - begin),
                                          nullptr, false);
  return said.is_object() && said.contains("value") ? said["value"].dump()
                                                    : std::string{};
}

} // namespace tern::bench
