#include "dataflow/api/node_main.hpp"

#include "dataflow/graph/resources.hpp"
#include "dataflow/runtime/node_process.hpp"

#include <algorithm>
#include <charconv>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace tern {

namespace {

constexpr int failed = 1;
constexpr int misused = 2;

template <class Number>
Number number_of(std::string_view option, std::string_view text) {
  Number n{};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, n);
  if (error != std::errc{} || stop != end)
    throw std::invalid_argument(std::string{option} + ": '" + std::string{text}
                                + "' is no number");
  return n;
}

node_process::peer address_of(std::string_view option, std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos || colon == 0)
    throw std::invalid_argument(std::string{option} + ": '" + std::string{text}
                                + "' is not HOST:PORT");
  return {std::string{text.substr(0, colon)},
          number_of<std::uint16_t>(option, text.substr(colon + 1))};
}

std::string resources_of(std::string_view option, std::string_view text) {
  const auto counts = parse_resources(text);
  if (!counts)
    throw std::invalid_argument(std::string{option} + ": "
                                + counts.error().what);
  return text_of(*counts);
}

void listen_on(node_process& out, const node_process::peer& where) {
  if (where.host != "127.0.0.1" && where.host != "localhost")
    throw std::invalid_argument("--listen: nodes do not authenticate each "
                                "other yet, so they listen on 127.0.0.1 only");
  out.config.port = where.port;
}

node_process read_arguments(int argc, char** argv) {
  node_process out;
  out.config.threads = std::max(1u, std::thread::hardware_concurrency());
  for (int i = 2; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--watch-stdin") {
      out.watch_stdin = true;
      continue;
    }
    if (i + 1 == argc)
      throw std::invalid_argument(std::string{option}
                                  + ": unknown, or without "
                                    "its value");
    const std::string_view value = argv[++i];
    if (option == "--listen")
      listen_on(out, address_of(option, value));
    else if (option == "--join")
      out.peers.push_back(address_of(option, value));
    else if (option == "--threads")
      out.config.threads = number_of<std::uint32_t>(option, value);
    else if (option == "--memory")
      out.config.memory_limit = number_of<std::uint64_t>(option, value);
    else if (option == "--spill-dir")
      out.spill_directory = value;
    else if (option == "--resources")
      out.config.resources = resources_of(option, value);
    else if (option == "--load")
      out.libraries.emplace_back(value);
    else
      throw std::invalid_argument(std::string{option} + ": unknown");
  }
  return out;
}

} // namespace

std::optional<int> node_main(int argc, char** argv, kernel_registry kernels) {
  if (argc < 2 || std::string_view{argv[1]} != "node")
    return std::nullopt;
  try {
    auto process = read_arguments(argc, argv);
    process.kernels = std::move(kernels);
    const auto ran = run(std::move(process));
    if (ran)
      return 0;
    std::cerr << argv[0] << " node: " << ran.error().what << '\n';
    return failed;
  } catch (const std::invalid_argument& e) {
    std::cerr << argv[0] << " node: " << e.what() << '\n';
    return misused;
  }
}

} // namespace tern
