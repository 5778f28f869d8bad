// The pure parts of the page: who may see what, and what is shown.

#include "actors/link/link.hpp"
#include "apps/tern/node_status.hpp"
#include "apps/tern/page/cluster_events.hpp"
#include "apps/tern/page/page_rules.hpp"
#include "apps/tern/page/status_book.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <vector>

using namespace tern;

namespace {

const std::string token = "0123456789abcdef-secret";
const std::string cookie = "tern_page_7080=00112233445566778899aabbccddeeff";

const page_rules open_rules{{"127.0.0.1", "", ""}};
const page_rules locked_rules{{"tern.example.org", token, cookie}};

page_request get(std::string_view target,
                 std::string_view host = "127.0.0.1:7080") {
  page_request r;
  r.method = "GET";
  r.target = target;
  r.host = host;
  return r;
}

void check_refused(const page_rules& rules, const page_request& r,
                   unsigned status) {
  const auto v = rules.judge(r);
  BOOST_TEST_CONTEXT(r.method << ' ' << r.target << " for " << r.host) {
    BOOST_TEST((v.route == page_route::refuse));
    BOOST_TEST(v.status == status);
    BOOST_TEST(!v.words.empty());
    BOOST_TEST(v.asset == nullptr);
  }
}

page_route route_of(const page_rules& rules, const page_request& r) {
  return rules.judge(r).route;
}

// -- statuses -----------------------------------------------------------------

using json = nlohmann::ordered_json;

json status_json(node_id who, std::uint64_t done = 3) {
  return json::parse(R"({"node": {"id": ")" + to_string(who) + R"(",
    "host": "127.0.0.1", "port": 7000, "pid": 12, "threads": 2,
    "memory_used": 1000, "memory_limit": 4000,
    "actors": {"held": 2, "ready": 1}, "busy": 1, "queued": 4, "tasks_run": 9,
    "messages": 11, "bytes_spilled": 10, "messages_sent": 5, "bytes_sent": 7,
    "bytes_queued": 1},
    "links": [{"to": "x", "round_trip_ns": 90000, "bytes_queued": 1}],
    "members": [{"id": "x", "host": "h", "port": 1, "threads": 1}],
    "plans": [{"id": 31, "tasks_total": 5, "tasks_done": )"
                     + std::to_string(done) + R"(, "orphaned": false,
      "layers": [{"layer": 1, "what": "blockwise", "expression": "x + 1",
        "tasks": 5, "tasks_done": 3, "actors": {"held": 2}}]}]})");
}

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return {bytes, bytes + text.size()};
}

bool is_readable(const std::string& text) {
  return decode_status(bytes_of(text), "a node").has_value();
}

member node_at(std::uint64_t id, std::uint16_t port, std::uint32_t threads = 2,
               std::int32_t pid = 1) {
  member m;
  m.id.value = id;
  m.host = "127.0.0.1";
  m.port = port;
  m.threads = threads;
  m.pid = pid;
  return m;
}

} // namespace

BOOST_AUTO_TEST_SUITE(page_rule)

BOOST_AUTO_TEST_CASE(files_come_from_a_fixed_table) {
  for (const std::string path : {"/", "/app.js", "/style.css", "/chart.js",
                                 "/views.js", "/map.js", "/dom.js"}) {
    const auto v = open_rules.judge(get(path));
    BOOST_TEST_CONTEXT(path) {
      BOOST_TEST_REQUIRE((v.route == page_route::asset));
      BOOST_TEST(v.asset->path == path);
      BOOST_TEST(v.asset->content.size() > 100);
    }
  }
  for (const std::string path :
       {"/etc/passwd", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/../app.js", "//", "/app.js/", "/./app.js", "/app.js%00",
        "/APP.JS", "/..%5c..%5cetc", "/index.html.bak"})
    check_refused(open_rules, get(path), 404);
}

BOOST_AUTO_TEST_CASE(what_is_no_path_is_refused) {
  for (const std::string target :
       {"", "*", "app.js", "http://127.0.0.1/app.js", "/a b", "/\x01", "/\xff"})
    check_refused(open_rules, get(target), 400);
  check_refused(open_rules, get("/" + std::string(5000, 'a')), 400);
}

BOOST_AUTO_TEST_CASE(the_page_can_only_be_read) {
  for (const std::string method :
       {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", ""}) {
    auto r = get("/");
    r.method = method;
    check_refused(open_rules, r, 405);
  }
  auto head = get("/");
  head.method = "HEAD";
  BOOST_TEST((route_of(open_rules, head) == page_route::asset));
}

BOOST_AUTO_TEST_CASE(only_names_of_this_host_are_served) {
  for (const std::string host :
       {"localhost", "localhost:1", "127.0.0.1", "127.0.0.1:8", "127.9.9.9:80",
        "[::1]:7080", "[::1]"})
    BOOST_TEST((route_of(open_rules, get("/", host)) == page_route::asset),
               host);
  for (const std::string host :
       {"", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example",
        "10.0.0.1", "[::2]:80", "[::1", "::1:80", "evil.example:7080",
        "127.0.0.1@evil.example", "127.evil", "tern.example.org"})
    check_refused(open_rules, get("/", host), 421);
}

BOOST_AUTO_TEST_CASE(other_sites_may_not_ask) {
  for (const std::string site : {"cross-site", "same-site", "anything"}) {
    for (const std::string target :
         {"/", "/events", "/why?plan=1", "/app.js"}) {
      auto r = get(target);
      r.fetch_site = site;
      r.fetch_mode = "no-cors";
      check_refused(open_rules, r, 403);
    }
    auto link = get("/");
    link.fetch_site = site;
    link.fetch_mode = "navigate";
    BOOST_TEST((route_of(open_rules, link) == page_route::asset));
    link.target = "/events";
    check_refused(open_rules, link, 403);
  }
  for (const std::string site : {"same-origin", "none"}) {
    auto own = get("/events");
    own.fetch_site = site;
    BOOST_TEST((route_of(open_rules, own) == page_route::events));
  }
  for (const std::string origin :
       {"http://evil.example", "null", "http://127.0.0.1:7081", "x"}) {
    auto r = get("/events");
    r.origin = origin;
    check_refused(open_rules, r, 403);
  }
  auto own = get("/events");
  own.origin = "http://127.0.0.1:7080";
  BOOST_TEST((route_of(open_rules, own) == page_route::events));
}

BOOST_AUTO_TEST_CASE(a_token_is_wanted_where_there_is_one) {
  const auto ask = [](std::string_view target) {
    return get(target, "tern.example.org:7080");
  };
  for (const std::string target :
       {"/", "/app.js", "/events", "/why?plan=1", "/nothing",
        "/?token=", "/?token=wrong", "/?token=0123456789abcdef-secreT",
        "/?token=0123456789abcdef-secret&token=0123456789abcdef-secret"})
    check_refused(locked_rules, ask(target), 401);
  check_refused(locked_rules, ask("/events?token=" + token), 401);
  auto bearer = ask("/events");
  bearer.authorization = "Bearer 0123456789abcdef-secret";
  BOOST_TEST((route_of(locked_rules, bearer) == page_route::events));
  for (const std::string wrong :
       {"Bearer ", "Bearer", "bearer 0123456789abcdef-secret",
        "Basic 0123456789abcdef-secret", "Bearer 0123456789abcdef-secret "}) {
    bearer.authorization = wrong;
    check_refused(locked_rules, bearer, 401);
  }
  const auto enters = locked_rules.judge(ask("/?token=" + token));
  BOOST_TEST((enters.route == page_route::enter));
  BOOST_TEST(enters.status == 303);
}

BOOST_AUTO_TEST_CASE(the_cookie_stands_for_the_token) {
  auto r = get("/events", "tern.example.org");
  for (const auto& right : {cookie, "a=b; " + cookie, cookie + "; c=d",
                            "tern_page_7080=x; " + cookie}) {
    r.cookie = right;
    BOOST_TEST((route_of(locked_rules, r) == page_route::events), right);
  }
  for (const auto& wrong :
       {std::string{"tern_page_7080="}, cookie + "0", "x" + cookie,
        "tern_page_7080=" + token, std::string{";;;"}, std::string{"; "}}) {
    r.cookie = wrong;
    check_refused(locked_rules, r, 401);
  }
}

BOOST_AUTO_TEST_CASE(with_a_token_addresses_and_the_given_name_are_served) {
  for (const std::string host : {"10.0.0.7:7080", "[fe80::1]:7080",
                                 "tern.example.org", "localhost:7080"}) {
    auto r = get("/", host);
    r.cookie = cookie;
    BOOST_TEST((route_of(locked_rules, r) == page_route::asset), host);
  }
  for (const std::string host : {"evil.example", "abcd:80:80", "a.b", ""}) {
    auto r = get("/", host);
    r.cookie = cookie;
    check_refused(locked_rules, r, 421);
  }
}

BOOST_AUTO_TEST_CASE(a_question_is_read_or_refused) {
  const auto v = open_rules.judge(get("/why?plan=1F2e&task=7%2F12"));
  BOOST_TEST_REQUIRE((v.route == page_route::why));
  BOOST_TEST(v.plan == 0x1f2eu);
  BOOST_TEST_REQUIRE(v.task.has_value());
  BOOST_TEST(v.task->layer == 7u);
  BOOST_TEST(v.task->index == 12);
  BOOST_TEST(!open_rules.judge(get("/why?plan=1&task=")).task);
  for (const std::string query :
       {"", "?", "?plan=", "?plan=x", "?plan=1&plan=2", "?plan=%", "?plan=%1",
        "?plan=%zz", "?plan=1&task=7", "?plan=1&task=7/-1", "?plan=1&task=%00",
        "?plan=11111111111111111", "?plan=<script>alert(1)</script>",
        "?plan=1&task=1/1&task=1/1", "?=&&=&==%%%", "?plan=1;drop&task=/"})
    check_refused(open_rules, get("/why" + query), 400);
}

BOOST_AUTO_TEST_CASE(a_question_for_a_story_names_an_actor) {
  const auto v = open_rules.judge(get("/story?actor=task%202/7"));
  BOOST_TEST_REQUIRE((v.route == page_route::story));
  BOOST_TEST(v.actor == "task 2/7");
  for (const std::string query :
       {"", "?actor=", "?actor=a&actor=b", "?actor=%zz"})
    check_refused(open_rules, get("/story" + query), 400);
  check_refused(open_rules, get("/story?actor=" + std::string(101, 'a')), 400);
  check_refused(locked_rules, get("/story?actor=a", "tern.example.org"), 401);
}

BOOST_AUTO_TEST_CASE(any_bytes_give_a_verdict) {
  std::mt19937 random{7};
  const std::string letters =
      "/?&=%;+.:[]@ \r\n\t\\abcwhyplantokenevents019\"<";
  std::uniform_int_distribution<std::size_t> pick{0, letters.size() - 1};
  std::size_t refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto text = [&](std::size_t length) {
      std::string out;
      while (out.size() < length)
        out += letters[pick(random)];
      return out;
    };
    const auto target = "/" + text(pick(random));
    const auto host = text(pick(random) / 4);
    const auto cookies = text(pick(random));
    auto r = get(target, host);
    r.cookie = cookies;
    r.origin = host;
    refused += route_of(locked_rules, r) == page_route::refuse ? 1 : 0;
  }
  BOOST_TEST(refused == 20'000u);
}

BOOST_AUTO_TEST_CASE(a_token_is_long_and_fits_into_an_url) {
  BOOST_TEST(check_token(token).has_value());
  for (const std::string bad :
       {"", "short", "0123456789abcde", "with a space in it",
        "0123456789abcdef%", "0123456789abcdef\n"})
    BOOST_TEST(!check_token(bad).has_value(), bad);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(page_content)

BOOST_AUTO_TEST_CASE(a_status_is_whole_or_is_none) {
  const auto right = status_json(node_id{5});
  const auto whole = right.dump();
  BOOST_TEST(is_readable(whole));
  for (std::size_t n = 0; n < whole.size(); ++n)
    BOOST_TEST_REQUIRE(!is_readable(whole.substr(0, n)));
  for (const std::string name : {"node", "members", "plans"}) {
    auto without = right;
    without.erase(name);
    BOOST_TEST(!is_readable(without.dump()), name);
  }
  for (const std::string name : {"id", "host", "port"}) {
    auto without = right;
    without["node"].erase(name);
    BOOST_TEST(!is_readable(without.dump()), name);
  }
  for (const auto& [name, value] : right.items()) {
    auto wrong = right;
    wrong[name] = 7;
    BOOST_TEST(!is_readable(wrong.dump()), name);
  }
  for (const auto& [name, value] : right["node"].items()) {
    auto wrong = right;
    wrong["node"][name] = json::array({-1});
    BOOST_TEST(!is_readable(wrong.dump()), name);
  }
  auto wrong = right;
  wrong["node"]["actors"]["held"] = -1;
  BOOST_TEST(!is_readable(wrong.dump()));
  wrong = right;
  wrong["plans"][0]["layers"][0]["what"] = nullptr;
  BOOST_TEST(!is_readable(wrong.dump()));
  BOOST_TEST(!is_readable(std::string(100'000, '[')));
}

BOOST_AUTO_TEST_CASE(what_another_version_does_not_tell_is_empty) {
  const auto said = decode_status(
      bytes_of(R"({"node": {"id": "x", "host": "h", "port": 1}, "members": [],
        "plans": [{"id": 3, "tasks_total": 5, "tasks_done": 2,
                   "layers": [{"layer": 0}]}]})"),
      "a node");
  BOOST_TEST_REQUIRE(said.has_value());
  const auto right = status_json(node_id{5});
  for (const auto& [name, value] : right["node"].items())
    BOOST_TEST((*said)["node"].contains(name), name);
  BOOST_TEST((*said)["node"]["busy"] == 0);
  BOOST_TEST((*said)["node"]["actors"] == json::object());
  BOOST_TEST((*said)["links"] == json::array());
  const auto& plan = (*said)["plans"][0];
  BOOST_TEST(plan["orphaned"] == false);
  for (const auto& [name, value] : right["plans"][0]["layers"][0].items())
    BOOST_TEST(plan["layers"][0].contains(name), name);
  BOOST_TEST(plan["layers"][0]["tasks_done"] == 0);
}

BOOST_AUTO_TEST_CASE(a_snapshot_sums_plans_and_names_who_is_silent) {
  using namespace std::chrono_literals;
  const status_book::time_point now{100s};
  status_book book{node_id{1}};
  const auto tell = [&](std::uint64_t id, std::uint64_t done,
                        status_book::time_point when) {
    book.told(node_id{id}, bytes_of(status_json(node_id{id}, done).dump()),
              when);
  };
  tell(1, 3, now);
  tell(2, 1, now - 1s);
  tell(3, 5, now - 6s);
  tell(9, 5, now); // no member
  const auto s = json::parse(book.snapshot(
      {node_at(1, 7000), node_at(2, 7001), node_at(3, 7002), node_at(4, 7003),
       node_at(5, 7004, 0, 77), node_at(6, 7005, 0, 1)},
      now, 1234));
  BOOST_TEST(s["at"] == to_string(node_id{1}));
  BOOST_TEST(s["time"] == 1234);
  BOOST_TEST(s["nodes"].size() == 2u);
  BOOST_TEST(s["plans"].size() == 1u);
  BOOST_TEST(s["plans"][0]["id"] == "000000000000001f");
  BOOST_TEST(s["plans"][0]["state"] == "running");
  BOOST_TEST(s["plans"][0]["tasks_total"] == 10);
  BOOST_TEST(s["plans"][0]["tasks_done"] == 4);
  BOOST_TEST(s["plans"][0]["layers"][0]["expression"] == "x + 1");
  BOOST_TEST(s["plans"][0]["layers"][0]["tasks"] == 5);
  BOOST_TEST(s["plans"][0]["layers"][0]["tasks_done"] == 6);
  BOOST_TEST(s["plans"][0]["layers"][0]["actors"]["held"] == 4);
  BOOST_TEST(s["links"].size() == 2u);
  BOOST_TEST(s["silent"].size() == 2u); // 3, long ago, and 4, never
  BOOST_TEST(s["sessions"] == 1);       // not the guest of a node's process
}

BOOST_AUTO_TEST_CASE(a_node_speaks_for_itself_only) {
  status_book book{node_id{1}};
  const status_book::time_point now{};
  book.told(node_id{2}, bytes_of(status_json(node_id{1}).dump()), now);
  book.told(node_id{2}, bytes_of("{}"), now);
  const auto s =
      json::parse(book.snapshot({node_at(1, 7000), node_at(2, 7001)}, now, 0));
  BOOST_TEST(s["nodes"].empty());
  BOOST_TEST(s["silent"].size() == 2u);
}

BOOST_AUTO_TEST_CASE(events_are_numbered_and_the_oldest_are_forgotten) {
  cluster_events log{3};
  log.joined(10, node_at(1, 7000));
  log.joined(20, node_at(2, 7001, 0));
  log.gone(30, node_at(2, 7001, 0), link::left);
  log.gone(40, node_at(1, 7000), "silent for \"3\" s \xff");
  const auto all = json::parse(log.json());
  BOOST_TEST_REQUIRE(all.size() == 3u);
  BOOST_TEST(all[0]["number"] == 2);
  BOOST_TEST(all[0]["kind"] == "joined");
  BOOST_TEST(all[0]["text"] == "session 127.0.0.1:7001 (process 1) joined");
  BOOST_TEST(all[1]["kind"] == "left");
  BOOST_TEST(all[2]["kind"] == "died");
  BOOST_TEST(all[2]["time"] == 40);
  BOOST_TEST(log.json().find('\n') == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
