"""Headless Chromium for the tests of pages, and what they say.

Whoever imports it ends with exit status 77 where there is no Chromium
(./setup --browser).
"""

import base64
import os
import sys
import time

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
except ImportError:
    sys.exit(77)

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
if not os.path.exists(CHROMIUM) or not os.path.exists(DRIVER):
    sys.exit(77)

SIZES = {"desktop": (1280, 900), "phone": (360, 740)}

# Layout that moves without the reader's doing, as Chromium counts it: also
# before anything asks.
COUNT_SHIFTS = """
window.shifts = 0;
new PerformanceObserver(list => {
  for (const each of list.getEntries())
    if (!each.hadRecentInput)
      window.shifts += each.value;
}).observe({type: 'layout-shift', buffered: true});
"""

# Where the canvas has a colour that is no grey, of those right of the names:
# [how many such pixels, x and y of one in the middle of them].
COLOURED = """
const canvas = document.querySelector(arguments[0]);
const {data, width, height} = canvas.getContext('2d')
  .getImageData(0, 0, canvas.width, canvas.height);
const scale = width / canvas.clientWidth;
const found = [];
for (let y = Math.ceil(24 * scale); y < height; ++y)
  for (let x = Math.ceil(170 * scale); x < width; ++x) {
    const at = 4 * (y * width + x);
    const [r, g, b] = data.slice(at, at + 3);
    if (data[at + 3] === 255 && Math.max(r, g, b) - Math.min(r, g, b) > 60)
      found.push([x / scale, y / scale]);
  }
return [found.length, ...(found[Math.floor(found.length / 2)] ?? [0, 0])];
"""


class Browser:
    def __init__(self, screenshots):
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for each in ["--headless=new", "--no-sandbox", "--disable-gpu",
                     "--disable-dev-shm-usage", "--hide-scrollbars"]:
            options.add_argument(each)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service(DRIVER),
                                       options=options)
        self.screenshots = screenshots
        self.command("Page.addScriptToEvaluateOnNewDocument",
                     source=COUNT_SHIFTS)

    def command(self, name, **arguments):
        return self.driver.execute_cdp_cmd(name, arguments)

    def resize(self, width, height):
        self.command("Emulation.setDeviceMetricsOverride", width=width,
                     height=height, deviceScaleFactor=1, mobile=width < 500)

    def colours(self, scheme):
        self.command("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}])

    def shoot(self, name):
        data = self.command("Page.captureScreenshot", format="png",
                            captureBeyondViewport=True)["data"]
        (self.screenshots / f"{name}.png").write_bytes(base64.b64decode(data))

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def settle(self):
        """Until what was asked for is drawn."""
        self.driver.execute_async_script(
            "requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")

    def text(self, identity):
        return self.run(
            "return document.getElementById(arguments[0]).textContent",
            identity)

    def rows(self, identity):
        return self.run("return [...document.getElementById(arguments[0]).rows]"
                        ".map(r => [...r.cells].map(c => c.textContent))",
                        identity)

    def coloured(self, canvas):
        return self.run(COLOURED, canvas)

    def point_at(self, canvas, x, y):
        """At a place of a canvas."""
        found = self.driver.find_element(By.CSS_SELECTOR, canvas)
        box = found.rect  # the offsets are from its middle
        return ActionChains(self.driver).move_to_element_with_offset(
            found, round(x - box["width"] / 2), round(y - box["height"] / 2))

    def fits(self):
        """Whether nothing is wider than the window."""
        return self.run("return [...document.querySelectorAll("
                        "'main, .card, .top')].every(e => "
                        "e.getBoundingClientRect().right <= innerWidth) && "
                        "document.documentElement.scrollWidth <= innerWidth")

    def complaints(self):
        """Of the page, on the console."""
        return [each["message"] for each in self.driver.get_log("browser")
                if each["level"] == "SEVERE"]


def check(what, condition, *about):
    if not condition:
        raise SystemExit(f"wrong: {what} {' '.join(map(str, about))}")
    print("well:", what)


def eventually(what, condition, seconds=40):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"never: {what}")
        time.sleep(0.1)
    print("well:", what)
