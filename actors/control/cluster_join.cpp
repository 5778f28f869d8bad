#include "actors/control/cluster.hpp"
#include "actors/link/socket.hpp"

#include <algorithm>

// The part of `cluster` that becomes a member of another cluster and says when
// that is done: when every node of the first contact's list is a member here
// and has told that this node is one there, or is gone from the contact's later
// lists.

namespace tern {

namespace {

constexpr std::chrono::milliseconds first_patience{250};
constexpr std::chrono::milliseconds longest_pause{150};

} // namespace

result<void> cluster::join(const std::string& host, std::uint16_t port,
                           std::chrono::milliseconds timeout) {
  auto a = std::make_shared<join_attempt>();
  a->host = host;
  a->port = port;
  a->deadline = event_loop::clock::now() + timeout;
  a->problem = {failure_kind::unreachable, "cannot reach a tern node at "
                                               + address_text(host, port)
                                               + ": no answer in time"};
  auto done = a->done.get_future();
  loop_.post([this, a = std::move(a)] { begin_join(a); });
  try {
    return done.get();
  } catch (const std::future_error&) {
    return fail(failure_kind::cancelled, "this node has left");
  }
}

void cluster::begin_join(const attempt_ptr& a) {
  joins_.push_back(a);
  if (leaving_)
    return end_join(a, fail(failure_kind::cancelled, "this node leaves"));
  auto left = a->deadline - event_loop::clock::now();
  loop_.after(std::chrono::ceil<std::chrono::milliseconds>(left),
              [this, a] { on_join_deadline(a); });
  try_join(a);
}

void cluster::try_join(const attempt_ptr& a) {
  auto left = std::chrono::ceil<std::chrono::milliseconds>(
      a->deadline - event_loop::clock::now());
  if (a->ended || left.count() <= 0)
    return;
  auto patience = std::min(left, first_patience * (1 << a->tries++));
  connect(a->host, a->port, true, patience,
          [this, a](result<gateway::greeted> g, bool reached) {
            on_contact(a, std::move(g), reached);
          });
}

// Two nodes that connect to each other at the same moment confuse CAF: each
// drops the other's connection, and both wait. So there is a second try, at a
// moment that differs from node to node.
void cluster::try_join_again(const attempt_ptr& a) {
  auto some = std::chrono::milliseconds{(self_.id.value >> (8 * (a->tries % 8)))
                                        % longest_pause.count()};
  loop_.after(some, [this, a] { try_join(a); });
}

void cluster::on_contact(const attempt_ptr& a, result<gateway::greeted> g,
                         bool reached) {
  if (a->ended)
    return;
  if (!g && reached) {
    a->problem = g.error();
    return try_join_again(a);
  }
  if (!g)
    return end_join(a, tl::make_unexpected(g.error()));
  auto address = address_text(a->host, a->port);
  if (auto no = std::get_if<control::refused>(&g->answer))
    return end_join(
        a, fail(failure_kind::refused, address + " refused: " + no->why));
  auto welcome = std::get_if<control::welcome>(&g->answer);
  if (!welcome)
    return end_join(a, fail(failure_kind::malformed,
                            address + " gave an answer that is none"));
  for (auto& m : welcome->members) // the contact may be one that takes no work
    if (auto why = mismatch(m, self_))
      return end_join(a, fail(failure_kind::refused,
                              address_text(m.host, m.port) + ": " + *why));
  a->contact = welcome->members.front().id;
  for (auto& m : welcome->members)
    a->awaited.emplace(m.id, m);
  on_welcome(*welcome, g->who);
  check_joins();
}

// A node tells its list to a newcomer once it is a member there.
void cluster::note_list(const std::vector<member>& list) {
  if (std::ranges::find(list, self_.id, &member::id) != list.end()
      && membership_.is_known(list.front().id))
    has_us_.insert(list.front().id);
  on_list_of_contact(list);
}

// Members that the contact no longer has are not waited for.
void cluster::on_list_of_contact(const std::vector<member>& list) {
  for (auto& a : joins_) {
    if (a->contact != list.front().id)
      continue;
    std::erase_if(a->awaited, [&](auto& entry) {
      return std::ranges::find(list, entry.first, &member::id) == list.end();
    });
  }
}

void cluster::check_joins() {
  for (auto& a : std::vector{joins_}) {
    if (!a->contact)
      continue;
    std::erase_if(a->awaited, [this](auto& entry) {
      return membership_.is_member(entry.first)
             && (entry.first == self_.id || has_us_.contains(entry.first));
    });
    if (a->awaited.empty())
      end_join(a, {});
  }
}

void cluster::on_join_deadline(const attempt_ptr& a) {
  if (a->ended)
    return;
  auto address = address_text(a->host, a->port);
  if (!a->contact)
    return end_join(a, tl::make_unexpected(a->problem));
  auto& missing = a->awaited.begin()->second;
  end_join(a, fail(failure_kind::unreachable,
                   "cannot reach " + address_text(missing.host, missing.port)
                       + ", a member of the cluster of " + address));
}

void cluster::end_join(const attempt_ptr& a, result<void> how) {
  if (std::exchange(a->ended, true))
    return;
  std::erase(joins_, a);
  a->done.set_value(std::move(how));
}

} // namespace tern
