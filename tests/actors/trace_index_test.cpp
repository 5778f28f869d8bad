#include "actors/trace/frame_cursor.hpp"
#include "actors/trace/index_file.hpp"
#include "actors/trace/indexed_story.hpp"
#include "actors/trace/indexed_trace.hpp"
#include "actors/trace/lz4_frame.hpp"
#include "actors/trace/story.hpp"
#include "actors/trace/trace_names.hpp"
#include "serialization/archive.hpp"
#include "tests/actors/made_trace.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

using namespace tern;
using tern::testing::made_trace;

namespace fs = std::filesystem;

namespace {

using bytes = std::vector<std::byte>;

template <class T>
T value(result<T> made) {
  BOOST_TEST_REQUIRE(made.has_value(),
                     (made ? std::string{} : made.error().what));
  return std::move(*made);
}

indexed_trace scanned(const bytes& file) {
  return value(indexed_trace::of(bytes_in_memory(file), {}));
}

/// The index of a whole file, in chunks of some frames each.
bytes chunks_of(const bytes& file, std::size_t frames, bool all_have_sums) {
  const auto trace = scanned(file);
  const auto& all = trace.index().frames();
  summary_builder sums;
  bytes out;
  for (std::size_t from = 0; from < all.size(); from += frames) {
    const auto chunk =
        std::span{all}.subspan(from, std::min(frames, all.size() - from));
    bytes last;
    for (const auto& frame : chunk) {
      const auto stored =
          std::span{file}.subspan(frame.place.offset, frame.place.stored);
      last.assign(stored.begin(), stored.end());
      add_record(sums, *value(read_framed_record(last, 0))->record);
    }
    const bool with_sums = all_have_sums || from + frames >= all.size();
    append_index_chunk(out, chunk, with_sums ? &sums : nullptr, last);
  }
  return out;
}

void check_same(const indexed_trace& one, const indexed_trace& other) {
  BOOST_TEST((one.summary() == other.summary()));
  BOOST_TEST(
      (to_bytes(one.index().frames()) == to_bytes(other.index().frames())));
}

/// A story as text, to be compared.
std::vector<std::string> told(const trace_content& trace,
                              const actor_id& actor) {
  const trace_names names{trace};
  std::vector<std::string> lines;
  for (const auto& s : story_of(trace, actor)) {
    auto line = names.node(s.where) + ' ' + s.thread + ' '
                + std::to_string(s.event.time) + ' ' + names.kind(s.event) + ' '
                + std::to_string(s.event.argument) + ' ' + names.node(s.peer)
                + ' ' + to_string(s.other_actor);
    if (s.other_end)
      line += ' ' + std::to_string(s.other_end->time);
    lines.push_back(std::move(line));
  }
  return lines;
}

/// A folder that is gone with the test.
struct temporary_folder {
  temporary_folder() {
    fs::create_directory(path);
  }
  ~temporary_folder() {
    fs::remove_all(path);
  }
  fs::path path = fs::temp_directory_path()
                  / ("tern_index_test." + std::to_string(getpid()));
  std::string file = (path / "made.tern-trace").string();
};

void write(const std::string& path, std::span<const std::byte> content) {
  std::ofstream file{path, std::ios::binary | std::ios::trunc};
  file.write(reinterpret_cast<const char*>(content.data()),
             static_cast<std::streamsize>(content.size()));
}

constexpr std::uint64_t seeds = 40;

} // namespace

BOOST_AUTO_TEST_SUITE(trace_indexes)

BOOST_AUTO_TEST_CASE(a_filter_holds_its_keys_and_few_others) {
  std::mt19937_64 random{1};
  std::vector<std::uint64_t> keys(3000);
  for (auto& key : keys)
    key = random();
  const key_filter filter{keys};
  for (const auto key : keys)
    BOOST_TEST_REQUIRE(filter.may_hold(key));
  int others = 0;
  for (int i = 0; i < 100'000; ++i)
    others += filter.may_hold(random());
  BOOST_TEST(others < 1000); // 1 %
  BOOST_TEST(!key_filter{}.may_hold(7));
}

BOOST_AUTO_TEST_CASE(intervals_within_each_other_count_once) {
  covered_time time;
  time.add(10, 20);
  time.add(30, 40);
  time.add(5, 50); // around both
  time.add(60, 70);
  time.add(70, 75);
  BOOST_TEST(time.total() == 45u + 15u);
  time.settle();
  time.add(74, 80); // what was settled stays so
  BOOST_TEST(time.total() == 60u + 5u);
}

BOOST_AUTO_TEST_CASE(what_is_long_open_is_forgotten) {
  aging_map<int, int> map{10};
  for (int i = 0; i < 25; ++i)
    map.put(i, 2 * i);
  for (int i = 0; i < 10; ++i)
    BOOST_TEST(!map.take(i).has_value());
  for (int i = 15; i < 25; ++i)
    BOOST_TEST((map.take(i) == 2 * i));
  BOOST_TEST(!map.take(20).has_value());
}

BOOST_AUTO_TEST_CASE(frames_are_found_by_their_lengths) {
  const auto file = made_trace{3}.file(20);
  const auto source = bytes_in_memory(file);
  frame_cursor cursor{*source, 0};
  std::uint64_t at = 0;
  for (;;) {
    const auto frame = value(cursor.next());
    if (!frame)
      break;
    const auto read =
        value(read_lz4_frame(std::span{file}.subspan(at), 1 << 22));
    BOOST_TEST_REQUIRE(frame->offset == at);
    BOOST_TEST_REQUIRE(frame->bytes.size() == read->stored);
    at += read->stored;
  }
  BOOST_TEST(at == file.size());
  BOOST_TEST(!cursor.truncated());
}

BOOST_AUTO_TEST_CASE(a_trace_read_in_pieces_sums_up_as_one_in_memory) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const auto file = made_trace{seed}.file(1 + seed);
    const auto summary = scanned(file).summary();
    BOOST_TEST_REQUIRE((summary == summarise(value(read_trace(file)))), seed);
    BOOST_TEST((seed < 5 || summary.layers.size() > 2), seed);
  }
}

// Chunks that were cut off, wherever; an index of a beginning only.
BOOST_AUTO_TEST_CASE(an_index_gives_what_a_full_scan_gives) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    std::mt19937_64 random{seed};
    const auto file = made_trace{seed}.file(1 + seed);
    const auto index = chunks_of(file, 1 + random() % 20, seed % 2 == 0);
    const auto full = scanned(file);
    for (int cut = 0; cut < 10; ++cut) {
      const auto part = std::span{index}.first(
          cut == 0 ? index.size() : random() % (index.size() + 1));
      auto source = bytes_in_memory(file);
      auto known = read_index(part, *source);
      BOOST_TEST((cut > 0 || known.end() == file.size()));
      check_same(value(indexed_trace::of(std::move(source), std::move(known))),
                 full);
    }
  }
}

// A crash: the file ends anywhere, and its index was ahead of it or behind.
BOOST_AUTO_TEST_CASE(a_file_that_was_cut_off_is_known_to_its_last_frame) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    std::mt19937_64 random{seed};
    const auto whole = made_trace{seed}.file(1 + seed);
    bytes header;
    append_record(header, trace_header{});
    const auto size =
        header.size() + random() % (whole.size() - header.size() + 1);
    const bytes file(whole.begin(),
                     whole.begin() + static_cast<std::ptrdiff_t>(size));
    const auto index = chunks_of(whole, 1 + random() % 20, true);
    auto source = bytes_in_memory(file);
    auto known = read_index(index, *source);
    const auto trace =
        value(indexed_trace::of(std::move(source), std::move(known)));
    check_same(trace, scanned(file));
    BOOST_TEST((trace.summary() == summarise(value(read_trace(file)))));
  }
}

BOOST_AUTO_TEST_CASE(a_damaged_index_is_noticed_and_left_out) {
  const auto file = made_trace{11}.file(40);
  const auto index = chunks_of(file, 10, true);
  const auto full = scanned(file);
  std::mt19937_64 random{5};
  for (int i = 0; i < 300; ++i) {
    auto damaged = index;
    damaged[random() % damaged.size()] ^=
        static_cast<std::byte>(1 + random() % 255);
    auto source = bytes_in_memory(file);
    auto known = read_index(damaged, *source);
    check_same(value(indexed_trace::of(std::move(source), std::move(known))),
               full);
  }
}

BOOST_AUTO_TEST_CASE(the_index_of_another_run_is_not_believed) {
  const auto file = made_trace{1}.file(30);
  const auto other = chunks_of(made_trace{2}.file(30), 10, true);
  const auto source = bytes_in_memory(file);
  BOOST_TEST(read_index(other, *source).frames().empty());
}

BOOST_AUTO_TEST_CASE(damage_of_the_trace_is_named_as_a_reader_names_it) {
  const auto whole = made_trace{4}.file(10);
  std::mt19937_64 random{6};
  for (int i = 0; i < 300; ++i) {
    auto damaged = whole;
    damaged[random() % damaged.size()] ^=
        static_cast<std::byte>(1 + random() % 255);
    const auto read = read_trace(damaged);
    const auto trace = indexed_trace::of(bytes_in_memory(damaged), {});
    BOOST_TEST_REQUIRE(read.has_value() == trace.has_value());
    if (read) {
      BOOST_TEST(read->truncated == trace->summary().truncated);
      continue;
    }
    // the very words may differ, the place does not
    const auto place = [](const std::string& what) {
      return what.substr(0, what.find(':', what.find("byte")));
    };
    BOOST_TEST(place(trace.error().what) == place(read.error().what));
  }
}

BOOST_AUTO_TEST_CASE(an_excerpt_tells_the_story_that_the_whole_tells) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    made_trace maker{seed};
    const auto file = maker.file(30);
    const auto content = value(read_trace(file));
    const auto trace = scanned(file);
    for (int i = 0; i < 10; ++i) {
      const auto actor = maker.some_actor();
      for (const auto& text : {text_of_actor(actor.low), to_string(actor)}) {
        const auto own = value(events_of_called(trace, text));
        BOOST_TEST((actors_called(own, text) == actors_called(content, text)));
        const auto around = value(events_around(trace, actor, own));
        BOOST_TEST(told(around, actor) == told(content, actor),
                   boost::test_tools::per_element());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(actors_are_called_by_as_little_as_is_clear) {
  const auto task = tern::actor_id::task(0, 3, 12).low;
  const auto actor = tern::actor_id::stateful({}, 12).low;
  const auto service = tern::actor_id::service({}, 12).low;
  BOOST_TEST((keys_called("task 3/12") == std::vector{task}));
  BOOST_TEST((keys_called("3/12") == std::vector{task}));
  BOOST_TEST((keys_called("12") == std::vector{actor, service}));
  BOOST_TEST((keys_called("task/0000000000000007/3/12") == std::vector{task}));
  BOOST_TEST((keys_called("node") == std::vector{actor_key(0)}));
  BOOST_TEST((keys_called("task 03/12") == std::vector{actor_key(0)}));
}

BOOST_AUTO_TEST_CASE(an_index_is_written_beside_a_trace_and_used) {
  const temporary_folder folder;
  const auto file = made_trace{9}.file(50);
  write(folder.file, file);
  const auto made = value(make_index(folder.file));
  check_same(made, scanned(file));
  const auto source = value(open_trace_bytes(folder.file));
  BOOST_TEST(load_index(folder.file, *source).end() == file.size());
  check_same(value(indexed_trace::open(folder.file)), made);
  // the trace has become longer
  made_trace again{9};
  const auto longer = again.file(60);
  write(folder.file, longer);
  const auto grown = value(open_trace_bytes(folder.file));
  BOOST_TEST(load_index(folder.file, *grown).end() == file.size());
  check_same(value(indexed_trace::open(folder.file)), scanned(longer));
}

BOOST_AUTO_TEST_CASE(a_writer_leaves_the_index_of_a_long_trace_only) {
  const temporary_folder folder;
  write(index_path(folder.file), {});
  {
    auto writer = value(trace_writer::create(folder.file));
    BOOST_TEST(!fs::exists(index_path(folder.file))); // of a trace before
    node_trace node;
    node.node = node_id{1};
    node.scopes = {0};
    node.threads = {{0, "worker", std::vector<trace_event>(1 << 16)}};
    std::uint64_t time = 0;
    for (std::uint64_t events = 0; events < events_a_chunk;
         events += node.threads[0].events.size()) {
      BOOST_TEST(!fs::exists(index_path(folder.file)));
      for (auto& e : node.threads[0].events)
        e = {++time, 0, time % 7, trace_kind::counter, 0, 0, 0};
      BOOST_TEST_REQUIRE(writer.add({node}).has_value());
    }
    BOOST_TEST(fs::exists(index_path(folder.file)));
    BOOST_TEST_REQUIRE(writer.add({node}).has_value()); // known at the end
  }
  BOOST_TEST_REQUIRE(fs::exists(index_path(folder.file)));
  const auto source = value(open_trace_bytes(folder.file));
  BOOST_TEST(load_index(folder.file, *source).end() == source->size());
  const auto trace = value(indexed_trace::open(folder.file));
  BOOST_TEST(trace.summary().events >= events_a_chunk);
}

BOOST_AUTO_TEST_CASE(a_file_without_an_index_gets_none_if_it_is_short) {
  const temporary_folder folder;
  write(folder.file, made_trace{9}.file(5));
  value(indexed_trace::open(folder.file));
  BOOST_TEST(!fs::exists(index_path(folder.file)));
  const auto none = indexed_trace::open("/nonexistent/x.tern-trace");
  BOOST_TEST_REQUIRE(!none);
  BOOST_TEST(none.error().what
             == "cannot read /nonexistent/x.tern-trace: No such file or "
                "directory");
  const auto refused = make_index("/dev/null");
  BOOST_TEST(!refused);
}

BOOST_AUTO_TEST_SUITE_END()
