"""Opens the report of a run in headless Chromium, from disk.

Usage: report_in_browser.py TERN SCREENSHOT_DIRECTORY

A run of two nodes whose tasks move; its report has to draw what the trace has, to
tell of a task under the mouse, to open the story of an actor by mouse and by
keyboard, to fit into a phone's width, light and dark, and to fetch nothing. Keeps
screenshots. Exit status 77: there is no Chromium here (./setup --browser).
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

from browser import SIZES, Browser, check, eventually

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

WORK = "x = random.random((1200, 1200), chunks=150); (x @ x.T).std()"
CANVAS = "#stream canvas"
HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"


def make_report(tern, folder, *more):
    trace, html = folder / "run.tern-trace", folder / "report.html"
    subprocess.run([tern, "eval", WORK, "--scheduler", "processes", "--nodes",
                    "2", "--threads", "1", "--rotate", "--trace", trace],
                   check=True, capture_output=True)
    subprocess.run([tern, "report", trace, "-o", html, *more], check=True,
                   capture_output=True)
    return html


def data_of(html):
    found = re.search(r'<script type="application/json" id="report">(.*?)'
                      r'</script>', html.read_text(), re.S)
    return json.loads(found.group(1))


def set_arrows(browser, shown):
    browser.run("const box = document.getElementById('arrows');"
                "if (box.checked !== arguments[0]) box.click()", shown)
    browser.settle()


def picture(browser):
    browser.settle()
    return browser.run("return document.querySelector('#stream canvas')"
                       ".toDataURL()")


def check_stream(browser, run):
    set_arrows(browser, False)
    pixels, x, y = browser.coloured(CANVAS)
    check("the stream is drawn", pixels > 500, pixels)
    browser.point_at(CANVAS, x, y).perform()
    eventually("a task under the mouse is told of", lambda: browser.run(
        "return !document.querySelector('.tip').hidden"))
    tip = browser.run("return document.querySelector('.tip').textContent")
    named = re.match(r"task (\d+)/(\d+)", tip)
    layers = run["stream"]["layers"]
    check("and it is one of the trace, with its kernel and its node",
          named and any(
              layers[t[3]]["layer"] == int(named[1]) and t[4] == int(named[2])
              and layers[t[3]]["kernel"] in tip
              for t in run["stream"]["tasks"])
          and any(n in tip for n in run["stream"]["nodes"]), tip)
    set_arrows(browser, True)
    with_arrows = browser.coloured(CANVAS)[0]
    check("moves are drawn on top", with_arrows != pixels)
    set_arrows(browser, False)
    browser.point_at(CANVAS, x, y).click().perform()
    eventually("a click tells what happened to the task", lambda: named[0] in
               browser.text("story"))
    set_arrows(browser, True)


def check_actors(browser, run):
    search = browser.driver.find_element(By.ID, "actor-search")
    search.send_keys("no such thing")
    eventually("a search for nothing finds nothing", lambda: browser.run(
        "return document.querySelectorAll('#actors li').length") == 0)
    search.clear()
    told = next(a for a in run["actors"] if a["name"].startswith("task"))
    search.send_keys(told["name"])
    eventually("a search finds an actor", lambda: told["name"] in
               browser.text("actors"))
    browser.driver.find_element(By.XPATH, "//ul[@id='actors']//button[.='"
                                + told["name"] + "']").click()
    eventually("its story has all of its events", lambda: browser.run(
        "return document.querySelectorAll('#story li').length")
        == len(told["events"]))
    check("in words", told["events"][0][3] in browser.text("story"))


def check_keyboard(browser):
    browser.driver.refresh()
    seen = []
    for _ in range(30):
        ActionChains(browser.driver).send_keys(Keys.TAB).perform()
        seen.append(browser.run("return document.activeElement.tagName"))
        if seen[-1] == "CANVAS":
            break
    check("the keyboard reaches the stream", seen[-1] == "CANVAS", seen)
    check("the focus is visible", browser.run(
        "return getComputedStyle(document.activeElement).outlineStyle")
        != "none")
    before = picture(browser)
    ActionChains(browser.driver).send_keys("+").perform()
    check("a key zooms", before != picture(browser))
    ActionChains(browser.driver).send_keys("0", ".").perform()
    line = browser.run("return document.querySelector('.stream-line')"
                       ".textContent")
    check("keys go from task to task", line.startswith("task "), line)
    ActionChains(browser.driver).send_keys(Keys.ENTER).perform()
    eventually("and open the story of one", lambda: line.split(" ·")[0]
               in browser.text("story"))


def check_looks(browser):
    for size, (width, height) in SIZES.items():
        browser.resize(width, height)
        for scheme in ["light", "dark"]:
            browser.colours(scheme)
            browser.settle()
            browser.settle()
            browser.shoot(f"report-{size}-{scheme}")
            check(f"the report fits into {width} px, {scheme}",
                  browser.fits())


def check_content(browser, run):
    check("every layer has a row", len(browser.rows("profile"))
          == len(run["layers"]))
    check("and a box in the plan", browser.run(
        "return document.querySelectorAll('.layer-graph .box').length")
        == len(run["plans"][0]["graph"]["boxes"]))
    check("every kind of message has a row", len(browser.rows("messages"))
          == len(run["summary"]["messages"]))
    check("the parts of the critical path are told", browser.run(
        "return document.querySelectorAll('.plan-card .parts li').length")
        == 4)
    check("nothing was fetched", browser.run(
        "return performance.getEntriesByType('resource').length") == 0)


def main():
    tern, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    browser = Browser(folder)
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        try:
            browser.resize(*SIZES["desktop"])
            html = make_report(tern, place)
            run = data_of(html)
            browser.driver.get(html.as_uri())
            check_content(browser, run)
            check_stream(browser, run)
            check_actors(browser, run)
            check_keyboard(browser)
            check_looks(browser)
            html = make_report(tern, place, "--title", HOSTILE)
            browser.driver.get(html.as_uri())
            check("a hostile title is text",
                  browser.text("title") == HOSTILE, browser.text("title"))
            check("and no markup", browser.run(
                "return document.querySelectorAll('img').length") == 0)
            check("the console is silent", not (loud := browser.complaints()),
                  loud)
        finally:
            browser.driver.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
