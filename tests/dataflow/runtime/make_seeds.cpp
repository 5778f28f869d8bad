// Writes the seeds of corpus/fuzz_runtime_codec. Run it after a change of the
// schemas:
//
//   make_runtime_seeds tests/dataflow/runtime/corpus/fuzz_runtime_codec

#include "dataflow/runtime/message_codec.hpp"
#include "dataflow/runtime/plan_message.hpp"
#include "dataflow/runtime/simulation/plan_simulation.hpp"

#include <filesystem>
#include <fstream>

using namespace tern;

namespace {

void save(const std::filesystem::path& path, std::vector<std::byte> bytes) {
  std::ofstream{path, std::ios::binary}.write(
      reinterpret_cast<const char*>(bytes.data()),
      static_cast<std::streamsize>(bytes.size()));
}

void save(const std::filesystem::path& path, const dataflow_message& m) {
  auto bytes = encode(m, 1).payload;
  bytes.insert(bytes.begin(),
               static_cast<std::byte>(static_cast<int>(m.kind) - 100));
  save(path, std::move(bytes));
}

} // namespace

int main(int argc, char** argv) {
  const std::filesystem::path folder = argc > 1 ? argv[1] : ".";
  std::filesystem::create_directories(folder);
  auto have = message_of(message_kind::have, pack({1, 2}), pack({0, 2}));
  have.slot = 1;
  have.data = run_simulated_kernel({});
  save(folder / "have", have);
  auto lend = message_of(message_kind::lend, pack({1, 2}));
  auto body = std::make_shared<lend_body>();
  body->snapshot = {2, false, true, false, 1};
  body->inputs.push_back({0, pack({0, 2}), 3, node_id{1}, have.data, nullptr});
  body->inputs.push_back({1,
                          pack({0, 3}),
                          0,
                          node_id{},
                          {},
                          std::make_shared<task_failure>(task_failure{
                              {0, 3}, {failure_kind::kernel, "why"}})});
  body->released = {0, 2};
  body->wants = {node_id{5}};
  lend.lend = body;
  save(folder / "lend", lend);
  auto told = message_of(message_kind::inspected, 0, pack({1, 2}));
  told.text = "waiting";
  save(folder / "inspected", told);
  plan p;
  p.id = 9;
  p.view.places = {{node_id{1}, 2}, {node_id{2}, 1}};
  p.work = random_plan(3);
  save(folder / "plan", encode(p));
  plan_reply r;
  r.id = 9;
  r.refused = "no";
  save(folder / "reply", encode(r));
}
