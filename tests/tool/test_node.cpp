// A node with functions that a test can hold: `gate` runs until a file exists,
// `fail` throws, `sum` adds its inputs. Otherwise what `tern node` is. Ends
// with the end of its standard input or by SIGTERM's default.

#include "actors/node.hpp"
#include "dataflow/runtime/service.hpp"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <thread>

namespace {

using namespace tern;

block value_of(double x) {
  block_builder b{dtype::float64, {1}};
  b.values<double>()[0] = x;
  return b.finish();
}

// `arguments`: the path of the file that opens the gate.
block wait_at_gate(std::span<const block>,
                   std::span<const std::byte> arguments) {
  const std::string path(reinterpret_cast<const char*>(arguments.data()),
                         arguments.size());
  while (!std::filesystem::exists(path))
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  return value_of(1);
}

block sum(std::span<const block> inputs, std::span<const std::byte>) {
  double total = 0;
  for (const auto& b : inputs)
    total += b.item();
  return value_of(total);
}

block always_fails(std::span<const block>, std::span<const std::byte>) {
  throw std::runtime_error("this function always fails");
}

} // namespace

// Usage: test_node node [--join HOST:PORT]
int main(int argc, char** argv) {
  node_config config;
  auto self = node::start(config);
  if (!self)
    return 1;
  kernel_registry kernels;
  kernels.add("gate", wait_at_gate);
  kernels.add("sum", sum);
  kernels.add("fail", always_fails);
  dataflow_service service{**self, std::move(kernels)};
  if (argc == 4 && std::strcmp(argv[2], "--join") == 0) {
    const std::string where = argv[3];
    const auto colon = where.rfind(':');
    const auto ok = (*self)->join(
        where.substr(0, colon),
        static_cast<std::uint16_t>(std::atoi(where.c_str() + colon + 1)));
    if (!ok) {
      std::cerr << ok.error().what << '\n';
      return 1;
    }
  }
  nlohmann::json line;
  line["host"] = (*self)->self().host;
  line["port"] = (*self)->self().port;
  line["data_port"] = (*self)->self().data_port;
  std::cout << line.dump() << std::endl;
  for (;;)
    ::pause();
}
