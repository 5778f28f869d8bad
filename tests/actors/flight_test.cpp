#include "actors/trace/flight_file.hpp"
#include "actors/trace/flight_recovery.hpp"
#include "actors/trace/trace_exchange.hpp"
#include "actors/trace/trace_file.hpp"
#include "actors/trace/tracer.hpp"
#include "tests/actors/nodes.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <thread>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

using namespace tern;
using namespace tern::testing;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

namespace {

constexpr node_id some_node{0x1234};

tracer_options in_flight(std::uint64_t ring_events,
                         const std::string& directory = {}) {
  return {.ring_events = ring_events,
          .usual = trace_level::flight,
          .directory = directory};
}

tracer_options for_sessions(std::uint64_t ring_events, std::uint64_t waiting) {
  return {.ring_events = ring_events, .waiting_events = waiting};
}

/// A folder that is gone with the test.
struct temporary_folder {
  temporary_folder() {
    fs::create_directory(path);
  }
  ~temporary_folder() {
    fs::remove_all(path);
  }
  std::vector<std::string> files() const {
    return *flight_files_in(path);
  }
  std::string path = "/dev/shm/tern_flight_test." + std::to_string(getpid());
};

/// An event whose words all follow from its number.
void emit_numbered(tracer& t, std::uint64_t n) {
  t.emit(trace_kind::counter, tern::actor_id{0, 3 * n}, n,
         static_cast<std::uint16_t>(n * 7));
}

bool is_numbered(const trace_event& e) {
  return e.kind == trace_kind::counter && e.actor == 3 * e.argument
         && e.extra == static_cast<std::uint16_t>(e.argument * 7);
}

/// Whole events with one number after the other.
bool in_a_row(const std::vector<trace_event>& events) {
  for (std::size_t i = 0; i < events.size(); ++i)
    if (!is_numbered(events[i]) || events[i].argument != events[0].argument + i)
      return false;
  return true;
}

/// Runs in a process of its own, which then kills itself.
void in_a_process_that_dies(const std::function<void()>& f) {
  const pid_t child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    f();
    ::kill(::getpid(), SIGKILL);
    ::_exit(0);
  }
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_TEST_REQUIRE(WIFSIGNALED(status));
}

/// A flight file of a process that emitted so many events and died.
std::string file_of_dead(const temporary_folder& folder, std::uint64_t events,
                         std::uint64_t ring_events = 64) {
  in_a_process_that_dies([&] {
    auto* t = new tracer{some_node, in_flight(ring_events, folder.path)};
    t->set_name("somewhere:1");
    t->peer_index(node_id{77});
    for (std::uint64_t n = 0; n < events; ++n)
      emit_numbered(*t, n);
  });
  const auto files = folder.files();
  BOOST_TEST_REQUIRE(files.size() == 1u);
  return files.front();
}

} // namespace

BOOST_AUTO_TEST_SUITE(flights)

BOOST_AUTO_TEST_CASE(a_ring_keeps_the_newest_events) {
  tracer t{some_node, in_flight(64)};
  for (std::uint64_t n = 0; n < 1000; ++n)
    emit_numbered(t, n);
  const auto before = t.snapshot(1h);
  BOOST_TEST_REQUIRE(before.threads.size() == 1u);
  const auto& events = before.threads[0].events;
  BOOST_TEST(events.size() == 64u);
  BOOST_TEST(events.back().argument == 999u);
  BOOST_TEST(in_a_row(events));
  BOOST_TEST(before.lost == 0u);
  const auto again = t.snapshot(1h);
  BOOST_TEST(again.threads.at(0).events.size() == 64u);
  BOOST_TEST(t.snapshot(0ns).threads.empty());
  BOOST_TEST(t.drain().threads.empty()); // that is for sessions
}

BOOST_AUTO_TEST_CASE(a_snapshot_has_no_torn_events_while_threads_write) {
  constexpr int threads = 2;
  tracer t{some_node, in_flight(64)};
  std::atomic<bool> enough{false};
  std::vector<std::jthread> writers;
  for (int i = 0; i < threads; ++i)
    writers.emplace_back([&] {
      for (std::uint64_t n = 0; !enough; ++n)
        emit_numbered(t, n);
    });
  std::size_t seen = 0;
  for (int i = 0; i < 3000 || seen == 0; ++i)
    for (const auto& thread : t.snapshot(1h).threads) {
      BOOST_REQUIRE(in_a_row(thread.events));
      seen += thread.events.size();
    }
  enough = true;
  BOOST_TEST(seen > 0u);
}

BOOST_AUTO_TEST_CASE(a_session_loses_nothing_though_rings_forget) {
  constexpr std::uint64_t events = 300000;
  constexpr int threads = 3;
  tracer t{some_node, for_sessions(256, 2 * threads * events)};
  t.enable();
  std::atomic<int> running{threads};
  std::map<std::uint32_t, std::vector<trace_event>> all;
  std::uint64_t lost = 0;
  const auto take = [&] {
    auto trace = t.drain();
    lost = trace.lost;
    for (auto& thread : trace.threads)
      all[thread.thread].insert(all[thread.thread].end(), thread.events.begin(),
                                thread.events.end());
  };
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < threads; ++i)
      writers.emplace_back([&] {
        for (std::uint64_t n = 0; n < events; ++n)
          emit_numbered(t, n);
        --running;
      });
    while (running > 0) {
      take();
      std::this_thread::sleep_for(1ms);
    }
  }
  take();
  BOOST_TEST(lost == 0u);
  BOOST_TEST(all.size() == 3u);
  for (const auto& [number, thread] : all) {
    BOOST_TEST(thread.size() == events);
    BOOST_TEST(in_a_row(thread));
  }
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_while_nobody_takes_it_is_counted) {
  constexpr std::uint64_t events = 100000;
  tracer t{some_node, for_sessions(256, 2048)};
  t.enable();
  for (std::uint64_t n = 0; n < events; ++n)
    emit_numbered(t, n);
  auto trace = t.drain();
  const auto seen = trace.threads.at(0).events.size();
  BOOST_TEST(seen >= 2048u);
  BOOST_TEST(seen < 2048u + 2 * 256);
  BOOST_TEST(seen + trace.lost == events);
  constexpr std::uint64_t later = 1000; // more than a ring holds
  for (std::uint64_t n = 0; n < later; ++n)
    emit_numbered(t, events + n);
  trace = t.drain();
  BOOST_TEST(trace.threads.at(0).events.size() == later);
  BOOST_TEST(trace.lost == events - seen);
}

BOOST_AUTO_TEST_CASE(a_session_gets_what_happens_while_it_records) {
  tracer t{some_node, in_flight(64)};
  emit_numbered(t, 0);
  t.enable();
  emit_numbered(t, 1);
  emit_numbered(t, 2);
  t.disable();
  BOOST_TEST((t.level() == trace_level::flight));
  emit_numbered(t, 3);
  const auto trace = t.drain();
  BOOST_TEST_REQUIRE(trace.threads.size() == 1u);
  BOOST_TEST(trace.threads[0].events.size() == 2u);
  BOOST_TEST(trace.threads[0].events[0].argument == 1u);
  BOOST_TEST(t.snapshot(1h).threads.at(0).events.size() == 4u);
}

BOOST_AUTO_TEST_CASE(threads_that_come_and_go_share_some_rings) {
  tracer t{some_node, in_flight(64)};
  for (std::uint64_t n = 0; n < 100; ++n)
    std::jthread{[&] {
      emit_numbered(t, n);
    }}.join();
  const auto trace = t.snapshot(1h);
  BOOST_TEST(trace.threads.size() >= 16u);
  BOOST_TEST(trace.threads.size() <= 18u);
  BOOST_TEST(trace.threads.back().events.at(0).argument == 99u);
}

// -- the file -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_process_that_is_killed_leaves_what_it_did) {
  const temporary_folder folder;
  const auto before = monotonic_ns();
  const auto path = file_of_dead(folder, 1000);
  const auto found = load_flight(path);
  BOOST_TEST_REQUIRE(found.has_value(), why(found));
  BOOST_TEST(found->problems.empty());
  const auto& trace = found->trace;
  BOOST_TEST((trace.node == some_node));
  BOOST_TEST(trace.name == "somewhere:1 (died)");
  BOOST_TEST((trace.peers == std::vector{some_node, node_id{77}}));
  BOOST_TEST_REQUIRE(trace.threads.size() == 1u);
  const auto& events = trace.threads[0].events;
  BOOST_TEST(events.size() == 64u);
  BOOST_TEST(in_a_row(events));
  BOOST_TEST(events.back().argument == 999u);
  BOOST_TEST(events.front().time + 1000 > before);
  BOOST_TEST(events.back().time < monotonic_ns() + 1000);
}

BOOST_AUTO_TEST_CASE(an_orderly_end_leaves_nothing) {
  const temporary_folder folder;
  {
    tracer t{some_node, in_flight(64, folder.path)};
    emit_numbered(t, 1);
    BOOST_TEST_REQUIRE(folder.files().size() == 1u);
    const auto alive = load_flight(folder.files().front());
    BOOST_REQUIRE(!alive);
    BOOST_TEST((alive.error().kind == failure_kind::refused));
  }
  BOOST_TEST(folder.files().empty());
}

BOOST_AUTO_TEST_CASE(what_died_long_ago_goes_when_the_next_starts) {
  const temporary_folder folder;
  const auto path = file_of_dead(folder, 10);
  const auto age = [&](std::chrono::hours by) {
    fs::last_write_time(path, fs::file_time_type::clock::now() - by);
  };
  age(48h); // it was last written then, but who knows when it died
  tracer first{node_id{1}, in_flight(64, folder.path)};
  BOOST_TEST(fs::exists(path));
  tracer second{node_id{2}, in_flight(64, folder.path)};
  BOOST_TEST(fs::exists(path));
  age(25h); // since it was found
  tracer third{node_id{3}, in_flight(64, folder.path)};
  BOOST_TEST(!fs::exists(path));
  BOOST_TEST(folder.files().size() == 3u);
}

BOOST_AUTO_TEST_CASE(the_dead_do_not_pile_up) {
  const temporary_folder folder;
  for (std::uint64_t i = 1; i <= 20; ++i)
    in_a_process_that_dies([&] {
      new tracer{node_id{i}, in_flight(64, folder.path)};
    });
  BOOST_TEST(folder.files().size() <= 17u);
}

BOOST_AUTO_TEST_CASE(without_a_file_a_node_records_all_the_same) {
  tracer t{some_node, in_flight(64, "/nonexistent")};
  BOOST_TEST(t.flight_path().empty());
  for (std::uint64_t n = 0; n < 1000; ++n)
    emit_numbered(t, n);
  BOOST_TEST(in_a_row(t.snapshot(1h).threads.at(0).events));
}

// A limit of the process stands for a disk that is full: the file can have no
// further page.
BOOST_AUTO_TEST_CASE(a_file_that_cannot_grow_only_has_a_hole) {
  constexpr std::uint64_t ring_events = 4096;
  const temporary_folder folder;
  in_a_process_that_dies([&] {
    const rlimit small{flight::slots_at + 3 * flight::page, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &small);
    auto* t = new tracer{some_node, in_flight(ring_events, folder.path)};
    for (std::uint64_t n = 0; n < 5000; ++n)
      emit_numbered(*t, n);
    const auto all = t->snapshot(1h);
    if (t->flight_path().empty()
        || all.threads.at(0).events.size() != ring_events
        || !in_a_row(all.threads[0].events))
      ::_exit(1);
  });
  const auto found = load_flight(folder.files().front());
  BOOST_TEST_REQUIRE(found.has_value(), why(found));
  BOOST_TEST(!found->problems.empty());
  for (const auto& thread : found->trace.threads)
    BOOST_TEST(std::ranges::all_of(thread.events, is_numbered));
}

BOOST_AUTO_TEST_CASE(of_a_damaged_file_what_is_readable_is_read) {
  const temporary_folder folder;
  const auto whole = load_file(file_of_dead(folder, 1000));
  BOOST_REQUIRE(whole);
  const trace_clock clock;
  const clock_reading now{clock.ticks(), monotonic_ns()};
  BOOST_TEST(!read_flight({}, now));
  BOOST_TEST(!read_flight(bytes_of("not a flight file"), now));
  const auto cut = [&](std::size_t size) {
    return read_flight(std::span{*whole}.first(size), now);
  };
  BOOST_TEST(!cut(sizeof(flight::header) - 1));
  for (const auto size :
       {sizeof(flight::header), flight::scopes_at + 3, flight::slots_at + 5,
        flight::slots_at + flight::page + 33}) {
    const auto found = cut(size);
    BOOST_TEST_REQUIRE(found.has_value(), why(found));
    BOOST_TEST(!found->problems.empty());
    BOOST_TEST(found->problems.back().find("at byte ") != std::string::npos);
  }
  std::mt19937_64 random{7};
  const std::array hot{std::size_t{0}, flight::peers_at, flight::slots_at};
  for (int i = 0; i < 3000; ++i) { // any bytes give a value or an error
    auto damaged = *whole;
    for (int k = 0; k < 4; ++k)
      damaged[(hot[random() % hot.size()] + random() % 300) % damaged.size()] =
          static_cast<std::byte>(random());
    if (const auto found = read_flight(damaged, now))
      for (const auto& thread : found->trace.threads)
        BOOST_REQUIRE(
            std::ranges::is_sorted(thread.events, {}, &trace_event::time));
  }
}

// -- several nodes ------------------------------------------------------------

BOOST_AUTO_TEST_CASE(nodes_remember_what_they_said_to_each_other) {
  constexpr auto kind = message_kind::application;
  watched<int> heard;
  auto a = start_node();
  auto b = start_node();
  b->on(kind, [&](incoming&) { heard.change([](int& n) { ++n; }); });
  join(*b, *a);
  BOOST_TEST(!a->trace().enabled());
  a->send(b->id(), kind, {}, {});
  a->flush();
  BOOST_TEST(heard.wait([](int n) { return n == 1; }));
  const auto traces = trace_exchange::of(*a).flight(1h, deadline);
  BOOST_TEST_REQUIRE(traces.size() == 2u);
  std::map<trace_kind, std::uint64_t> numbers;
  for (const auto& n : traces)
    for (const auto& thread : n.threads)
      for (const auto& e : thread.events)
        if (e.extra == static_cast<std::uint16_t>(kind)) {
          numbers[e.kind] = e.argument;
          BOOST_TEST(
              (n.peers.at(e.peer) == (n.node == a->id() ? b->id() : a->id())));
        }
  BOOST_TEST(numbers.size() == 2u);
  BOOST_TEST(numbers[trace_kind::sent] != 0u);
  BOOST_TEST(numbers[trace_kind::sent] == numbers[trace_kind::received]);
  BOOST_TEST(fs::exists(a->trace().flight_path()));
}

BOOST_AUTO_TEST_SUITE_END()
