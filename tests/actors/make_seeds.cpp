#include "actors/control/control_message.hpp"
#include "actors/control/suspicion_message.hpp"
#include "actors/link/hello.hpp"
#include "actors/link/send_queue.hpp"
#include "actors/trace/trace_file.hpp"

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
}
