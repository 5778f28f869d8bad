#include "apps/tern/page/flight_watch.hpp"

#include "actors/trace/message_flights.hpp"
#include "actors/trace/story.hpp"
#include "actors/trace/trace_exchange.hpp"
#include "apps/tern/report/story_json.hpp"
#include "apps/tern/report/stream_json.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tern {

namespace {

using namespace std::chrono_literals;
using json = nlohmann::ordered_json;
using clock = std::chrono::steady_clock;

constexpr auto period = 2s;
constexpr auto shortest_window = 5s;
constexpr auto longest_window = 30s;
constexpr auto time_for_answers = 1s;
constexpr int share_of_fetching = 20;
constexpr std::size_t story_events = 200;

// A reader gets some hundred kB a period at most.
constexpr stream_limits limits{
    .lanes = 128, .tasks = 1500, .bars = 1500, .arrows = 300, .layers = 100};

std::string text_of(const json& what) {
  return what.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

flight_watch::flight_watch(node& self, std::function<void(std::string)> to)
  : self_(self), to_(std::move(to)) {}

flight_watch::~flight_watch() {
  thread_.stop();
}

void flight_watch::set_readers(std::size_t count) {
  thread_.post([this, count] {
    readers_ = count;
    if (readers_ > 0 && !std::exchange(ticks_, true))
      tick();
  });
}

void flight_watch::tick() {
  ticks_ = readers_ > 0;
  if (!ticks_) {
    last_ = {};
    return;
  }
  const auto begin = clock::now();
  fetch();
  const auto pause = share_of_fetching * (clock::now() - begin);
  thread_.post_after(std::max<clock::duration>(period, pause),
                     [this] { tick(); });
}

void flight_watch::fetch() {
  // so that nothing is missed between two fetches
  const auto since = std::chrono::ceil<std::chrono::seconds>(
      clock::now() - std::exchange(fetched_, clock::now()));
  const auto window = std::clamp<std::chrono::seconds>(
      since + time_for_answers, shortest_window, longest_window);
  last_ = {};
  last_.nodes = trace_exchange::of(self_).flight(window, time_for_answers);
  const auto offsets = align_clocks(last_, flights_in(last_));
  const auto stream = stream_of(last_, offsets, limits);
  auto out = json_of(stream, last_, [](const stream_layer&) {
    return layer_words{}; // plans are not in rings: the page knows them
  });
  out["seconds"] = window / 1s;
  to_(text_of(out));
}

void flight_watch::ask(const std::string& actor, answer then) {
  thread_.post([this, actor, then = std::move(then)] { tell(actor, then); });
}

void flight_watch::tell(const std::string& actor, const answer& then) const {
  const auto found = actors_called(last_, actor);
  if (found.empty())
    return then(404, text_of({{"error", "nothing happened to '" + actor
                                            + "' in the last seconds"}}));
  const auto& who = found.front();
  const auto stories = stories_of(last_, {who}, story_events);
  const auto& story = stories.at(who);
  const auto begin = story.events.front().event.time;
  then(200, text_of(json_of(who, story, trace_names{last_},
                            [&](const story_event& e) {
                              return static_cast<std::int64_t>(e.event.time)
                                     - static_cast<std::int64_t>(begin);
                            })));
}

} // namespace tern
