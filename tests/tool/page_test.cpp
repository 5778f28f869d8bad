// The page of real nodes, asked by well-meant and other programs.

#include "tests/tool/http_client.hpp"
#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <sys/resource.h>

using namespace tern::test;

namespace {

using namespace std::chrono_literals;

const std::string token = "0123456789abcdef-token";

std::uint16_t page_of(const test_node& n) {
  return n.listening()["page_port"].get<std::uint16_t>();
}

/// Three nodes, the first of which has a page.
struct shown_nodes {
  test_node a{{"--threads", "1", "--page", "127.0.0.1:0"}};
  test_node b{{"--join", a.address(), "--threads", "1"}};
  test_node c{{"--join", a.address(), "--threads", "1"}};
};

/// Reads snapshots of a page.
class page_reader {
public:
  explicit page_reader(std::uint16_t port) : socket_(port) {
    socket_.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  nlohmann::json next(const std::string& stream = "snapshot") {
    const std::string begin = "event: " + stream + "\ndata: ";
    for (;;) {
      const auto at = seen_.find(begin);
      const auto end = seen_.find("\n\n", at == seen_.npos ? 0 : at);
      if (at != seen_.npos && end != seen_.npos) {
        const auto first = at + begin.size();
        auto out = nlohmann::json::parse(seen_.substr(first, end - first));
        seen_.erase(0, end + 2);
        return out;
      }
      const auto more = socket_.read("\n\n");
      BOOST_TEST_REQUIRE(!more.empty(), "no " << stream << " after: " << seen_);
      seen_ += more;
    }
  }

private:
  page_socket socket_;
  std::string seen_;
};

// Tasks of some milliseconds each, on all nodes.
std::vector<std::string> work_on(const test_node& n) {
  return {"eval", "x = random.random((4000, 4000), chunks=200); (x @ x).sum()",
          "--join", n.address(), "--json"};
}

// What it gives when nobody looks.
const double& answer_of_work() {
  static const double value = [] {
    const auto r = tern::test::tern(
        {"eval", "x = random.random((4000, 4000), chunks=200); (x @ x).sum()",
         "--scheduler", "threads", "--json"},
        240s);
    BOOST_TEST_REQUIRE(r.status == 0, r.err);
    return r.json()["value"].get<double>();
  }();
  return value;
}

void check_work(process& run) {
  const auto r = run.wait(240s);
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  BOOST_TEST(r.json()["value"].get<double>() == answer_of_work());
  BOOST_TEST(r.json().value("deaths", 0) == 0);
}

} // namespace

BOOST_AUTO_TEST_SUITE(page)

BOOST_AUTO_TEST_CASE(the_page_shows_what_status_tells) {
  shown_nodes nodes;
  page_reader reader{page_of(nodes.a)};
  process run{work_on(nodes.a)};
  nlohmann::json shown;
  eventually("a plan is shown while it runs, as status tells it", [&] {
    shown = reader.next();
    const auto told = status_of(nodes.b)["plans"];
    if (shown["nodes"].size() != 3 || shown["plans"].size() != 1
        || told.size() != 1)
      return false;
    const auto& plan = shown["plans"][0];
    return plan["id"] == told[0]["id"] && !plan["layers"].empty()
           && !plan["layers"][0]["actors"].empty()
           && plan["tasks_total"] == told[0]["tasks_total"]
           && plan["tasks_done"] > 0
           && plan["tasks_done"] <= told[0]["tasks_done"];
  });
  BOOST_TEST(shown["sessions"] == 1);
  check_work(run);
  eventually("page and status agree on what is left", [&] {
    shown = reader.next();
    const auto now = status_of(nodes.c);
    std::map<std::string, nlohmann::json> by_id;
    for (const auto& n : now["nodes"])
      by_id[n["id"]] = n;
    return shown["plans"] == now["plans"] && shown["nodes"].size() == 3
           && std::ranges::all_of(shown["nodes"], [&](const auto& n) {
                const auto& other = by_id[n["id"]];
                return n["actors"] == other["actors"]
                       && n["memory_used"] == other["memory_used"]
                       && n["pid"] == other["pid"]
                       && n["bytes_spilled"] == other["bytes_spilled"];
              });
  });
  BOOST_TEST(shown["links"].size() == 6u);
}

BOOST_AUTO_TEST_CASE(comings_and_goings_are_told) {
  shown_nodes nodes;
  page_socket reader{page_of(nodes.a)};
  reader.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  auto seen = reader.read(nodes.c.address() + " (process "
                          + std::to_string(nodes.c.self().pid()) + ") joined");
  BOOST_TEST(seen.find("event: log") != std::string::npos, seen);
  nodes.b.self().signal(SIGTERM);
  seen = reader.read(" left");
  BOOST_TEST(seen.find(nodes.b.address()) != std::string::npos, seen);
  nodes.c.self().signal(SIGKILL);
  seen = reader.read(" is gone: ");
  BOOST_TEST(seen.find(nodes.c.address()) != std::string::npos, seen);
}

BOOST_AUTO_TEST_CASE(answers_protect_their_reader) {
  const test_node one{{"--page", "127.0.0.1:0"}};
  for (const std::string path : {"/", "/app.js", "/why?plan=x", "/nothing"}) {
    const auto a = ask_page(page_of(one), path);
    BOOST_TEST_CONTEXT(path) {
      BOOST_TEST(a.header("Content-Security-Policy").find("default-src 'none'")
                 == 0u);
      BOOST_TEST(a.header("X-Content-Type-Options") == "nosniff");
      BOOST_TEST(a.header("Referrer-Policy") == "no-referrer");
      BOOST_TEST(a.header("Access-Control-Allow-Origin").empty());
    }
  }
  const auto page = ask_page(page_of(one), "/");
  BOOST_TEST(page.status == 200);
  BOOST_TEST(page.header("Content-Type") == "text/html; charset=utf-8");
  BOOST_TEST(page.body.find("<title>tern</title>") != std::string::npos);
  const auto tag = page.header("ETag");
  const auto again = ask_page(page_of(one), "/", {{"If-None-Match", tag}});
  BOOST_TEST(again.status == 304);
  BOOST_TEST(again.body.empty());
}

BOOST_AUTO_TEST_CASE(hostile_requests_are_refused) {
  const test_node one{{"--page", "127.0.0.1:0"}};
  const auto port = page_of(one);
  const auto status = [&](const std::string& target,
                          const page_headers& headers = {}) {
    return ask_page(port, target, headers).status;
  };
  for (const std::string path :
       {"/../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc/passwd", "/assets/app.js", "/%00", "//etc/passwd"}) {
    const auto a = ask_page(port, path);
    BOOST_TEST(a.status == 404, path);
    BOOST_TEST(a.body.find("root:") == std::string::npos);
  }
  for (const std::string query :
       {"plan=%", "plan=<script>alert(1)</script>", "plan=1&plan=1",
        "plan=1&task=-1/0", "plan='%20OR%201=1", "plan=%00", "=&=&%"})
    BOOST_TEST(status("/why?" + query) == 400, query);
  BOOST_TEST(status("/", {{"Host", "evil.example"}}) == 421);
  BOOST_TEST(status("/events", {{"Sec-Fetch-Site", "cross-site"}}) == 403);
  BOOST_TEST(status("/why?plan=1", {{"Origin", "http://evil.example"}}) == 403);
  const std::string host = "Host: localhost\r\n";
  for (const auto& [text, expected] : std::vector<std::pair<std::string, int>>{
           {"POST /why HTTP/1.1\r\n" + host + "\r\n", 405},
           {"OPTIONS / HTTP/1.1\r\n" + host + "\r\n", 405},
           {"GET / HTTP/1.1\r\n\r\n", 421},
           {"GET / HTTP/1.1\r\n" + host + "Content-Length: 9\r\n\r\nabcdefghi",
            413},
           {"GET / HTTP/1.1\r\n" + host + "X: " + std::string(20'000, 'x')
                + "\r\n\r\n",
            413},
           {"GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\n\r\n", 413},
           {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0},
           {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)
                + "\r\n\r\n",
            0},
           {std::string(5000, '\0'), 0}}) {
    page_socket s{port};
    s.send(text);
    const auto said = s.read();
    BOOST_TEST(parse_answer(said).status == expected,
               text.substr(0, 40) << " got " << said.substr(0, 60));
  }
  BOOST_TEST(status("/") == 200);
}

BOOST_AUTO_TEST_CASE(a_page_for_others_wants_its_token) {
  const auto refused =
      tern::test::tern({"node", "--page", "0.0.0.0:0", "--threads", "1"});
  BOOST_TEST(refused.status == 2);
  BOOST_TEST(refused.err.find("--page-token") != std::string::npos,
             refused.err);
  const auto weak = tern::test::tern(
      {"node", "--page", "127.0.0.1:0", "--page-token", "secret"});
  BOOST_TEST(weak.status == 2);
  BOOST_TEST(weak.err.find("at least 16") != std::string::npos, weak.err);
  const auto alone = tern::test::tern({"node", "--page-token", token});
  BOOST_TEST(alone.status == 2);
  const test_node one{{"--page", "0.0.0.0:0", "--page-token", token}};
  const auto port = page_of(one);
  BOOST_TEST(ask_page(port, "/").status == 401);
  BOOST_TEST(ask_page(port, "/app.js").status == 401);
  BOOST_TEST(ask_page(port, "/?token=0123456789abcdef-tokeN").status == 401);
  BOOST_TEST(
      ask_page(port, "/app.js", {{"Authorization", "Bearer " + token}}).status
      == 200);
  const auto entered = ask_page(port, "/?token=" + token);
  BOOST_TEST(entered.status == 303);
  BOOST_TEST(entered.header("Location") == "/");
  const auto cookie = entered.header("Set-Cookie");
  BOOST_TEST(cookie.find("HttpOnly") != std::string::npos, cookie);
  BOOST_TEST(cookie.find("SameSite=Strict") != std::string::npos, cookie);
  BOOST_TEST(cookie.find(token) == std::string::npos, cookie);
  const auto pair = cookie.substr(0, cookie.find(';'));
  BOOST_TEST(ask_page(port, "/", {{"Cookie", pair}}).status == 200);
  BOOST_TEST(ask_page(port, "/", {{"Cookie", pair + "x"}}).status == 401);
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_named) {
  const test_node one{{"--page", "127.0.0.1:0"}};
  const auto where = "127.0.0.1:" + std::to_string(page_of(one));
  const auto r = tern::test::tern({"node", "--page", where});
  BOOST_TEST(r.status == 1);
  BOOST_TEST(r.err.find("cannot serve the page at " + where)
                 != std::string::npos,
             r.err);
}

BOOST_AUTO_TEST_CASE(the_page_answers_why) {
  shown_nodes nodes;
  const auto port = page_of(nodes.a);
  process run{{"eval",
               "x = random.random((7000, 7000), chunks=7000); "
               "(x @ x).sum(axis=0).sum()",
               "--join", nodes.a.address(), "--json"}};
  page_reader reader{port};
  std::string id;
  eventually("a plan is shown", [&] {
    const auto s = reader.next();
    if (s["plans"].empty())
      return false;
    id = s["plans"][0]["id"].get<std::string>();
    return true;
  });
  eventually("the product is the reason", [&] {
    const auto a = ask_page(port, "/why?plan=" + id);
    if (a.status != 200)
      return false;
    const auto said = nlohmann::json::parse(a.body);
    return said["plan"] == id && said["done"] == false
           && said["chain"].back()["state"] == "running";
  });
  BOOST_TEST(ask_page(port, "/why?plan=" + id + "&task=99/0").status == 404);
  const auto none = ask_page(port, "/why?plan=1234abcd");
  BOOST_TEST(none.status == 404);
  BOOST_TEST(nlohmann::json::parse(none.body)["error"].get<std::string>().find(
                 "1234abcd")
             != std::string::npos);
  run.signal(SIGKILL);
}

// Who does not read, who sends half a request, who only sits there: they are
// closed in the end, and a plan and other readers do not notice.
BOOST_AUTO_TEST_CASE(slow_readers_stop_nobody) {
  shown_nodes nodes;
  const auto port = page_of(nodes.a);
  const std::string host = "Host: localhost\r\n";
  std::list<page_socket> slow;
  for (int i = 0; i < 10; ++i) {
    slow.emplace_back(port); // says nothing
    slow.emplace_back(port).send("GET / HT");
    slow.emplace_back(port).send("GET /events HTTP/1.1\r\n" + host + "\r\n");
    auto& greedy = slow.emplace_back(port);
    std::string many;
    for (int n = 0; n < 50; ++n)
      many += "GET /chart.js HTTP/1.1\r\n" + host + "\r\n";
    greedy.send(many);
  }
  process run{work_on(nodes.a)};
  page_reader reader{port};
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(reader.next()["nodes"].size() == 3u);
  BOOST_TEST(ask_page(port, "/app.js").status == 200);
  check_work(run);
  BOOST_TEST(slow.front().ends(20s)); // has said nothing
  BOOST_TEST(slow.back().ends(20s));  // has not read its 50 files
  BOOST_TEST(ask_page(port, "/").status == 200);
}

BOOST_AUTO_TEST_CASE(a_thousand_connections_stop_nobody) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, 4096);
  BOOST_TEST_REQUIRE(setrlimit(RLIMIT_NOFILE, &files) == 0);
  shown_nodes nodes;
  const auto port = page_of(nodes.a);
  page_reader reader{port};
  reader.next();
  process run{work_on(nodes.a)};
  std::list<page_socket> crowd;
  for (int i = 0; i < 1000; ++i) {
    auto& one = crowd.emplace_back(port);
    if (i % 3 == 0)
      one.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  BOOST_TEST(ask_page(port, "/").status == 200);
  BOOST_TEST(reader.next()["nodes"].size() == 3u);
  const auto late = ask_page(port, "/events");
  BOOST_TEST(late.status == 503); // enough look at it
  check_work(run);
  crowd.clear();
  eventually("there is room again", [&] {
    page_socket s{port};
    s.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return s.read("event: snapshot", 2s).starts_with("HTTP/1.1 200");
  });
  BOOST_TEST(status_of(nodes.b)["nodes"].size() == 3u);
}

BOOST_AUTO_TEST_CASE(the_page_tells_what_the_nodes_did_lately) {
  shown_nodes nodes;
  page_reader reader{page_of(nodes.a)};
  const auto run = tern::test::tern(
      {"eval", "x = random.random((400, 400), chunks=50); (x @ x).sum()",
       "--join", nodes.a.address()});
  BOOST_TEST_REQUIRE(run.status == 0, run.err);
  nlohmann::json stream;
  eventually("the tasks are told of", [&] {
    stream = reader.next("stream");
    return stream["counts"]["ended"].get<int>() > 100;
  });
  std::uint64_t drawn = stream["tasks"].size();
  for (const auto& b : stream["bars"])
    drawn += b[4].get<std::uint64_t>();
  BOOST_TEST(drawn + stream["counts"]["off_lane"].get<std::uint64_t>()
                 + stream["counts"]["left_out"].get<std::uint64_t>()
             == stream["counts"]["ended"].get<std::uint64_t>());
  BOOST_TEST(stream.dump().size() < 500'000u);
  const auto& task = stream["tasks"].at(0);
  const auto& layer = stream["layers"].at(task[3].get<std::size_t>());
  const auto name = "task " + layer["layer"].dump() + "/" + task[4].dump();
  const auto told = ask_page(page_of(nodes.a),
                             "/story?actor=task%20"
                                 + name.substr(std::string{"task "}.size()));
  BOOST_TEST_REQUIRE(told.status == 200, told.body);
  const auto story = nlohmann::json::parse(told.body);
  BOOST_TEST(story["name"] == name);
  BOOST_TEST(story["events"].size() >= 2u); // it began and it ended
  BOOST_TEST(ask_page(page_of(nodes.a), "/story?actor=nobody").status == 404);
}

BOOST_AUTO_TEST_SUITE_END()
