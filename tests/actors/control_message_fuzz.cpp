#include "actors/control/control_message.hpp"
#include "tests/fuzz_check.hpp"

using namespace tern;
using fuzz::check;

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  auto m = control::decode({reinterpret_cast<const char*>(data), size});
  if (!m)
    return 0;
  auto again = control::decode(control::encode(*m));
  check(again.has_value() && *again == *m, "what is read can be written");
  return 0;
}
