// How nodes find out why an actor waits.
//
// Each node knows what its own actors do. Whoever wants to know about one that
// is not here asks all others, and the one that has it answers; so no knowledge
// of places is needed, and an actor that moves meanwhile is asked for again.
// Questions and answers go by the link and are answered on its thread, which
// no handler of an actor can block.
#include "actors/api/wait_watch.hpp"

#include "actors/api/wait_service.hpp"
#include "actors/node.hpp"
#include "serialization/archive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <tuple>
#include <utility>

namespace tern {

namespace {

using std::chrono::steady_clock;

constexpr auto answer_time = std::chrono::milliseconds(500);
constexpr auto least_wait = std::chrono::seconds(1);
constexpr std::size_t most_looks = 16; ///< chains that one look follows
constexpr std::size_t most_told = 8;

using question = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;
using answer_body = std::pair<std::uint64_t, std::optional<wait_report>>;

} // namespace

class wait_watch::impl final : public std::enable_shared_from_this<impl>,
                               public wait_service::listener {
public:
  explicit impl(surroundings world) : world_(std::move(world)) {}

  void open();
  void close();
  wait_answer explain(const actor_id& actor);

  // wait_service::listener, on its thread
  std::vector<std::byte> answer(std::span<const std::byte> asked) override;
  void look() override;

private:
  struct open_question {
    std::set<node_id> silent;
    std::optional<wait_report> found;
  };
  struct news {
    steady_clock::time_point when;
    std::string what;
  };

  void on_query(incoming& in);
  void on_answer(incoming& in);
  wait_chain follow(const actor_id& first);
  std::optional<wait_report> ask(const actor_id& actor);
  std::optional<wait_report> ask_others(const actor_id& actor);
  void tell(const std::string& what);
  bool is_closed();

  const surroundings world_;
  std::mutex use_mutex_; ///< held while the link's thread uses `world_`
  std::mutex mutex_;     ///< guards what follows
  std::condition_variable changed_;
  bool closed_ = false;
  std::uint64_t last_number_ = 0;
  std::map<std::uint64_t, open_question> questions_;
  std::deque<news> told_;
  circle_book circles_; ///< of the service's thread
  std::unique_ptr<wait_service> service_;
};

void wait_watch::impl::open() {
  auto& self_node = world_.self;
  self_node.on(
      message_kind::wait_query,
      [self = shared_from_this()](incoming& in) { self->on_query(in); });
  self_node.on(
      message_kind::wait_answer,
      [self = shared_from_this()](incoming& in) { self->on_answer(in); });
  service_ = std::make_unique<wait_service>(self_node.system(), *this);
}

void wait_watch::impl::close() {
  {
    std::scoped_lock both{use_mutex_, mutex_};
    closed_ = true;
  }
  changed_.notify_all();
  service_.reset();
}

bool wait_watch::impl::is_closed() {
  std::lock_guard guard{mutex_};
  return closed_;
}

// -- between nodes ------------------------------------------------------------

void wait_watch::impl::on_query(incoming& in) {
  const auto asked = from_bytes<question>(in.payload);
  if (!asked)
    return;
  const auto& [number, high, low] = *asked;
  std::lock_guard guard{use_mutex_};
  if (is_closed())
    return;
  world_.self.send(in.from, message_kind::wait_answer, {},
                   to_bytes(answer_body{number, world_.report({high, low})}));
}

void wait_watch::impl::on_answer(incoming& in) {
  auto said = from_bytes<answer_body>(in.payload);
  if (!said)
    return;
  std::lock_guard guard{mutex_};
  const auto open = questions_.find(said->first);
  if (open == questions_.end() || open->second.silent.erase(in.from) == 0)
    return;
  if (said->second)
    open->second.found = std::move(said->second);
  changed_.notify_all();
}

std::optional<wait_report> wait_watch::impl::ask(const actor_id& actor) {
  auto here = world_.report(actor);
  return here ? here : ask_others(actor);
}

std::optional<wait_report> wait_watch::impl::ask_others(const actor_id& actor) {
  open_question q;
  for (const auto& m : world_.self.members())
    if (m.id != world_.self.id())
      q.silent.insert(m.id);
  const auto others = q.silent;
  std::unique_lock lock{mutex_};
  const auto number = ++last_number_;
  auto& open = questions_[number] = std::move(q);
  lock.unlock();
  const auto body = to_bytes(question{number, actor.high, actor.low});
  for (const auto& other : others)
    world_.self.send(other, message_kind::wait_query, {}, body);
  world_.self.flush();
  lock.lock();
  changed_.wait_for(lock, answer_time, [&] {
    return closed_ || open.found || open.silent.empty();
  });
  return std::move(questions_.extract(number).mapped().found);
}

// -- chains -------------------------------------------------------------------

wait_chain wait_watch::impl::follow(const actor_id& first) {
  wait_chain chain{first};
  while (chain.next() && !is_closed())
    chain.add(ask(*chain.next()));
  return chain;
}

wait_answer wait_watch::impl::explain(const actor_id& actor) {
  const auto chain = follow(actor);
  wait_answer out{
      chain.steps(), conclusion_of(chain), chain.circle().has_value(), {}};
  const auto now = steady_clock::now();
  std::lock_guard guard{mutex_};
  for (const auto& n : told_)
    out.told.push_back(fmt::format(
        "{} s ago: {}",
        std::chrono::duration_cast<std::chrono::seconds>(now - n.when).count(),
        n.what));
  return out;
}

std::vector<std::byte>
wait_watch::impl::answer(std::span<const std::byte> asked) {
  const auto id = from_bytes<std::pair<std::uint64_t, std::uint64_t>>(asked);
  if (!id)
    return {};
  return to_bytes(explain({id->first, id->second}));
}

void wait_watch::impl::look() {
  std::map<circle_book::circle, std::string> found;
  std::set<circle_book::circle> circles;
  const auto blocked = world_.blocked(least_wait);
  for (std::size_t i = 0; i < std::min(blocked.size(), most_looks); ++i) {
    const auto chain = follow(blocked[i]);
    if (age_of_circle(chain) < static_cast<std::uint64_t>(
            std::chrono::nanoseconds{least_wait}.count()))
      continue;
    circles.insert(circle_of(chain));
    found.try_emplace(circle_of(chain), conclusion_of(chain));
  }
  for (const auto& circle : circles_.look(circles))
    tell(found.at(circle));
}

void wait_watch::impl::tell(const std::string& what) {
  {
    std::lock_guard guard{mutex_};
    told_.push_back({steady_clock::now(), what});
    if (told_.size() > most_told)
      told_.pop_front();
  }
  world_.say(what);
}

// -- the watch ----------------------------------------------------------------

wait_watch::wait_watch(surroundings world)
  : impl_(std::make_shared<impl>(std::move(world))) {
  impl_->open();
}

wait_watch::~wait_watch() {
  impl_->close();
}

wait_answer wait_watch::explain(const actor_id& actor) {
  return impl_->explain(actor);
}

} // namespace tern
