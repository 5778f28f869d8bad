#include "tests/dataflow/api/functions.hpp"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>

#include <sys/resource.h>

namespace tern::testing {

namespace {

using blocks = std::span<const block>;
using bytes = std::span<const std::byte>;

block sum(blocks inputs, bytes) {
  double total = 0;
  for (const auto& b : inputs)
    dispatch_real(b.type(), [&](auto zero) {
      for (auto x : b.values<decltype(zero)>())
        total += static_cast<double>(x);
    });
  return block::of(total);
}

block halve(blocks inputs, bytes) {
  block_builder out{dtype::float64, inputs[0].shape()};
  auto to = out.values<double>();
  for (std::size_t i = 0; i < to.size(); ++i)
    to[i] = inputs[0].values<double>()[i] / 2;
  return out.finish();
}

block count_to(blocks inputs, bytes) {
  block_builder out{dtype::int64,
                    {static_cast<std::int64_t>(inputs[0].item())}};
  auto values = out.values<std::int64_t>();
  std::iota(values.begin(), values.end(), 0);
  return out.finish();
}

std::string text_of(bytes text) {
  return {reinterpret_cast<const char*>(text.data()), text.size()};
}

block note(blocks inputs, bytes path) {
  std::ofstream{text_of(path), std::ios::app}
      << std::to_string(inputs[0].item()) + '\n';
  return inputs[0];
}

block wait_for(blocks, bytes text) {
  const auto path = text_of(text);
  std::ofstream{path + ".begun"};
  while (!std::filesystem::exists(path))
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  return block::of(1.0);
}

block fail_first(blocks inputs, bytes path) {
  std::ofstream{text_of(path), std::ios::app} << "called\n";
  std::ifstream lines{text_of(path)};
  int calls = 0;
  for (std::string line; std::getline(lines, line);)
    ++calls;
  if (calls <= inputs[0].item())
    throw std::runtime_error("call " + std::to_string(calls));
  return inputs[1];
}

// Its process, and how many of these that ran at once there at most.
block crowd(blocks inputs, bytes) {
  static std::atomic<int> now{0};
  static std::atomic<int> most{0};
  const int here = ++now;
  for (int before = most; before < here;)
    if (most.compare_exchange_weak(before, here))
      break;
  std::this_thread::sleep_for(
      std::chrono::milliseconds(static_cast<int>(inputs[0].item())));
  --now;
  block_builder out{dtype::float64, {2}};
  out.values<double>()[0] = static_cast<double>(::getpid());
  out.values<double>()[1] = static_cast<double>(most);
  return out.finish();
}

block fail_slowly(blocks, bytes path) {
  std::ofstream{text_of(path), std::ios::app} << "called\n";
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  throw std::runtime_error("in the end it fails");
}

} // namespace

kernel_registry functions() {
  kernel_registry known;
  known.add("sum", sum);
  known.add("halve", halve);
  known.add("count_to", count_to);
  known.add("blocks", [](blocks inputs, bytes) {
    return block::of(static_cast<double>(inputs.size()));
  });
  known.add("length", [](blocks, bytes text) {
    return block::of(static_cast<double>(text.size()));
  });
  known.add("process", [](blocks, bytes) {
    return block::of(static_cast<double>(::getpid()));
  });
  known.add("niceness", [](blocks, bytes) {
    return block::of(static_cast<double>(::getpriority(PRIO_PROCESS, 0)));
  });
  known.add("note", note);
  known.add("wait_for", wait_for);
  known.add("crowd", crowd);
  known.add("fail_first", fail_first);
  known.add("fail_slowly", fail_slowly);
  known.add("nap", [](blocks inputs, bytes) {
    std::this_thread::sleep_for(
        std::chrono::milliseconds(static_cast<int>(inputs[0].item())));
    return block::of(1.0);
  });
  known.add("die", [](blocks, bytes) -> block {
    ::raise(SIGKILL);
    throw std::runtime_error("it lives");
  });
  known.add("fail", [](blocks, bytes) -> block {
    throw std::runtime_error("this function always fails");
  });
  return known;
}

} // namespace tern::testing
