#include "actors/api/name_service.hpp"

#include "actors/api/call.hpp"
#include "actors/mobile_behavior.hpp"
#include "actors/name_book.hpp"

#include <deque>
#include <map>
#include <stdexcept>
#include <utility>

namespace tern {

namespace {

constexpr std::string_view message_name = "name_message";
constexpr auto message_tag = detail::hash_of(message_name);

template <class M>
M read(std::span<const std::byte> body) {
  auto m = from_bytes<M>(body);
  if (!m)
    throw std::runtime_error(std::string{wire_name<M>()} + ": "
                             + m.error().what);
  return std::move(*m);
}

class name_service final : public mobile_behavior {
public:
  name_service(node_id self, std::function<view()> now,
               std::function<void(const name_lost&)> lost)
    : now_(std::move(now)), lost_(std::move(lost)), book_(self) {}

  void receive(actor_context& here, const envelope& head,
               std::span<const std::byte> payload) override {
    catch_up(here);
    if (payload.empty())
      return; // that was all
    const auto call = decode_call(payload);
    if (!call)
      throw std::runtime_error(call.error().what);
    take(here, head.from, *call, payload);
  }

  void writable(actor_context& here, const actor_id& to) override {
    const auto found = waiting_.find(to);
    if (found == waiting_.end())
      return;
    auto& queue = found->second;
    while (!queue.empty()
           && here.send(to, std::span<const std::byte>{queue.front()}))
      queue.pop_front();
    if (queue.empty())
      waiting_.erase(found);
  }

  void down(actor_context& here, const actor_id& actor,
            std::uint64_t) override {
    catch_up(here);
    waiting_.erase(actor);
    carry_out(here, book_.on_ended(actor));
  }

  buffer save() const override {
    return {}; // it never moves
  }

private:
  struct client {
    actor_id who;
    std::uint64_t number = 0; ///< of its request
  };

  void catch_up(actor_context& here) {
    carry_out(here, book_.on_view(now_()));
  }

  void take(actor_context& here, const actor_id& from, const call_head& call,
            std::span<const std::byte> body) {
    using kind = call_head::kind;
    if (call.what == kind::request)
      return take_request(here, from, call, body);
    if (call.what == kind::ended)
      return carry_out(here, book_.on_ended(from));
    // an answer to a probe; one that is about to end says so by `ended`
    if (call.what == kind::failure
        && decode_failure(body).kind != failure_kind::not_found)
      return carry_out(here, book_.on_alive(call.number));
    if (call.what == kind::tell && call.tag == message_tag
        && from == name_service_of({from.high})) {
      auto m = from_bytes<name_message>(body);
      if (!m)
        throw std::runtime_error(m.error().what);
      carry_out(here, book_.on_message({from.high}, std::move(*m)));
    }
  }

  void take_request(actor_context& here, const actor_id& from,
                    const call_head& call, std::span<const std::byte> body) {
    using namespace detail;
    const auto number = ++last_client_;
    clients_[number] = {from, call.number};
    if (call.tag == tag_of<register_request>) {
      auto m = read<register_request>(body);
      carry_out(here, book_.on_register(number, {std::move(m.as), m.actor,
                                                 std::move(m.type)}));
    } else if (call.tag == tag_of<whereis_request>) {
      const auto m = read<whereis_request>(body);
      carry_out(here, book_.on_whereis(number, m.what, m.type));
    } else if (call.tag == tag_of<unregister_request>) {
      const auto m = read<unregister_request>(body);
      carry_out(here, book_.on_unregister(number, m.what));
    } else {
      clients_.erase(number);
    }
  }

  void carry_out(actor_context& here, name_book::instructions list) {
    for (auto& i : list)
      std::visit([&](auto& one) { carry_out(here, one); }, i);
  }
  void carry_out(actor_context& here, name_book::transmit& i) {
    post(here, name_service_of(i.to),
         encode_call({call_head::kind::tell, message_tag, 0}, i.message));
  }
  void carry_out(actor_context& here, name_book::answer& i) {
    const auto c = clients_.extract(i.client);
    if (!c)
      return;
    const auto& [who, number] = c.mapped();
    if (i.said)
      post(here, who,
           encode_call({call_head::kind::answer, 0, number}, i.said->high,
                       i.said->low));
    else
      post(here, who, encode_failure(number, i.said.error()));
  }
  void carry_out(actor_context& here, name_book::watch& i) {
    post(here, i.actor, encode_call({call_head::kind::watch}));
  }
  void carry_out(actor_context& here, name_book::unwatch& i) {
    post(here, i.actor, encode_call({call_head::kind::unwatch}));
  }
  // A request that no class has a handler for: one that lives refuses it.
  void carry_out(actor_context& here, name_book::probe& i) {
    post(here, i.actor, encode_call({call_head::kind::request, 0, i.number}));
  }
  void carry_out(actor_context&, name_book::lost& i) {
    if (lost_)
      lost_({i.was.name, i.was.actor, i.winner});
  }

  void post(actor_context& here, const actor_id& to,
            std::vector<std::byte> payload) {
    if (!waiting_.contains(to)
        && here.send(to, std::span<const std::byte>{payload}))
      return;
    waiting_[to].push_back(std::move(payload));
  }

  std::function<view()> now_;
  std::function<void(const name_lost&)> lost_;
  name_book book_;
  std::map<std::uint64_t, client> clients_;
  std::uint64_t last_client_ = 0;
  std::map<actor_id, std::deque<std::vector<std::byte>>> waiting_; // for room
};

} // namespace

std::unique_ptr<mobile_behavior>
make_name_service(node_id self, std::function<view()> now,
                  std::function<void(const name_lost&)> lost) {
  return std::make_unique<name_service>(self, std::move(now), std::move(lost));
}

} // namespace tern
