// Counting: a producer sends increments, the counter says how many it had.
//
// The producer asks for the count after every batch, which keeps it from
// running ahead: nothing but two batches waits with it. The paper's sends all
// at once; here a queue of that length would be refused.

#include "bench/savina_actors.hpp"

#include <algorithm>

namespace tern::bench {

namespace {

struct increment : savina_signal {};
struct how_many : savina_signal {};

class counter {
public:
  using messages = tern::messages<increment, how_many>;

  void on(const increment&) {
    ++n_;
  }
  std::uint64_t on(const how_many&) const {
    return n_;
  }

  template <class Archive>
  void fields(Archive& a) {
    a(n_);
  }

private:
  std::uint64_t n_ = 0;
};

struct produce {
  ref<counter> to;
  std::uint64_t messages = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(to, messages);
  }
};

class producer {
public:
  using messages = tern::messages<produce>;
  using answer = tern::result<std::uint64_t>;

  void on(const produce& m, context& here) {
    order_ = m;
    send_batch(here);
    send_batch(here);
  }
  void counted(const answer& n, context& here) {
    --open_;
    finish_line::here().check(n.has_value(), "a counter that does not answer");
    if (sent_ < order_.messages)
      send_batch(here);
    else if (open_ == 0)
      finish_line::here().report(n.value_or(0));
  }

  using continuations = tern::continuations<&producer::counted>;

  template <class Archive>
  void fields(Archive& a) {
    a(order_, sent_, open_);
  }

private:
  static constexpr std::uint64_t batch = 80; // two of them find room
  static constexpr std::chrono::seconds patience{60};

  void send_batch(context& here) {
    const auto until = std::min(sent_ + batch, order_.messages);
    for (; sent_ < until; ++sent_)
      here.send(order_.to, increment{});
    here.request(order_.to, how_many{}, patience).then<&producer::counted>();
    ++open_;
  }

  produce order_;
  std::uint64_t sent_ = 0;
  std::uint32_t open_ = 0; ///< batches that are not counted yet
};

} // namespace

std::uint64_t tern_counting(actor_system& here, const savina_size& size) {
  here.add<counter>();
  here.add<producer>();
  finish_line::here().expect(1);
  const auto to = here.spawn<counter>();
  here.send(here.spawn<producer>(), produce{to, size.rounds});
  return finish_line::here().wait();
}

} // namespace tern::bench
