"""Opens the page of a live cluster in headless Chromium, as a person would.

Usage: page_in_browser.py TERN SCREENSHOT_DIRECTORY

Three nodes compute for as long as the page is open. The numbers that it shows are
compared with those of `tern status --json`; all views are opened by mouse and
by keyboard, in a desktop's and a phone's width, light and dark; nothing may jump,
be cut off, or complain on the console. Keeps a screenshot of each view. Exit
status 77: there is no Chromium here (./setup --browser).
"""

import json
import pathlib
import re
import signal
import subprocess
import sys
import time

from browser import SIZES, Browser, check, eventually

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

WORK = "x = random.random((12000, 12000), chunks=400); (x @ x).sum()"
VIEWS = ["overview", "tasks", "actors", "log", "why"]


class Cluster:
    """Three nodes; the first has the page."""

    def __init__(self, tern):
        self.tern, self.nodes = tern, []
        first = self.start("--page", "127.0.0.1:0")
        self.address = f"127.0.0.1:{first['port']}"
        self.page = f"http://127.0.0.1:{first['page_port']}/"
        for _ in range(2):
            self.start("--join", self.address)

    def start(self, *arguments):
        node = subprocess.Popen(
            [self.tern, "node", "--threads", "1", "--memory", "400MB",
             *arguments], stdout=subprocess.PIPE, text=True)
        self.nodes.append(node)
        return json.loads(node.stdout.readline())

    def compute(self):
        return subprocess.Popen(
            [self.tern, "eval", WORK, "--join", self.address, "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def status(self):
        out = subprocess.run(
            [self.tern, "status", "--join", self.address, "--json"],
            check=True, capture_output=True, text=True).stdout
        return json.loads(out.splitlines()[-1])

    def stop(self):
        for node in self.nodes:
            node.kill()
            node.wait()


def snapshot(browser):
    """What the page was sent last."""
    return browser.run("""
        return fetch('/events').then(async r => {
          const reader = r.body.getReader();
          let text = '';
          for (;;) {
            const {value, done} = await reader.read();
            text += new TextDecoder().decode(value);
            const found = text.match(/event: snapshot\\ndata: (.*)\\n\\n/);
            if (found || done) {
              reader.cancel();
              return JSON.parse(found[1]);
            }
          }
        })""")


def with_commas(number):
    return f"{number:,}"


def check_while_it_runs(browser, cluster):
    eventually("the page is live",
               lambda: browser.text("state") == "live")
    eventually("three nodes are shown",
               lambda: browser.text("figure-nodes") == "3")
    eventually("a plan is shown",
               lambda: "tasks (" in browser.text("plans"))
    told = cluster.status()
    plan = told["plans"][0]
    check("the plan is that of tern status",
          plan["id"] in browser.text("plans"), browser.text("plans"))
    # not all nodes have the plan at once: both count what they are told
    eventually("so is the number of its tasks",
               lambda: f"of {with_commas(cluster.status()['plans'][0]['tasks_total'])}"
               " tasks" in browser.text("plans"))
    eventually("its layers are shown, all of them",
               lambda: browser.run("return document.querySelectorAll("
                                   "'#plans .layer').length")
               == len(cluster.status()["plans"][0]["layers"]))
    eventually("its progress moves", lambda: browser.run(
        "return Number(document.querySelector('[role=progressbar]')"
        ".getAttribute('aria-valuenow'))") > 2)
    rows = browser.rows("nodes")
    check("each process is in the table",
          sorted(r[1] for r in rows)
          == sorted(str(n["pid"]) for n in told["nodes"]), rows)
    eventually("round trips are shown",
               lambda: all("s" in r[8] for r in browser.rows("nodes")))
    eventually("the charts have lines", lambda: browser.text("memory-text")
               and browser.text("traffic-text"))
    return plan["id"]


def check_views(browser, plan):
    driver = browser.driver
    driver.find_element(By.LINK_TEXT, "Actors").click()
    eventually("the actors are listed",
               lambda: len(browser.rows("layers")) > 0)
    everything = len(browser.rows("layers"))
    search = driver.find_element(By.ID, "actor-search")
    search.send_keys("no such thing")
    eventually("a search for nothing finds nothing",
               lambda: browser.rows("layers") == [])
    search.clear()
    search.send_keys(plan[:8])
    eventually("a search for the plan finds it",
               lambda: 0 < len(browser.rows("layers")) <= everything)
    search.clear()
    search.send_keys(Keys.BACKSPACE)
    driver.find_element(By.LINK_TEXT, "Log").click()
    eventually("the log tells who joined",
               lambda: browser.text("log").count("joined") >= 4)
    driver.find_element(By.LINK_TEXT, "Overview").click()
    driver.find_element(By.CSS_SELECTOR, "#plans button").click()
    eventually("the page says why the plan is not done",
               lambda: browser.run("return document.querySelectorAll("
                                   "'#why-answer li').length") > 0)
    hostile = "<img src=x onerror=alert(1)>"
    browser.run("document.getElementById('why-form').noValidate = true;"
                "document.getElementById('why-plan').value = arguments[0];"
                "document.getElementById('why-form').requestSubmit()", hostile)
    eventually("what was asked comes back as text",
               lambda: hostile in browser.text("why-answer"))
    check("and is no markup", browser.run(
        "return document.querySelectorAll('#why-answer img').length") == 0)


def check_tasks(browser):
    """The task stream, and the story of one of its tasks."""
    driver = browser.driver
    driver.find_element(By.LINK_TEXT, "Tasks").click()
    eventually("the nodes told what they did", lambda: re.search(
        r"remember: [1-9][0-9,]* tasks", browser.text("stream-about")))
    driver.find_element(By.ID, "hold").click()  # nothing moves meanwhile
    driver.find_element(By.ID, "arrows").click()
    browser.settle()
    pixels, x, y = browser.coloured("#stream canvas")
    check("the stream is drawn", pixels > 500, pixels)
    browser.point_at("#stream canvas", x, y).perform()
    eventually("a task under the mouse is told of", lambda: browser.run(
        "return !document.querySelector('.tip').hidden"))
    tip = browser.run("return document.querySelector('.tip').textContent")
    check("with its layer", re.match(
        r"(task \d+/\d+|[\d,]+ tasks merged) .*layer \d+", tip), tip)
    rows = browser.rows("profile")
    check("the layers have their time", len(rows) > 0
          and all("s" in r[4] for r in rows), rows)
    check("and their kernels, by the plan that runs",
          all(r[1] != "–" for r in rows), rows)
    canvas = driver.find_element(By.CSS_SELECTOR, "#stream canvas")
    canvas.send_keys("0", ".")
    line = browser.run("return document.querySelector('.stream-line')"
                       ".textContent")
    check("keys go from task to task", line.startswith("task "), line)
    driver.find_element(By.ID, "hold").click()
    name = line.split(" ")[1]
    canvas.send_keys(Keys.ENTER)
    eventually("and ask for the story of one", lambda: f"task {name}"
               in browser.text("story"))
    check("which has events", browser.run(
        "return document.querySelectorAll('#story li').length") > 0,
        browser.text("story"))
    field = driver.find_element(By.ID, "story-actor")
    field.clear()
    field.send_keys("<img src=x onerror=alert(1)>", Keys.ENTER)
    eventually("of an actor that is none nothing is told",
               lambda: "nothing happened to '<img" in browser.text("story"))
    check("as text", browser.run(
        "return document.querySelectorAll('#story img').length") == 0)


def check_keyboard(browser):
    browser.run("location.hash = '#overview'")
    browser.driver.refresh()  # nothing has the focus
    eventually("the page is live again",
               lambda: browser.text("state") == "live")
    seen = []
    for _ in range(5):
        ActionChains(browser.driver).send_keys(Keys.TAB).perform()
        seen.append(browser.run(
            "return document.activeElement.textContent.slice(0, 40)"))
        outline = browser.run(
            "return getComputedStyle(document.activeElement).outlineStyle")
        check(f"the focus on '{seen[-1]}' is visible", outline != "none")
    check("the keyboard reaches the content and the views in order",
          seen == ["Skip to the content", "Overview", "Tasks", "Actors",
                   "Log"], seen)
    ActionChains(browser.driver).send_keys(Keys.ENTER).perform()
    eventually("and opens one", lambda: browser.run(
        "return !document.getElementById('view-log').hidden"))


def check_looks(browser):
    for size, (width, height) in SIZES.items():
        browser.resize(width, height)
        for scheme in ["light", "dark"]:
            browser.colours(scheme)
            for view in VIEWS:
                browser.run("location.hash = '#' + arguments[0]", view)
                browser.settle()
                browser.shoot(f"{view}-{size}-{scheme}")
                check(f"{view} fits into {width} px, {scheme}",
                      browser.fits())


def check_stillness(browser):
    browser.resize(*SIZES["desktop"])
    browser.run("location.hash = '#overview'; scrollTo(0, 0)")
    browser.settle()
    browser.run("window.shifts = 0")
    time.sleep(4)  # snapshots long
    shifts = browser.run("return window.shifts")
    check("nothing jumps while numbers change", shifts < 0.02, shifts)


def check_after(browser, cluster):
    def agrees():
        told = cluster.status()
        shown = snapshot(browser)
        pairs = zip(sorted(told["nodes"], key=lambda n: n["id"]),
                    sorted(shown["nodes"], key=lambda n: n["id"]))
        same = all(a[name] == b[name] for a, b in pairs for name in
                   ["id", "pid", "threads", "memory_used", "memory_limit",
                    "bytes_spilled", "actors"])
        return same and told["plans"] == shown["plans"]

    eventually("page and status agree once nothing runs", agrees)
    spilled = sum(n["bytes_spilled"] for n in cluster.status()["nodes"])
    eventually("no plan is left on the page",
               lambda: not browser.run(
                   "return document.querySelector('#plans .plan')"))
    check("what was spilled is told",
          "0 B to disk" not in browser.text("figure-spilled")
          or spilled == 0, browser.text("figure-spilled"))


def main():
    tern, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(tern)
    browser = Browser(folder)
    try:
        browser.resize(*SIZES["desktop"])
        browser.driver.get(cluster.page)
        work = cluster.compute()
        plan = check_while_it_runs(browser, cluster)
        check_views(browser, plan)
        check_tasks(browser)
        check_keyboard(browser)
        check_looks(browser)
        check_stillness(browser)
        work.send_signal(signal.SIGINT)  # it has been seen enough
        work.communicate(timeout=60)
        check_after(browser, cluster)
        loud = [each for each in browser.complaints() 
                if "/why?" not in each and "/story?" not in each]
        check("the console is silent", not loud, loud)
    finally:
        browser.driver.quit()
        cluster.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
