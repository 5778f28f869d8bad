#include "actors/mobile_codec.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

// Writes the first corpus of mobile_codec_fuzz.cpp: one valid message of each
// kind. Run by hand when the format changes:
//
//   make_mobile_seeds tests/actors/corpus/fuzz_mobile_codec

namespace {

using namespace tern;

buffer some(std::size_t size) {
  auto out = buffer::allocate(size);
  for (std::size_t i = 0; i < size; ++i)
    out.mutable_data()[i] = static_cast<std::byte>(i);
  return out;
}

migrate_state state_of(const attempt_id& attempt) {
  const auto b = actor_id::stateful({3}, 4);
  migrate_state m{attempt, {}, {{3}, 4}};
  auto& s = m.state;
  s.type = "counter";
  s.snapshot = some(20);
  s.mailbox = {{mail::kind::message, b, 1, 2, 3, 4, some(5)},
               {mail::kind::writable, b, 0, 0, 0, 0, {}}};
  s.sending = {{b, {5, 8, true, {{6, 1, 2, some(5)}, {7, 0, 0, {}}}}}};
  s.receiving = {{b, {5, 2, 4, {{6, 1, 2, some(5)}, {9, 0, 0, {}}}}}};
  s.next_channel = 7;
  s.orders = {{{1}, 2, {3}}};
  s.finished = {{{{4}, 5, {6}}, {true, {7}, 8, "why not"}}};
  return m;
}

} // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: make_mobile_seeds FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = arguments[1];
  std::filesystem::create_directories(folder);
  const auto a = actor_id::stateful({1}, 2);
  const auto b = actor_id::stateful({3}, 4);
  const attempt_id attempt{a, 9};
  routed_message routed;
  routed.head.to = a;
  routed.head.from = b;
  routed.origin = {5};
  routed.number = 6;
  routed.payload = some(30);
  const std::vector<mobile_message> messages = {
      routed,
      migrate_prepare{attempt, "counter", 100, {{7}, 8}},
      migrate_prepared{attempt, "no room"},
      state_of(attempt),
      migrate_installed{attempt},
      migrate_abort{attempt},
      migrate_aborted{attempt, "late"},
      location_update{a, {5}, 6, false, {{7}, 8}},
      location_query{a},
      location_answer{a, {5}, 6, b, 7, 8},
      order_answer{3, {true, {4}, 5, "x"}},
      migrate_released{attempt},
      census_report{{{7}, 8}, 9, {{a, 1}, {b, 2}}, {b}},
      census_taken{{{7}, 8}},
      census_query{{{7}, 8}, 3, {a, b}},
      census_answer{{{7}, 8}, 3, {b}}};
  encoded_message wire;
  for (const auto& m : messages) {
    encode(m, wire);
    const auto name = "kind_" + std::to_string(static_cast<int>(wire.kind));
    std::ofstream file{folder / name, std::ios::binary};
    file.put(static_cast<char>(wire.kind));
    file.put(static_cast<char>(wire.head.epoch));
    file.put(0); // no part of it is bulk
    file.write(reinterpret_cast<const char*>(wire.payload.data()),
               static_cast<std::streamsize>(wire.payload.size()));
  }
  // A state whose snapshot came as bulk: a quarter of the bytes.
  encode(state_of(attempt), wire);
  std::ofstream file{folder / "state_and_bulk", std::ios::binary};
  file.put(static_cast<char>(wire.kind));
  file.put(9);
  file.put(64);
  file.write(reinterpret_cast<const char*>(wire.payload.data()),
             static_cast<std::streamsize>(wire.payload.size()));
  const std::string bulk(wire.payload.size() / 3, 'b');
  file << bulk;
  return 0;
}
