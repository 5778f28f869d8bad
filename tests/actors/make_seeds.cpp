#include "actors/control/control_message.hpp"
#include "actors/control/suspicion_message.hpp"
#include "actors/link/hello.hpp"
#include "actors/link/send_queue.hpp"
#include "actors/trace/flight_layout.hpp"
#include "actors/trace/trace_file.hpp"
#include "actors/trace/trace_index.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

// Writes the first corpora of the fuzz targets: valid inputs, and the same
// ones cut off. Run by hand when a format changes:
//
//   make_actors_seeds tests/actors/corpus

namespace {

using namespace tern;
namespace fs = std::filesystem;

/// Writes one folder.
class corpus {
public:
  corpus(const fs::path& root, const char* name) : folder_(root / name) {
    fs::create_directories(folder_);
  }
  void add(const std::string& name, std::span<const std::byte> bytes) {
    write(name, bytes);
    write(name + "_cut", bytes.first(bytes.size() * 2 / 3));
  }

private:
  void write(const std::string& name, std::span<const std::byte> bytes) {
    std::ofstream file{folder_ / name, std::ios::binary};
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }

  fs::path folder_;
};

std::vector<std::byte> drain(send_queue& queue) {
  std::vector<std::byte> all;
  for (auto pieces = queue.next(); !pieces.empty(); pieces = queue.next())
    for (auto& p : pieces) {
      auto from = static_cast<const std::byte*>(p.iov_base);
      all.insert(all.end(), from, from + p.iov_len);
      queue.written(p.iov_len);
      break;
    }
  return all;
}

/// The stream of `frames_of` in link_fuzz.cpp that makes these frames.
std::vector<std::byte> as_choices(std::span<const std::byte> stream) {
  std::vector<std::byte> out;
  while (!stream.empty()) {
    auto header = *wire::read_header(stream.data());
    out.push_back(static_cast<std::byte>(header.type));
    out.push_back(static_cast<std::byte>(header.length >> 8));
    out.push_back(static_cast<std::byte>(header.length));
    auto body = stream.subspan(wire::header_size, header.length);
    out.insert(out.end(), body.begin(), body.end());
    stream = stream.subspan(wire::header_size + header.length);
  }
  return out;
}

void write_link(const fs::path& root) {
  corpus to{root, "fuzz_link"};
  send_queue queue;
  std::vector<std::byte> payload(13, std::byte{7});
  queue.add(message_kind::have, {}, payload);
  queue.add(message_kind::want, {}, {});
  queue.add_frame(wire::frame_type::ping, std::span{payload}.first(8));
  queue.add_bulk(message_kind::block_data, {}, payload, buffer::copy(payload));
  auto stream = drain(queue);
  to.add("stream", stream);
  to.add("frames", as_choices(stream));
  to.add("greeting", encode(hello{1, hello_answer::hello, {3}, {4}}));
}

void write_control(const fs::path& root) {
  corpus to{root, "fuzz_control_message"};
  member m;
  m.id = node_id{7};
  m.host = "127.0.0.1";
  m.port = 4711;
  auto add = [&](const char* name, const control::message& message) {
    auto bytes = control::encode(message);
    to.add(name, std::as_bytes(std::span{bytes}));
  };
  add("hello", control::hello{1, m, true});
  add("welcome", control::welcome{{m, m}});
  add("refused", control::refused{"no"});
  add("members", control::members{{m}});
  add("status_request", control::status_request{});
  add("status", control::status{{std::byte{1}}});
}

void write_suspicion(const fs::path& root) {
  corpus to{root, "fuzz_suspicion"};
  using kind = suspicion_message::kind;
  const std::chrono::milliseconds age{1250};
  to.add("suspect", encode(suspicion_message{kind::suspect, {3}, age}));
  to.add("ask", encode(suspicion_message{kind::ask, {3}, age}));
  to.add("heard", encode(suspicion_message{kind::heard, {3}, age}));
}

void write_trace(const fs::path& root) {
  corpus to{root, "fuzz_trace"};
  node_trace node;
  node.node = node_id{7};
  node.name = "127.0.0.1:4711";
  node.peers = {node.node, node_id{8}};
  thread_trace thread{0, "worker", {}};
  for (std::uint64_t i = 1; i < 11; ++i)
    thread.events.push_back({1000 * i, i, i, static_cast<trace_kind>(i),
                             static_cast<std::uint16_t>(i % 2), 103});
  node.threads = {thread};
  std::vector<std::byte> file;
  append_record(file, trace_header{});
  append_node(file, node);
  to.add("file", file);
}

/// The parts that trace_index_fuzz.cpp takes apart.
void write_trace_index(const fs::path& root) {
  corpus to{root, "fuzz_trace_index"};
  std::vector<std::byte> file;
  std::vector<frame_digest> frames;
  summary_builder sums;
  std::vector<std::byte> last;
  const auto add = [&](const trace_record& record) {
    last.clear();
    append_record(last, record);
    frames.push_back(digest_of({file.size(), last.size()}, &record));
    add_record(sums, record);
    file.insert(file.end(), last.begin(), last.end());
  };
  add(trace_header{});
  node_trace node;
  node.node = node_id{7};
  node.peers = {node.node, node_id{8}};
  node.scopes = {0, 9};
  add(node);
  thread_trace thread{0, "worker", {}};
  for (std::uint64_t i = 1; i < 16; ++i)
    thread.events.push_back({1000 * i, actor_id::task(0, 0, i / 3).low, i,
                             static_cast<trace_kind>(i),
                             static_cast<std::uint16_t>(i % 2), 103, 1});
  add(trace_events{node.node, thread});
  std::vector<std::byte> all{static_cast<std::byte>(file.size() >> 16),
                             static_cast<std::byte>(file.size() >> 8),
                             static_cast<std::byte>(file.size())};
  all.insert(all.end(), file.begin(), file.end());
  append_index_chunk(all, frames, &sums, last);
  to.add("indexed", all);
  to.add("trace", file);
}

/// The parts that flight_fuzz.cpp puts where they belong.
void write_flight(const fs::path& root) {
  corpus to{root, "fuzz_flight"};
  flight::header head{};
  std::ranges::copy(flight::magic, head.magic);
  head.version = flight::version;
  head.pid = 17;
  head.ring_events = 4;
  head.node = 7;
  head.peers = 2;
  head.scopes = 2;
  head.slots = 1;
  head.start_ticks = 1000;
  head.start_ns = 1000;
  head.last_ticks = 90'000;
  head.last_ns = 90'000;
  flight::slot slot{};
  slot.head = 6; // two were written over
  slot.used = 1;
  constexpr std::uint64_t one = 1; // the scope
  std::vector<std::byte> all;
  const auto add = [&](const auto& value) {
    const auto bytes = std::as_bytes(std::span{&value, 1});
    all.insert(all.end(), bytes.begin(), bytes.end());
  };
  add(head);
  add(std::array<std::uint64_t, 4>{7, 8});
  add(std::array<std::uint64_t, 4>{0, 9});
  const auto begin = all.size();
  add(slot);
  all.resize(begin + flight::page);
  for (std::uint64_t place = 0; place < flight::places(head.ring_events);
       ++place)
    add(std::array<std::uint64_t, flight::words_an_event>{
        2000 + 1000 * place, place, place,
        static_cast<std::uint64_t>(trace_kind::counter) | one << 48});
  to.add("file", all);
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  write_link(argv[1]);
  write_control(argv[1]);
  write_suspicion(argv[1]);
  write_trace(argv[1]);
  write_trace_index(argv[1]);
  write_flight(argv[1]);
}
