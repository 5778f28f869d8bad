#include "actors/name_book.hpp"
#include "serialization/archive.hpp"
#include "tests/fuzz_check.hpp"

using namespace tern;
using fuzz::check;

/// Any bytes as what the book of another node says. What was read, written and
/// read again, is the same; and a book takes it, whatever it is.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  auto message = from_bytes<name_message>(fuzz::as_bytes(data, size));
  if (!message)
    return 0;
  const auto again = from_bytes<name_message>(to_bytes(*message));
  check(again.has_value(), "what was written can be read");
  check(*again == *message, "what was read and written again is the same");

  const view both{{{1}, 2}, {{1}, {2}}, {}, {}};
  name_book book({1});
  book.on_view(both);
  for (const auto& name : {"a", "b", "c"})
    book.on_register(1, {name, actor_id::stateful({1}, 1), "bank"});
  for (const auto& v : {message->view, both.id}) {
    message->view = v;
    for (int twice = 0; twice < 2; ++twice)
      for (auto& i : book.on_message({2}, *message))
        if (const auto* p = std::get_if<name_book::probe>(&i))
          book.on_alive(p->number);
  }
  book.on_ended(actor_id::stateful({1}, 1));
  book.on_view({{{1}, 3}, {{1}}, {{2}}, {}});
  return 0;
}
