// A node with functions that a test can hold: `gate` runs until a file exists,
// `fail` throws, `sum` adds its inputs, `nap` sleeps and leaves a note. One
// compute thread. Otherwise what `tern node` is. Ends with the end of its
// standard input or by SIGTERM's default.

#include "actors/node.hpp"
#include "actors/trace/clock.hpp"
#include "dataflow/runtime/service.hpp"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
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

void note(const std::string& path) {
  std::ofstream{path, std::ios::app} << std::to_string(::getpid()) + ' '
                                            + std::to_string(monotonic_ns())
                                            + '\n';
}

// `arguments`: milliseconds and the path of a file, to which it adds a line:
// who slept, and when it woke up. PATH.begun gets one when it lies down.
block nap(std::span<const block>, std::span<const std::byte> arguments) {
  std::istringstream in{std::string(
      reinterpret_cast<const char*>(arguments.data()), arguments.size())};
  int milliseconds = 0;
  std::string path;
  in >> milliseconds >> path;
  note(path + ".begun");
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  note(path);
  return value_of(1);
}

block always_fails(std::span<const block>, std::span<const std::byte>) {
  throw std::runtime_error("this function always fails");
}

} // namespace

// Usage: test_node node [--stay] [--join HOST:PORT]
int main(int argc, char** argv) {
  node_config config;
  auto self = node::start(config);
  if (!self)
    return 1;
  kernel_registry kernels;
  kernels.add("gate", wait_at_gate);
  kernels.add("sum", sum);
  kernels.add("fail", always_fails);
  kernels.add("nap", nap);
  // tasks stay where they are put
  const bool stay = argc > 2 && std::strcmp(argv[2], "--stay") == 0;
  dataflow_service service{**self, std::move(kernels), !stay};
  if (argc > 3 && std::strcmp(argv[argc - 2], "--join") == 0) {
    const std::string where = argv[argc - 1];
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
  line["time"] = monotonic_ns();
  std::cout << line.dump() << std::endl;
  for (;;)
    ::pause();
}
