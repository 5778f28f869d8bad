#include "actors/trace/chrome_export.hpp"
#include "actors/trace/lz4_frame.hpp"
#include "actors/trace/ring.hpp"
#include "actors/trace/trace_file.hpp"
#include "actors/trace/tracer.hpp"
#include "tests/actors/nodes.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>

using namespace tern;
using namespace tern::testing;

namespace {

trace_event random_event(std::mt19937_64& random, std::uint64_t time) {
  return {time,
          random(),
          random(),
          static_cast<trace_kind>(random() % 12),
          static_cast<std::uint16_t>(random() % 3),
          static_cast<std::uint16_t>(random()),
          static_cast<std::uint16_t>(random() % 2)};
}

node_trace random_node(std::uint64_t seed, std::size_t events) {
  std::mt19937_64 random{seed};
  node_trace node;
  node.node = node_id{seed};
  node.name = "127.0.0.1:" + std::to_string(seed);
  node.pid = 17;
  node.lost = seed % 3;
  node.peers = {node.node, node_id{100}, node_id{200}};
  node.scopes = {0, random()};
  for (std::uint32_t t = 0; t < 3; ++t) {
    thread_trace thread{t, "worker", {}};
    for (std::size_t i = 0; i < events; ++i)
      thread.events.push_back(random_event(random, 1000 * i));
    node.threads.push_back(std::move(thread));
  }
  return node;
}

std::vector<std::byte> file_of(const std::vector<node_trace>& nodes) {
  std::vector<std::byte> bytes;
  append_record(bytes, trace_header{});
  for (auto& n : nodes)
    append_node(bytes, n);
  return bytes;
}

nlohmann::json exported(std::span<const std::byte> bytes,
                        chrome_counts* counts = nullptr) {
  std::ostringstream out;
  auto done = export_chrome(bytes, out);
  BOOST_REQUIRE_MESSAGE(done.has_value(), why(done));
  if (counts)
    *counts = *done;
  return nlohmann::json::parse(out.str());
}

/// A file that is gone with the test.
struct temporary_file {
  std::string path = (std::filesystem::temp_directory_path()
                      / ("tern_trace_test." + std::to_string(getpid())))
                         .string();
  ~temporary_file() {
    std::remove(path.c_str());
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(traces)

BOOST_AUTO_TEST_CASE(a_recorder_that_is_off_records_nothing) {
  tracer t{node_id{1}};
  t.emit(trace_kind::fired, {}, 1);
  BOOST_TEST(t.drain().threads.empty());
}

BOOST_AUTO_TEST_CASE(events_come_out_as_they_went_in) {
  tracer t{node_id{1}};
  t.enable();
  auto peer = t.peer_index(node_id{2});
  auto before = monotonic_ns();
  auto id = tern::actor_id::task(1, 2, 3);
  t.emit(trace_kind::sent, id, 4, 5, peer);
  t.emit(trace_kind::fired, id, 6);
  auto after = monotonic_ns();
  t.disable();
  t.emit(trace_kind::fired, id, 7);
  auto trace = t.drain();
  BOOST_TEST((trace.node == node_id{1}));
  BOOST_TEST((trace.peers == std::vector{node_id{1}, node_id{2}}));
  BOOST_REQUIRE(trace.threads.size() == 1u);
  auto& events = trace.threads[0].events;
  BOOST_REQUIRE(events.size() == 2u);
  auto first = events[0];
  BOOST_TEST((first.time + 1000 > before && first.time < after + 1000));
  BOOST_TEST(events[1].time >= first.time);
  first.time = 0;
  BOOST_TEST(
      (first == trace_event{0, id.low, 4, trace_kind::sent, peer, 5, 1}));
  BOOST_TEST((actor_of(trace, first) == id));
  BOOST_TEST(t.drain().threads.empty());
}

BOOST_AUTO_TEST_CASE(what_finds_no_room_is_counted) {
  tracer t{node_id{1}, 64};
  t.enable();
  for (int i = 0; i < 100; ++i)
    t.emit(trace_kind::counter, {}, 1);
  auto trace = t.drain();
  BOOST_TEST(trace.threads.at(0).events.size() == 64u);
  BOOST_TEST(trace.lost == 36u);
  t.emit(trace_kind::counter, {}, 1);
  trace = t.drain();
  BOOST_TEST(trace.threads.at(0).events.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_thread_serves_several_recorders) {
  tracer a{node_id{1}};
  tracer b{node_id{2}};
  a.enable();
  b.enable();
  for (int i = 0; i < 10; ++i) {
    a.emit(trace_kind::fired, {}, 1);
    b.emit(trace_kind::fired, {}, 2);
  }
  for (auto* t : {&a, &b}) {
    auto trace = t->drain();
    BOOST_REQUIRE(trace.threads.size() == 1u);
    BOOST_TEST(trace.threads[0].events.size() == 10u);
    for (auto& e : trace.threads[0].events)
      BOOST_TEST(e.argument == trace.node.value);
  }
}

BOOST_AUTO_TEST_CASE(threads_write_while_their_rings_are_drained) {
  constexpr std::uint64_t events = 200000;
  constexpr int threads = 3;
  tracer t{node_id{1}, 1 << 12};
  t.enable();
  std::atomic<int> running{threads};
  std::map<std::uint32_t, std::uint64_t> next;
  std::uint64_t seen = 0;
  bool in_order = true;
  std::uint64_t lost = 0;
  auto take = [&] {
    auto trace = t.drain();
    lost = trace.lost;
    for (auto& thread : trace.threads)
      for (auto& e : thread.events) {
        auto& least = next[thread.thread];
        in_order = in_order && e.argument >= least;
        least = e.argument + 1;
        ++seen;
      }
  };
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < threads; ++i)
      writers.emplace_back([&] {
        for (std::uint64_t n = 0; n < events; ++n)
          t.emit(trace_kind::counter, {}, n);
        --running;
      });
    while (running > 0)
      take();
  }
  take();
  BOOST_TEST(in_order);
  BOOST_TEST(seen + lost == threads * events);
}

BOOST_AUTO_TEST_CASE(message_numbers_of_nodes_differ) {
  tracer a{node_id{0x123456789abcdef0}};
  tracer b{node_id{0x123456789abcdef1}};
  std::set<std::uint64_t> numbers;
  for (int i = 0; i < 1000; ++i) {
    numbers.insert(a.next_number());
    numbers.insert(b.next_number());
  }
  BOOST_TEST(numbers.size() == 2000u);
  BOOST_TEST(!numbers.contains(0));
}

BOOST_AUTO_TEST_CASE(a_file_gives_back_what_was_written) {
  temporary_file file;
  std::vector nodes{random_node(1, 20000), random_node(2, 10)};
  auto writer = trace_writer::create(file.path);
  BOOST_REQUIRE(writer);
  BOOST_REQUIRE(writer->add(nodes));
  // More of a node that was there.
  auto more = random_node(2, 5);
  more.lost = 77;
  BOOST_REQUIRE(writer->add({more}));
  auto bytes = load_file(file.path);
  BOOST_REQUIRE(bytes);
  auto content = read_trace(*bytes);
  BOOST_REQUIRE_MESSAGE(content.has_value(), why(content));
  BOOST_TEST(!content->truncated);
  BOOST_TEST((content->header == trace_header{}));
  BOOST_TEST(content->header.messages.at(103) == "have");
  BOOST_TEST(content->header.kinds.at(1) == "sent");
  BOOST_REQUIRE(content->nodes.size() == 2u);
  BOOST_TEST((content->nodes[0] == nodes[0]));
  auto expected = nodes[1];
  expected.lost = 77;
  for (std::size_t t = 0; t < 3; ++t)
    for (auto& e : more.threads[t].events)
      expected.threads[t].events.push_back(e);
  BOOST_TEST((content->nodes[1] == expected));
}

BOOST_AUTO_TEST_CASE(plans_of_any_size_come_back_and_half_ones_do_not) {
  std::mt19937_64 random{3};
  const auto some = bytes_of("a plan");
  trace_plan small{7, "ones(3).sum()", {some.begin(), some.end()}};
  trace_plan large{8, std::string(max_plan_text + 5, 'x'), {}};
  for (int i = 0; i < 3'000'000; ++i)
    large.bytes.push_back(static_cast<std::byte>(random()));
  trace_plan empty{9, "", {}};
  std::vector<std::byte> bytes;
  append_record(bytes, trace_header{});
  append_plan(bytes, small);
  append_plan(bytes, large);
  append_plan(bytes, empty);
  append_plan(bytes, large); // again
  const auto content = read_trace(bytes);
  BOOST_REQUIRE_MESSAGE(content.has_value(), why(content));
  large.text.resize(max_plan_text);
  BOOST_TEST((content->plans == std::vector{small, large, empty}));
  BOOST_TEST(content->header.tern == library_version);
  const auto cut = read_trace(std::span{bytes}.first(2'500'000));
  BOOST_REQUIRE(cut);
  BOOST_TEST(cut->truncated);
  BOOST_TEST((cut->plans == std::vector{small}));
}

// The number of the record's kind lies behind the message's table and its root
// pointer.
BOOST_AUTO_TEST_CASE(a_record_of_a_later_version_is_passed_over) {
  std::vector<std::byte> record;
  append_record(record, random_node(1, 0));
  auto later = read_lz4_frame(record, 1 << 20).value()->bytes;
  BOOST_REQUIRE(later[16] == std::byte{1});
  later[16] = std::byte{99};
  std::vector<std::byte> bytes;
  append_record(bytes, trace_header{});
  append_lz4_frame(bytes, later);
  append_node(bytes, random_node(2, 5));
  const auto content = read_trace(bytes);
  BOOST_REQUIRE_MESSAGE(content.has_value(), why(content));
  BOOST_REQUIRE(content->nodes.size() == 1u);
  BOOST_TEST((content->nodes[0] == random_node(2, 5)));
  BOOST_TEST(!content->truncated);
}

BOOST_AUTO_TEST_CASE(a_file_that_was_cut_off_is_readable_to_its_last_frame) {
  auto whole = file_of({random_node(1, 100)});
  std::vector<std::byte> header;
  append_record(header, trace_header{});
  std::size_t events = 0;
  for (auto size = header.size(); size < whole.size(); ++size) {
    auto content = read_trace(std::span{whole}.first(size));
    BOOST_REQUIRE(content);
    std::size_t now = 0;
    for (auto& n : content->nodes)
      for (auto& t : n.threads)
        now += t.events.size();
    BOOST_TEST(now >= events);
    BOOST_TEST(now % 100 == 0u);
    events = now;
  }
  BOOST_TEST(events == 200u);
  BOOST_TEST(!read_trace(std::span{whole}.first(header.size() - 1)));
  BOOST_TEST(!read_trace({}));
}

BOOST_AUTO_TEST_CASE(damage_is_found_and_placed) {
  auto whole = file_of({random_node(1, 30)});
  std::vector<std::byte> header;
  append_record(header, trace_header{});
  std::mt19937_64 random{5};
  int found = 0;
  for (int i = 0; i < 3000; ++i) {
    auto damaged = whole;
    damaged[random() % damaged.size()] ^=
        static_cast<std::byte>(1 + random() % 255);
    auto content = read_trace(damaged);
    // Another way of LZ4 to say the same is no damage.
    found += !content || content->truncated
             || content->nodes == read_trace(whole)->nodes;
  }
  BOOST_TEST(found == 3000);
  whole[header.size()] ^= std::byte{1};
  auto content = read_trace(whole);
  BOOST_REQUIRE(!content);
  BOOST_TEST(content.error().what.starts_with(
      "trace, at byte " + std::to_string(header.size()) + ": "));
  BOOST_TEST(!read_trace(bytes_of("not a trace at all, but long enough")));
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_opened_are_named) {
  auto writer = trace_writer::create("/nonexistent/x.tern-trace");
  BOOST_REQUIRE(!writer);
  BOOST_TEST(writer.error().what
             == "cannot write /nonexistent/x.tern-trace: No such file or "
                "directory");
  auto bytes = load_file("/nonexistent/x.tern-trace");
  BOOST_REQUIRE(!bytes);
  BOOST_TEST((bytes.error().kind == failure_kind::io));
}

BOOST_AUTO_TEST_CASE(any_events_become_json_with_times_in_order) {
  chrome_counts counts;
  auto json =
      exported(file_of({random_node(1, 3000), random_node(2, 3000)}), &counts);
  BOOST_TEST(counts.events == 2 * 3 * 3000u);
  BOOST_TEST(counts.nodes == 2u);
  // Slices of a thread begin in order and nest.
  std::map<std::pair<int, int>, std::vector<std::pair<double, double>>> slices;
  for (auto& e : json["traceEvents"])
    if (e["ph"] == "X")
      slices[{e["pid"], e["tid"]}].push_back(
          {e["ts"], e["ts"].get<double>() + e["dur"].get<double>()});
  for (auto& [thread, list] : slices) {
    std::ranges::sort(list, [](auto& a, auto& b) {
      return a.first != b.first ? a.first < b.first : a.second > b.second;
    });
    std::vector<double> open;
    for (auto& [begin, end] : list) {
      while (!open.empty() && open.back() <= begin)
        open.pop_back();
      BOOST_TEST((open.empty() || end <= open.back() + 1e-6));
      open.push_back(end);
    }
  }
}

// A reader refuses a frame of more than 4 MiB.
BOOST_AUTO_TEST_CASE(steps_of_long_words_and_many_losses_can_be_read) {
  node_trace node;
  node.node = node_id{7};
  for (std::uint64_t i = 0; i < 1200; ++i) {
    recorded_step step;
    step.actor = {7, 9};
    step.index = i;
    step.kind = step_kind::message;
    step.threw = std::string(4096, 'x');
    node.steps.push_back(step);
    for (std::uint64_t k = 0; k < 50; ++k)
      node.lost_steps.push_back({{7, i}, 1, k, 1});
  }
  std::vector<std::byte> bytes;
  append_record(bytes, trace_header{});
  append_node(bytes, node);
  const auto read = read_trace(bytes);
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST_REQUIRE(read->nodes.size() == 1u);
  BOOST_TEST((read->nodes[0].steps == node.steps));
  BOOST_TEST((read->nodes[0].lost_steps == node.lost_steps));
}

BOOST_AUTO_TEST_CASE(a_task_is_one_slice_and_a_move_a_mark) {
  node_trace node;
  node.node = node_id{1};
  node.name = "a \"node\"\n";
  node.peers = {node.node};
  auto id = tern::actor_id::task(1, 2, 3).low;
  node.threads = {{0,
                   "worker 0",
                   {{5000, id, 1, trace_kind::fired, 0, 0},
                    {7500, id, 1, trace_kind::finished, 0, 0},
                    {9000, id, 4, trace_kind::moved, 0, 0},
                    {9500, id, 1, trace_kind::fired, 0, 0}}}};
  chrome_counts counts;
  auto json = exported(file_of({node}), &counts);
  BOOST_TEST(counts.tasks == 2u);
  std::map<std::string, int> seen;
  for (auto& e : json["traceEvents"]) {
    ++seen[e["ph"]];
    if (e["ph"] == "X" && e["args"]["end"] == "finished") {
      BOOST_TEST(e["name"] == "task 2/3");
      BOOST_TEST(e["ts"].get<double>() == 0.0);
      BOOST_TEST(e["dur"].get<double>() == 2.5);
    }
    if (e["ph"] == "i")
      BOOST_TEST(e["name"] == "moved task 2/3");
    if (e["ph"] == "M" && e["name"] == "process_name")
      BOOST_TEST(e["args"]["name"] == "node a \"node\"\n");
  }
  BOOST_TEST(
      (seen == std::map<std::string, int>{{"M", 2}, {"X", 2}, {"i", 1}}));
}

BOOST_AUTO_TEST_CASE(each_message_between_nodes_is_one_arrow) {
  constexpr int messages = 500;
  watched<int> echoes;
  auto a = start_node();
  auto b = start_node();
  a->on(kind_b, [&](incoming&) { echoes.change([](int& i) { ++i; }); });
  b->on(kind_a, [&](incoming& m) { b->send(m.from, kind_b, m.head, {}); });
  b->on(kind_b, [](incoming&) {});
  join(*b, *a);
  a->record_traces(true);
  BOOST_TEST(eventually([&] { return b->trace().enabled(); }));
  for (int i = 0; i < messages; ++i)
    a->send(b->id(), kind_a, {}, {});
  b->send(b->id(), kind_b, {}, {}); // not between nodes
  a->flush();
  BOOST_TEST(echoes.wait([](int n) { return n == messages; }));
  a->record_traces(false);
  BOOST_TEST(eventually([&] { return !b->trace().enabled(); }));
  auto traces = a->collect_traces();
  BOOST_REQUIRE(traces.size() == 2u);
  BOOST_TEST((traces[0].node < traces[1].node));
  BOOST_TEST(traces[0].lost + traces[1].lost == 0u);
  chrome_counts counts;
  auto json = exported(file_of(traces), &counts);
  std::map<std::string, std::vector<nlohmann::json>> starts;
  std::map<std::string, std::vector<nlohmann::json>> ends;
  std::map<std::tuple<int, int, double>, std::string> slices;
  for (auto& e : json["traceEvents"]) {
    if (e["ph"] == "s")
      starts[e["id"]].push_back(e);
    if (e["ph"] == "f")
      ends[e["id"]].push_back(e);
    if (e["ph"] == "X")
      slices[{e["pid"], e["tid"], e["ts"]}] = e["name"];
  }
  BOOST_TEST(counts.flows == starts.size());
  BOOST_TEST(starts.size() == ends.size());
  std::map<std::string, int> arrows;
  for (auto& [id, start] : starts) {
    BOOST_REQUIRE(start.size() == 1u);
    BOOST_REQUIRE(ends[id].size() == 1u);
    auto& s = start[0];
    auto& f = ends[id][0];
    BOOST_TEST(s["pid"] != f["pid"]);
    BOOST_TEST(s["ts"].get<double>() < f["ts"].get<double>());
    ++arrows[slices.at({s["pid"], s["tid"], s["ts"]})];
    BOOST_TEST(slices.contains({f["pid"], f["tid"], f["ts"]}));
  }
  BOOST_TEST(arrows["send application"] == messages);
  BOOST_TEST(arrows["send 201"] == messages);
}

BOOST_AUTO_TEST_CASE(a_node_that_joins_later_records_too) {
  auto a = start_node();
  a->record_traces(true);
  auto b = start_node();
  join(*b, *a);
  BOOST_TEST(eventually([&] { return b->trace().enabled(); }));
}

BOOST_AUTO_TEST_SUITE_END()
