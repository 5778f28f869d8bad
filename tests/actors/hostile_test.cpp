#include "actors/link/peer_memory.hpp"
#include "actors/link/wire.hpp"
#include "tests/actors/nodes.hpp"
#include "tests/actors/stranger.hpp"

#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <algorithm>
#include <random>

#include <sys/wait.h>

using namespace tern;
using namespace tern::testing;

namespace {

std::vector<std::byte> garbage(std::uint64_t seed, std::size_t size) {
  std::mt19937_64 random{seed};
  std::vector<std::byte> bytes(size);
  for (auto& b : bytes)
    b = static_cast<std::byte>(random());
  return bytes;
}

/// Members that come, and why they go.
using fates = watched<std::vector<std::string>>;

void take_notes(node& of, fates& heard) {
  of.on_joined([&](const member&) {
    heard.change([](auto& list) { list.push_back("joined"); });
  });
  of.on_down([&](const member&, const std::string& reason) {
    heard.change([&](auto& list) { list.push_back(reason); });
  });
}

/// Whether two nodes still serve: one more can join them and gets an echo.
void check_serving(node& n) {
  watched<int> echoes;
  auto fresh = start_node();
  n.on(kind_a, [&n](incoming& m) { n.send(m.from, kind_b, m.head, {}); });
  fresh->on(kind_b, [&](incoming&) { echoes.change([](int& i) { ++i; }); });
  join(*fresh, n);
  fresh->send(n.id(), kind_a, {}, {});
  fresh->flush();
  BOOST_TEST(echoes.wait([](int i) { return i == 1; }));
}

member made_up() {
  member m;
  m.id = node_id{0xabcdef};
  m.host = "127.0.0.1";
  m.port = 1;
  m.data_port = 1;
  return m;
}

/// Another program, from its start to its end.
class process {
public:
  process(const char* what, std::uint16_t port) {
    auto number = std::to_string(port);
    std::string program = TERN_BINARY_DIR "/peer_program";
    char* arguments[] = {program.data(), const_cast<char*>(what), number.data(),
                         nullptr};
    auto error = posix_spawn(&pid_, program.c_str(), nullptr, nullptr,
                             arguments, environ);
    BOOST_REQUIRE(error == 0);
  }
  ~process() {
    kill(pid_, SIGKILL);
    kill(pid_, SIGCONT);
    waitpid(pid_, nullptr, 0);
  }
  void signal(int number) {
    kill(pid_, number);
  }

private:
  pid_t pid_ = 0;
};

std::string output_of(const std::string& command) {
  std::string text;
  auto pipe = popen(command.c_str(), "r");
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
    text += static_cast<char>(c);
  pclose(pipe);
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(hostile)

BOOST_AUTO_TEST_CASE(garbage_on_the_data_port_ends_that_connection_alone) {
  auto a = start_node();
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    bare_socket s{a->self().host, a->self().data_port};
    s.send(garbage(seed, 40 + 1000 * seed));
    BOOST_TEST(s.wait_for_end());
  }
  BOOST_TEST(eventually([&] { return a->count().turned_away == 20; }));
  check_serving(*a);
}

BOOST_AUTO_TEST_CASE(a_silent_connection_is_closed_in_time) {
  auto a = start_node();
  bare_socket silent{a->self().host, a->self().data_port};
  bare_socket half{a->self().host, a->self().data_port};
  auto greeting = encode(hello{});
  half.send(std::span{greeting}.first(20));
  BOOST_TEST(silent.wait_for_end());
  BOOST_TEST(half.wait_for_end());
  BOOST_TEST(a->count().turned_away == 2u);
  check_serving(*a);
}

BOOST_AUTO_TEST_CASE(strangers_and_other_versions_get_their_answer) {
  auto a = start_node();
  auto answer_to = [&](const hello& h) {
    bare_socket s{a->self().host, a->self().data_port};
    s.send(encode(h));
    auto bytes = s.receive(hello_size);
    BOOST_REQUIRE(bytes.size() == hello_size);
    BOOST_TEST(s.wait_for_end());
    return decode_hello(std::span{bytes}.first<hello_size>());
  };
  hello h{protocol_version, hello_answer::hello, node_id{1}, a->id()};
  BOOST_TEST((answer_to(h)->answer == hello_answer::stranger));
  h.to = node_id{2};
  BOOST_TEST((answer_to(h)->answer == hello_answer::mistaken));
  h.version = 99;
  auto answer = answer_to(h);
  BOOST_TEST((answer->answer == hello_answer::version));
  BOOST_TEST(answer->version == protocol_version);
  BOOST_TEST(refusal_text(answer->answer, 99)
             == "it speaks version 99 of the protocol, this node version "
                    + std::to_string(protocol_version));
}

BOOST_AUTO_TEST_CASE(more_silent_connections_than_allowed_shut_nobody_out) {
  auto a = start_node();
  std::vector<std::unique_ptr<bare_socket>> crowd;
  for (int i = 0; i < 300; ++i)
    crowd.push_back(
        std::make_unique<bare_socket>(a->self().host, a->self().data_port));
  check_serving(*a);
}

BOOST_AUTO_TEST_CASE(garbage_on_the_control_port_hurts_nobody) {
  auto a = start_node();
  auto b = start_node();
  join(*b, *a);
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    bare_socket s{a->self().host, a->self().port};
    s.send(garbage(seed, 10 + 500 * seed));
  }
  bare_socket http{a->self().host, a->self().port};
  http.send(bytes_of("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  check_serving(*a);
  BOOST_TEST(a->members().size() >= 2u);
  BOOST_TEST(b->members().size() >= 2u);
}

BOOST_AUTO_TEST_CASE(a_gateway_survives_what_caf_programs_send) {
  auto a = start_node();
  caf_program p{*a};
  BOOST_REQUIRE(p.connected());
  p.send_nonsense();
  p.kill_gateway();
  auto answer = p.ask(control::bytes(17, 'x'));
  BOOST_REQUIRE(answer);
  auto m = control::decode(*answer);
  BOOST_REQUIRE(m);
  BOOST_TEST(std::holds_alternative<control::refused>(*m));
  answer = p.ask(control::bytes(64, '\xff'));
  BOOST_TEST(answer.has_value());
  auto nonsense = p.ask(control::message{control::welcome{{made_up()}}});
  BOOST_TEST((nonsense && std::holds_alternative<control::refused>(*nonsense)));
  check_serving(*a);
}

BOOST_AUTO_TEST_CASE(another_version_is_refused_with_both_named) {
  auto a = start_node();
  caf_program p{*a};
  BOOST_REQUIRE(p.connected());
  auto answer = p.ask(control::message{control::hello{99, made_up(), true}});
  BOOST_REQUIRE(answer);
  auto no = std::get_if<control::refused>(&*answer);
  BOOST_REQUIRE(no);
  BOOST_TEST(no->why
             == "it speaks version 99 of the protocol, this node version "
                    + std::to_string(protocol_version));
  BOOST_TEST(a->members().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_member_that_sends_garbage_is_dropped) {
  watched<std::vector<std::string>> heard;
  auto a = start_node();
  auto b = start_node();
  a->on_joined([&](const member& m) {
    if (m.id == made_up().id)
      heard.change([](auto& list) { list.push_back("joined"); });
  });
  a->on_down([&](const member& m, const std::string& reason) {
    if (m.id == made_up().id)
      heard.change([&](auto& list) { list.push_back(reason); });
  });
  join(*b, *a);
  caf_program p{*a};
  auto answer = p.ask(
      control::message{control::hello{protocol_version, made_up(), true}});
  BOOST_REQUIRE((answer && std::holds_alternative<control::welcome>(*answer)));
  bare_socket s{a->self().host, a->self().data_port};
  s.send(encode(
      hello{protocol_version, hello_answer::hello, made_up().id, a->id()}));
  auto bytes = s.receive(hello_size);
  BOOST_REQUIRE(bytes.size() == hello_size);
  auto h = decode_hello(std::span{bytes}.first<hello_size>());
  BOOST_REQUIRE((h && h->answer == hello_answer::welcome));
  BOOST_TEST(heard.wait([](auto& list) { return list.size() == 1; }));
  s.send(garbage(7, 5000));
  BOOST_TEST(s.wait_for_end());
  BOOST_TEST(heard.wait([](auto& list) { return list.size() == 2; }));
  BOOST_TEST(heard.value().back().starts_with("it sent frame:"));
  check_serving(*a);
}

// It shows where its memory is, then lends what is not there and, in the same
// breath, says that its memory is somewhere else.
BOOST_AUTO_TEST_CASE(a_member_that_lends_what_it_has_not_is_dropped) {
  fates heard;
  auto a = start_node();
  take_notes(*a, heard);
  caf_program p{*a};
  auto answer = p.ask(
      control::message{control::hello{protocol_version, made_up(), true}});
  BOOST_REQUIRE((answer && std::holds_alternative<control::welcome>(*answer)));
  bare_socket s{a->self().host, a->self().data_port};
  s.send(encode(
      hello{protocol_version, hello_answer::hello, made_up().id, a->id()}));
  BOOST_REQUIRE(s.receive(hello_size).size() == hello_size);
  const auto challenge = s.receive(wire::header_size + 16);
  BOOST_REQUIRE(challenge.size() == wire::header_size + 16);
  memory_nonce nonce;
  std::copy_n(challenge.begin() + wire::header_size, nonce.size(),
              nonce.begin());
  memory_mark mark;
  mark.open(nonce);
  const auto framed = [](wire::frame_type type, std::uint64_t first,
                         std::uint64_t second) {
    std::vector<std::byte> body(16);
    wire::write_lent_place(body.data(), {first, second});
    if (type == wire::frame_type::bulk_lent)
      wire::add_message(body, message_kind::application, {}, {});
    std::vector<std::byte> frame(wire::header_size);
    wire::write_header(frame.data(), type, body);
    frame.insert(frame.end(), body.begin(), body.end());
    return frame;
  };
  const auto pid = static_cast<std::uint64_t>(getpid());
  auto all = framed(wire::frame_type::mark, pid, mark.address());
  for (const auto& more : {framed(wire::frame_type::bulk_lent, 4096, 64),
                           framed(wire::frame_type::mark, ~0ull, 0)})
    all.insert(all.end(), more.begin(), more.end());
  s.send(all);
  BOOST_TEST(s.wait_for_end());
  BOOST_TEST(heard.wait([](auto& list) { return list.size() == 2; }));
  BOOST_TEST(heard.value().back()
             == "its link broke: its memory cannot be read: Bad address");
  check_serving(*a);
}

BOOST_AUTO_TEST_CASE(a_port_that_is_no_gateway_cannot_be_joined) {
  auto a = start_node();
  auto b = start_node();
  auto joined = b->join(a->self().host, a->self().data_port,
                        std::chrono::milliseconds(600));
  BOOST_REQUIRE(!joined);
  BOOST_TEST((joined.error().kind == failure_kind::unreachable));
  BOOST_TEST(
      joined.error().what.starts_with("cannot reach a tern node at 127.0.0.1:"
                                      + std::to_string(a->self().data_port)));
}

BOOST_AUTO_TEST_CASE(a_caf_program_of_another_process_gets_the_status) {
  auto a = start_node();
  a->on_status([] {
    auto text = bytes_of("all is well");
    return std::vector<std::byte>{text.begin(), text.end()};
  });
  BOOST_TEST(output_of(TERN_BINARY_DIR "/peer_program status "
                       + std::to_string(a->self().port))
             == "all is well");
}

BOOST_AUTO_TEST_CASE(a_killed_process_is_noticed_once) {
  fates heard;
  auto a = start_node();
  take_notes(*a, heard);
  process peer{"node", a->self().port};
  BOOST_REQUIRE(heard.wait([](auto& list) { return list.size() == 1; }));
  peer.signal(SIGKILL);
  BOOST_TEST(heard.wait([](auto& list) { return list.size() == 2; }));
  BOOST_TEST(heard.value().back().starts_with("its "));
  check_serving(*a);
  // Long after both the link and the sentinel have spoken.
  BOOST_TEST(heard.value().size() == 4u);
}

BOOST_AUTO_TEST_CASE(a_stopped_process_is_noticed_by_its_silence) {
  fates heard;
  auto a = start_node();
  take_notes(*a, heard);
  process peer{"node", a->self().port};
  BOOST_REQUIRE(heard.wait([](auto& list) { return list.size() == 1; }));
  peer.signal(SIGSTOP);
  auto begin = std::chrono::steady_clock::now();
  BOOST_TEST(heard.wait([](auto& list) { return list.size() == 2; }));
  auto taken = std::chrono::steady_clock::now() - begin;
  BOOST_TEST((taken > std::chrono::seconds(1)));
  BOOST_TEST_MESSAGE("noticed after " << taken.count() / 1e9
                                      << " s: " << heard.value().back());
}

BOOST_AUTO_TEST_SUITE_END()
