// Chameneos: they meet in pairs at a mall and change their colours, until
// there were enough meetings.

#include "bench/savina_actors.hpp"
#include "bench/savina_work.hpp"

namespace tern::bench {

namespace {

class mall;
class chameneo;

/// To the mall: I want to meet somebody. From there: that one.
struct meet {
  colour paint = colour::blue;
  ref<chameneo> who;
  template <class Archive>
  void fields(Archive& a) {
    a(paint, who);
  }
};
/// From whom it met.
struct change {
  colour paint = colour::blue;
  template <class Archive>
  void fields(Archive& a) {
    a(paint);
  }
};
struct open_mall : savina_signal {};
struct closed : savina_signal {};
struct faded {
  std::uint64_t meetings = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(meetings);
  }
};

class chameneo {
public:
  using messages = tern::messages<open_mall, meet, change, closed>;

  chameneo() = default;
  chameneo(const ref<mall>& at, colour paint) : mall_(at), paint_(paint) {}

  void on(const open_mall&, context& here);
  void on(const meet& m, context& here) {
    paint_ = complement(paint_, m.paint);
    here.send(m.who, change{paint_});
    met(here);
  }
  void on(const change& m, context& here) {
    paint_ = m.paint;
    met(here);
  }
  void on(const closed&, context& here);

  template <class Archive>
  void fields(Archive& a) {
    a(mall_, paint_, meetings_);
  }

private:
  void met(context& here) {
    ++meetings_;
    on(open_mall{}, here);
  }

  ref<mall> mall_;
  colour paint_ = colour::blue;
  std::uint64_t meetings_ = 0;
};

class mall {
public:
  using messages = tern::messages<meet, faded>;

  mall() = default;
  explicit mall(const savina_size& size)
    : inside_(size.actors), left_(size.rounds), meetings_(size.rounds) {}

  void on(const meet& m, context& here) {
    if (left_ == 0) {
      here.send(m.who, closed{});
    } else if (!waiting_) {
      waiting_ = m.who;
    } else {
      --left_;
      here.send(std::exchange(waiting_, {}), m);
    }
  }
  void on(const faded& m) {
    sum_ += m.meetings;
    if (--inside_ > 0)
      return;
    finish_line::here().check(sum_ == 2 * meetings_,
                              "the meetings do not add up");
    finish_line::here().report(sum_ / 2);
  }

  template <class Archive>
  void fields(Archive& a) {
    a(inside_, left_, meetings_, sum_, waiting_);
  }

private:
  std::uint64_t inside_ = 0;
  std::uint64_t left_ = 0;
  std::uint64_t meetings_ = 0;
  std::uint64_t sum_ = 0;
  ref<chameneo> waiting_;
};

void chameneo::on(const open_mall&, context& here) {
  here.send(mall_, meet{paint_, here.self<chameneo>()});
}

void chameneo::on(const closed&, context& here) {
  here.send(mall_, faded{meetings_});
}

} // namespace

std::uint64_t tern_chameneos(actor_system& here, const savina_size& size) {
  here.add<mall>();
  here.add<chameneo>();
  finish_line::here().expect(1);
  const auto at = here.spawn<mall>(size);
  for (std::uint64_t i = 0; i < size.actors; ++i)
    here.send(here.spawn<chameneo>(at, static_cast<colour>(i % 3)),
              open_mall{});
  return finish_line::here().wait();
}

} // namespace tern::bench
