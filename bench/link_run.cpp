// One run of `tern-bench link`, our side: this process and a child, each a
// node. Answers are counted in the handlers, on the link threads, as actors
// would see them.

#include "actors/node.hpp"
#include "bench/child.hpp"
#include "bench/link.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <iostream>
#include <span>
#include <thread>

namespace tern::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto kind_of(int offset) {
  return static_cast<message_kind>(static_cast<int>(message_kind::application)
                                   + offset);
}
constexpr auto echo = kind_of(0);  ///< comes back as `back`
constexpr auto count = kind_of(1); ///< counted; payload: how many in all
constexpr auto block = kind_of(2); ///< answered by `back` once it is there
constexpr auto back = kind_of(3);

constexpr std::size_t small = 16;               ///< bytes of a small message
constexpr std::uint64_t queue_limit = 4u << 20; ///< bytes not yet written
constexpr std::uint64_t window = 64u << 20;     ///< bytes of blocks under way
constexpr auto deadline = 120s;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
      .count();
}

/// Reads every byte; what it returns depends on all of them.
std::uint64_t read_through(std::span<const std::byte> bytes) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i + sizeof sum <= bytes.size(); i += sizeof sum) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, sizeof word);
    sum += word;
  }
  return sum;
}

/// This side: a node, the child's node, and how many answers came.
class two_nodes {
public:
  explicit two_nodes(bool shares_memory) : shares_memory_(shares_memory) {}

  bool start() {
    node_config config;
    config.shares_memory = shares_memory_;
    auto started = node::start(config);
    if (!started) {
      std::cerr << started.error().what << '\n';
      return false;
    }
    here_ = std::move(*started);
    here_->on(back, [this](incoming& in) {
      answers_.fetch_add(1, std::memory_order_release);
      if (to_go_ > 0 && --to_go_ > 0)
        here_->send(in.from, echo, {}, in.payload);
    });
    here_->on_joined([this](const member& who) { there_.store(who.id.value); });
    child_.emplace(own_path(), std::vector<std::string>{
                                   "link-peer", here_->self().host,
                                   std::to_string(here_->self().port)});
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (there_.load() == 0 && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(1ms);
    return there_.load() != 0;
  }

  /// Handler to handler and back, n times one after the other.
  bool round_trips(std::uint64_t n) {
    const auto before = answers_.load();
    to_go_ = n;
    send(echo);
    return wait_for(before + n);
  }

  bool messages(std::uint64_t n) {
    const auto before = answers_.load();
    std::array<std::byte, small> payload{};
    std::memcpy(payload.data(), &n, sizeof n);
    for (std::uint64_t i = 0; i < n; ++i) {
      here_->send(to(), count, {}, payload);
      if (i % 4096 == 0)
        while (here_->queued(to()) > queue_limit)
          std::this_thread::yield();
    }
    here_->flush();
    return wait_for(before + 1);
  }

  bool stream(std::uint64_t bytes, std::uint64_t size) {
    const auto before = answers_.load();
    const auto n = std::max<std::uint64_t>(1, bytes / size);
    const auto ahead = std::max<std::uint64_t>(2, window / size);
    // a few buffers, used in turn: a node's blocks are warm as well
    std::vector<buffer> blocks;
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(ahead, 8); ++i) {
      blocks.push_back(buffer::allocate(size));
      std::memset(blocks.back().mutable_data(), 1, size);
    }
    for (std::uint64_t i = 0; i < n; ++i) {
      if (!wait_for(before + (i < ahead ? 0 : i - ahead + 1)))
        return false;
      here_->send_bulk(to(), block, {}, {}, blocks[i % blocks.size()]);
    }
    return wait_for(before + n);
  }

private:
  node_id to() const {
    return node_id{there_.load(std::memory_order_relaxed)};
  }
  void send(message_kind kind) {
    const std::array<std::byte, small> payload{};
    here_->send(to(), kind, {}, payload);
    here_->flush();
  }
  bool wait_for(std::uint64_t answers) const {
    const auto end = std::chrono::steady_clock::now() + deadline;
    for (int i = 0; answers_.load(std::memory_order_acquire) < answers; ++i) {
      std::this_thread::sleep_for(20us);
      if (i % 1000 == 0 && std::chrono::steady_clock::now() > end)
        return false;
    }
    return true;
  }

  const bool shares_memory_;
  std::unique_ptr<node> here_;
  std::optional<child_process> child_;
  std::atomic<std::uint64_t> there_{0};
  std::atomic<std::uint64_t> answers_{0};
  std::uint64_t to_go_ = 0; ///< round trips; the link thread's, once begun
};

} // namespace

int run_link_once(const std::string& kind, std::uint64_t n,
                  std::uint64_t size) {
  two_nodes both{kind == "memory"};
  if (!both.start())
    return 1;
  const auto run = [&](std::uint64_t amount) {
    if (kind == "round-trips")
      return both.round_trips(amount);
    if (kind == "messages")
      return both.messages(amount);
    return both.stream(amount, size);
  };
  if (!run(std::max<std::uint64_t>(1, n / 4))) // touches the memory
    return 1;
  const auto begin = std::chrono::steady_clock::now();
  if (!run(n))
    return 1;
  std::cout << fmt::format("{:.9f}\n", seconds_since(begin));
  return 0;
}

int run_link_peer(const std::string& to_host, std::uint16_t port) {
  auto started = node::start({});
  if (!started) {
    std::cerr << started.error().what << '\n';
    return 1;
  }
  auto& here = **started;
  here.on(echo,
          [&](incoming& in) { here.send(in.from, back, {}, in.payload); });
  here.on(block, [&](incoming& in) {
    const auto sum = read_through(in.bulk.bytes());
    here.send(in.from, back, {}, std::as_bytes(std::span{&sum, 1}));
  });
  std::uint64_t come = 0;
  here.on(count, [&](incoming& in) {
    std::uint64_t all = 0;
    if (in.payload.size() >= sizeof all)
      std::memcpy(&all, in.payload.data(), sizeof all);
    if (++come < all)
      return;
    come = 0;
    here.send(in.from, back, {}, {});
  });
  if (auto joined = here.join(to_host, port); !joined) {
    std::cerr << joined.error().what << '\n';
    return 1;
  }
  char c;
  while (::read(STDIN_FILENO, &c, 1) > 0)
    continue;
  return 0;
}

} // namespace tern::bench
