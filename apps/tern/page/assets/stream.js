// What ran where and when, on a canvas: a lane a thread, a bar a task, coloured
// by its layer; arrows are what went from node to node. For the page and for the
// report of a run. The data are those of json_of(task_stream): rows of numbers,
// ns since the stream's begin; tasks that are too short come merged in bars. Layers
// that have a `colour` keep it while their order changes.
import {count, element, isDark, scaled, setText} from './dom.js';

const axis_height = 22;
const narrow_width = 560;       // pixels; less room for names
const least_span = 1000;        // ns
const reach = 3;                // pixels around the pointer
const zoom_step = 1.5;

export const time_text = ns => scaled(ns / 1000, ['µs', 'ms', 's'], 1000);

/** Of the n-th layer of a run, the same in all pictures. */
export const layerColour = (n, dark) =>
  `hsl(${(205 + n * 137.508) % 360} ${dark ? '48% 58%' : '55% 45%'})`;

/** `LAYER/INDEX`-like words for a layer: its number and what it runs. */
export function layerWords(l) {
  if (!l)
    return 'other layers';
  return [`layer ${l.layer}`, l.kernel, l.expression].filter(Boolean).join(' · ');
}

function styleOf(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function distance(p, a, b) {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const along = length > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length : 0;
  const t = Math.max(0, Math.min(1, along));
  return Math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

/** A round step of time, so that about `most` of them fit into `span`. */
function stepOf(span, most) {
  const raw = span / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map(m => m * power).find(s => s >= raw);
}

/** Rows of one lane each, in order of their begin. */
function byLane(rows, lanes) {
  const out = Array.from({length: lanes}, () => []);
  for (const r of rows)
    out[r[0]]?.push(r);
  return out;
}

/**
 * `box` holds a canvas and two texts: a tip beside the pointer and a line below
 * that says the same to all. `onPick(name)` is called for a task that is chosen.
 */
export class TaskStream {
  constructor(box, onPick = () => {}) {
    this.canvas = element('canvas', {tabindex: 0, role: 'application',
      'aria-label': 'Task stream. Arrow keys move, plus and minus zoom, 0 shows all, '
        + 'comma and full stop go from task to task, Enter tells the story of one.'});
    this.tip = element('div', {class: 'tip', hidden: ''});
    this.line = element('p', {class: 'stream-line', role: 'status'},
                        'Point at a task, or go there with the keyboard.');
    box.append(this.canvas, this.tip, this.line);
    this.onPick = onPick;
    this.arrows = true;
    this.data = null;
    this.waits = null;
    this.listen();
    new ResizeObserver(() => this.draw()).observe(box);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
  }

  /** Shows all of it, or what was looked at, if that is still there. */
  show(data) {
    const all = !this.data || this.isWhole();
    this.data = data;
    this.tasks = byLane(data.tasks, data.lanes.length);
    this.bars = byLane(data.bars, data.lanes.length);
    this.ranges = data.nodes.map((_, node) => this.rangeOf(node));
    this.chosen = null;
    if (all || this.from >= data.span)
      this.showAll();
    else
      this.draw();
  }

  isWhole() {
    return this.from <= 0 && this.to >= this.data.span;
  }

  showAll() {
    this.look(0, Math.max(this.data.span, least_span));
  }

  setArrows(shown) {
    this.arrows = shown;
    this.draw();
  }

  /** Looks at a stretch of time, which may not be shorter than `least_span`. */
  look(from, to) {
    const whole = Math.max(this.data.span, least_span);
    const span = Math.min(whole, Math.max(least_span, to - from));
    this.from = Math.max(0, Math.min(whole - span, from));
    this.to = this.from + span;
    this.draw();
  }

  zoom(factor, at = (this.from + this.to) / 2) {
    this.look(at - (at - this.from) * factor, at + (this.to - at) * factor);
  }

  move(share) {
    const by = share * (this.to - this.from);
    this.look(this.from + by, this.to + by);
  }

  // -- places -----------------------------------------------------------------

  layout() {
    const width = this.canvas.parentElement.clientWidth;
    const lanes = this.data.lanes.length;
    const lane = lanes <= 12 ? 26 : lanes <= 40 ? 18 : 12;
    const left = width < narrow_width ? 74 : 168;
    return {width, lane, left, height: axis_height + Math.max(1, lanes) * lane + 2};
  }

  x(time) {
    const {left, width} = this.size;
    return left + (time - this.from) / (this.to - this.from) * (width - left);
  }

  time(x) {
    const {left, width} = this.size;
    return this.from + (x - left) / (width - left) * (this.to - this.from);
  }

  top(lane) {
    return axis_height + lane * this.size.lane;
  }

  /** The first lane of a node and the one after its last; the axis without any. */
  rangeOf(node) {
    const all = this.data.lanes;
    const first = all.findIndex(l => l.node === node);
    return first < 0 ? [0, 0] : [first, all.findLastIndex(l => l.node === node) + 1];
  }

  // In the middle of the lanes of both nodes that are nearest to each other.
  endsOf(arrow) {
    const [, , from, sent, to, received] = arrow;
    const [a, b] = [this.ranges[from], this.ranges[to]];
    const middle = lane => this.top(lane) + this.size.lane / 2;
    const y = ([first, end], down) => first === end ? axis_height : middle(down ? end - 1 : first);
    const down = a[0] <= b[0];
    return [{x: this.x(sent), y: y(a, down)}, {x: this.x(received), y: y(b, !down)}];
  }

  // -- drawing ----------------------------------------------------------------

  /** Once a frame at most, however often it is asked for. */
  draw() {
    this.waits ??= requestAnimationFrame(() => {
      this.waits = null;
      this.paint();
    });
  }

  paint() {
    if (!this.data || this.canvas.parentElement.clientWidth === 0)
      return;
    this.size = this.layout();
    const {width, height} = this.size;
    const scale = Math.min(devicePixelRatio, 16384 / Math.max(width, height));
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.canvas.style.height = `${height}px`;
    const c = this.canvas.getContext('2d');
    c.setTransform(scale, 0, 0, scale, 0, 0);
    c.font = `11px ${getComputedStyle(this.canvas).fontFamily}`;
    c.textBaseline = 'middle';
    this.dark = isDark();
    this.drawAxis(c);
    this.drawLanes(c);
    c.save();
    c.beginPath();
    c.rect(this.size.left, 0, width - this.size.left, height);
    c.clip();
    for (let lane = 0; lane < this.data.lanes.length; ++lane) {
      this.drawBars(c, lane);
      this.drawTasks(c, lane);
    }
    if (this.arrows)
      this.drawArrows(c);
    this.drawChosen(c);
    c.restore();
  }

  drawAxis(c) {
    const {width, height, left} = this.size;
    const step = stepOf(this.to - this.from, Math.max(2, (width - left) / 110));
    c.fillStyle = styleOf('--soft');
    c.strokeStyle = styleOf('--line');
    c.lineWidth = 1;
    for (let at = Math.ceil(this.from / step) * step; at <= this.to; at += step) {
      const x = Math.round(this.x(at)) + 0.5;
      c.beginPath();
      c.moveTo(x, axis_height - 4);
      c.lineTo(x, height);
      c.stroke();
      const words = time_text(at);
      if (x + 4 + c.measureText(words).width < width)
        c.fillText(words, x + 4, 9);
    }
  }

  drawLanes(c) {
    const {width, lane, left} = this.size;
    this.data.lanes.forEach((l, i) => {
      const y = this.top(i);
      const first = i === 0 || this.data.lanes[i - 1].node !== l.node;
      c.strokeStyle = styleOf(first ? '--soft' : '--line');
      c.beginPath();
      c.moveTo(first ? 0 : left, y + 0.5);
      c.lineTo(width, y + 0.5);
      c.stroke();
      c.fillStyle = styleOf(first ? '--ink' : '--soft');
      const node = this.data.nodes[l.node];
      const name = left < 100 ? node.slice(node.lastIndexOf(':')) : node;
      c.fillText(first ? `${name} ${l.thread}` : `thread ${l.thread}`, first ? 2 : 12,
                 y + lane / 2 + 1, left - 8);
    });
  }

  drawBars(c, lane) {
    const y = this.top(lane);
    const inner = this.size.lane - 3;
    const bad = styleOf('--erred');
    for (const [, begin, width, busy, , failed, layer] of this.bars[lane]) {
      if (begin + width < this.from || begin > this.to)
        continue;
      const x = this.x(begin);
      const part = Math.max(0.15, Math.min(1, busy / width)) * inner;
      c.fillStyle = failed > 0 ? bad : this.colourOf(layer);
      c.fillRect(x, y + 2 + inner - part, Math.max(1, this.x(begin + width) - x), part);
    }
  }

  drawTasks(c, lane) {
    const y = this.top(lane);
    const inner = this.size.lane - 3;
    const bad = styleOf('--erred');
    for (const [, begin, time, layer, , failed] of this.tasks[lane]) {
      if (begin + time < this.from || begin > this.to)
        continue;
      const x = this.x(begin);
      const wide = this.x(begin + time) - x;
      c.fillStyle = failed ? bad : this.colourOf(layer);
      c.fillRect(x, y + 2, wide > 4 ? wide - 0.75 : Math.max(1, wide), inner);
    }
  }

  drawArrows(c) {
    const colours = {stolen: styleOf('--bad'), lent: styleOf('--ink'), moved: styleOf('--leaving')};
    const around = styleOf('--card');
    for (const arrow of this.data.arrows) {
      if (arrow[5] < this.from || arrow[3] > this.to)
        continue;
      const [a, b] = this.endsOf(arrow);
      const turn = Math.atan2(b.y - a.y, b.x - a.x);
      for (const [colour, wide] of [[around, 4], [colours[arrow[0]], 1.75]]) {
        c.strokeStyle = c.fillStyle = colour;
        c.lineWidth = wide;
        c.beginPath();
        c.moveTo(a.x, a.y);
        c.lineTo(b.x, b.y);
        c.stroke();
      }
      c.beginPath();
      c.moveTo(b.x, b.y);
      for (const side of [-0.45, 0.45])
        c.lineTo(b.x - 7 * Math.cos(turn + side), b.y - 7 * Math.sin(turn + side));
      c.fill();
    }
  }

  drawChosen(c) {
    if (!this.chosen)
      return;
    const [lane, begin, time] = this.chosen.row;
    c.strokeStyle = styleOf('--ink');
    c.lineWidth = 2;
    const x = this.x(begin);
    c.strokeRect(x - 1, this.top(lane) + 1, Math.max(3, this.x(begin + time) - x + 2),
                 this.size.lane - 1);
  }

  colourOf(layer) {
    return layerColour(this.data.layers[layer]?.colour ?? layer, this.dark);
  }

  // -- what is where ----------------------------------------------------------

  layerAt(n) {
    return this.data.layers[n];
  }

  nameOf(row) {
    return `task ${this.layerAt(row[3])?.layer ?? '?'}/${row[4]}`;
  }

  wordsOfTask(row) {
    const [lane, begin, time, layer, , failed] = row;
    const l = this.data.lanes[lane];
    return `${this.nameOf(row)}${failed ? ' failed' : ''} · ${layerWords(this.layerAt(layer))} · `
      + `${time_text(time)} from ${time_text(begin)} on · ${this.data.nodes[l.node]}, `
      + `thread ${l.thread}`;
  }

  wordsOfBar(row) {
    const [lane, begin, width, busy, tasks, failed, layer] = row;
    const l = this.data.lanes[lane];
    return `${count(tasks)} tasks merged${failed > 0 ? `, ${count(failed)} failed` : ''} · `
      + `${time_text(busy)} of ${time_text(width)} from ${time_text(begin)} on · most of it `
      + `${layerWords(this.layerAt(layer))} · ${this.data.nodes[l.node]}, thread ${l.thread}`;
  }

  wordsOfArrow([kind, who, from, sent, to, received]) {
    const [a, b] = [this.data.nodes[from], this.data.nodes[to]];
    const way = kind === 'stolen' ? `${who} stolen by ${b} from ${a}`
      : kind === 'lent' ? `${who} given by ${a} to ${b}` : `${who} moved from ${a} to ${b}`;
    return `${way} · ${time_text(received - sent)} on its way, at ${time_text(received)}`;
  }

  /** {words, row or null, name} of what is at a place of the canvas. */
  find(p) {
    if (!this.size)
      return null;
    if (this.arrows)
      for (const arrow of this.data.arrows) {
        if (arrow[5] < this.from || arrow[3] > this.to)
          continue;
        const [a, b] = this.endsOf(arrow);
        if (distance(p, a, b) <= reach)
          return {words: this.wordsOfArrow(arrow), row: null, name: arrow[1]};
      }
    const lane = Math.floor((p.y - axis_height) / this.size.lane);
    if (p.x < this.size.left || lane < 0 || lane >= this.data.lanes.length)
      return null;
    const [from, to] = [this.time(p.x - reach), this.time(p.x + reach)];
    const at = this.time(p.x);
    const near = r => r[1] <= to && r[1] + r[2] >= from;
    const exact = r => r[1] <= at && r[1] + r[2] >= at;
    const task = this.tasks[lane].findLast(exact) ?? this.tasks[lane].findLast(near);
    if (task)
      return {words: this.wordsOfTask(task), row: task, name: this.nameOf(task)};
    const bar = this.bars[lane].findLast(exact);
    return bar ? {words: this.wordsOfBar(bar), row: bar, name: null} : null;
  }

  tell(found, p) {
    const before = this.chosen?.row;
    this.chosen = found?.row ? found : null;
    this.tip.hidden = !found || !p;
    if (found)
      setText(this.line, found.words);
    if (found && p) {
      setText(this.tip, found.words);
      const room = this.size.width - this.tip.offsetWidth - 4;
      this.tip.style.left = `${Math.max(0, Math.min(room, p.x + 12))}px`;
      this.tip.style.top = `${p.y + 16}px`;
    }
    if (before !== this.chosen?.row)
      this.draw();
  }

  // From task to task by the keyboard, in order of time over all lanes in view.
  step(by) {
    const all = this.tasks.flat().filter(r => r[1] + r[2] >= this.from && r[1] <= this.to)
      .sort((a, b) => a[1] - b[1]);
    if (all.length === 0)
      return;
    const now = all.indexOf(this.chosen?.row);
    const next = now < 0 ? (by > 0 ? 0 : all.length - 1)
                         : Math.max(0, Math.min(all.length - 1, now + by));
    const row = all[next];
    this.tell({words: this.wordsOfTask(row), row, name: this.nameOf(row)}, null);
  }

  // -- input ------------------------------------------------------------------

  listen() {
    const place = e => {
      const box = this.canvas.getBoundingClientRect();
      return {x: e.clientX - box.left, y: e.clientY - box.top};
    };
    let held = null;
    this.canvas.addEventListener('pointerdown', e => {
      held = {x: e.clientX, from: this.from, to: this.to, moved: false};
      this.canvas.setPointerCapture(e.pointerId);
    });
    this.canvas.addEventListener('pointermove', e => {
      if (!this.size)
        return;
      if (held && Math.abs(e.clientX - held.x) > reach)
        held.moved = true;
      if (held?.moved) {
        const by = (held.x - e.clientX) / (this.size.width - this.size.left)
          * (held.to - held.from);
        this.look(held.from + by, held.to + by);
      } else {
        this.tell(this.find(place(e)), place(e));
      }
    });
    this.canvas.addEventListener('pointerup', e => {
      const found = this.data && !held?.moved ? this.find(place(e)) : null;
      held = null;
      if (found?.name)
        this.onPick(found.name);
    });
    this.canvas.addEventListener('pointerleave', () => { this.tip.hidden = true; });
    this.canvas.addEventListener('wheel', e => {
      if (!this.size || !(e.ctrlKey || e.metaKey)) // the page scrolls otherwise
        return;
      e.preventDefault();
      this.zoom(e.deltaY > 0 ? zoom_step : 1 / zoom_step, this.time(place(e).x));
    }, {passive: false});
    const keys = {
      ArrowLeft: () => this.move(-0.2), ArrowRight: () => this.move(0.2),
      '+': () => this.zoom(1 / zoom_step), '=': () => this.zoom(1 / zoom_step),
      '-': () => this.zoom(zoom_step), '0': () => this.showAll(),
      ',': () => this.step(-1), '.': () => this.step(1),
      Enter: () => this.chosen?.name && this.onPick(this.chosen.name)};
    this.canvas.addEventListener('keydown', e => {
      if (!this.data || e.ctrlKey || e.altKey || e.metaKey || !keys[e.key])
        return;
      e.preventDefault();
      keys[e.key]();
    });
  }
}

/** The colours of the first layers, in words. */
export function showLegend(list, layers) {
  const most = 10;
  list.replaceChildren(...layers.slice(0, most).map((l, i) =>
    element('li', {title: layerWords(l)},
      element('span', {class: 'dot', 'data-layer': l.colour ?? i}), layerWords(l))));
  if (layers.length > most)
    list.append(element('li', {}, `and ${count(layers.length - most)} more`));
  paintDots(list);
}

/** Gives the dots of layers their colours, as light or dark wants them. */
export function paintDots(within) {
  for (const dot of within.querySelectorAll('[data-layer]'))
    dot.style.background = layerColour(Number(dot.dataset.layer), isDark());
}
