// A planted bug: a handler that forgets one case. A buyer orders from a shop,
// which asks its store; what is there is shipped, and where nothing is left
// nobody tells the buyer, who waits for ever. docs/bugs.md finds it.
// Usage: example_lost_reply, until it is ended by a signal

#include <tern/actors.hpp>
#include <unistd.h>

#include <iostream>
#include <string>

namespace {

class buyer;

struct reserve {
  static constexpr std::string_view name = "reserve";
  std::string what;
  template <class Archive>
  void fields(Archive& a) {
    a(what);
  }
};
struct order {
  static constexpr std::string_view name = "order";
  std::string what;
  tern::ref<buyer> by;
  template <class Archive>
  void fields(Archive& a) {
    a(what, by);
  }
};
struct shipped {
  static constexpr std::string_view name = "shipped";
  std::string what;
  template <class Archive>
  void fields(Archive& a) {
    a(what);
  }
};

class store {
public:
  static constexpr std::string_view name = "store";
  using messages = tern::messages<reserve>;

  store() = default;
  explicit store(std::string what) : there_is_(std::move(what)) {}
  bool on(const reserve& r) const {
    return r.what == there_is_;
  }
  template <class Archive>
  void fields(Archive& a) {
    a(there_is_);
  }

private:
  std::string there_is_;
};

class shop {
public:
  static constexpr std::string_view name = "shop";
  using messages = tern::messages<order>;

  shop() = default;
  explicit shop(tern::ref<store> behind) : behind_(behind) {}
  void on(const order& o, tern::context& here) {
    here.request(behind_, reserve{o.what}).then<&shop::reserved>(o);
  }
  void reserved(const order& o, const tern::result<bool>& there,
                tern::context& here);
  using continuations = tern::continuations<&shop::reserved>;

  template <class Archive>
  void fields(Archive& a) {
    a(behind_);
  }

private:
  tern::ref<store> behind_;
};

struct buy {
  static constexpr std::string_view name = "buy";
  std::string what;
  std::string then; ///< when that has come
  tern::ref<shop> where;
  template <class Archive>
  void fields(Archive& a) {
    a(what, then, where);
  }
};

class buyer {
public:
  static constexpr std::string_view name = "buyer";
  using messages = tern::messages<buy, shipped>;

  void on(const buy& b, tern::context& here) {
    where_ = b.where;
    next_ = b.then;
    here.send(where_, order{b.what, here.self<buyer>()});
  }
  void on(const shipped& s, tern::context& here) {
    std::cout << "shipped: " << s.what << std::endl;
    here.send(where_, order{next_, here.self<buyer>()});
  }
  template <class Archive>
  void fields(Archive& a) {
    a(where_, next_);
  }

private:
  tern::ref<shop> where_;
  std::string next_;
};

void shop::reserved(const order& o, const tern::result<bool>& there,
                    tern::context& here) {
  if (there && *there)
    here.send(o.by, shipped{o.what});
  // the bug: else nobody tells the buyer
}

int run() {
  tern::actor_system here;
  here.add<buyer>();
  here.add<shop>();
  here.add<store>();
  const auto behind = here.spawn<store>("tea");
  const auto front = here.spawn<shop>(behind);
  const auto one = here.spawn<buyer>();
  here.send(one, buy{"tea", "coffee", front});
  std::cout << "buyer: " << to_string(one.id())
            << "\nshop: " << to_string(front.id())
            << "\nstore: " << to_string(behind.id())
            << "\nnode: " << here.self().host << ':' << here.self().port
            << std::endl;
  for (;;)
    ::pause();
}

} // namespace

int main() {
  try {
    return run();
  } catch (const std::exception& e) {
    std::cerr << "example_lost_reply: " << e.what() << '\n';
    return 1;
  }
}
