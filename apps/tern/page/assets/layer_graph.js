// A plan at the level of layers, as boxes and edges: however many tasks it has,
// there is one box a layer. For the page and for the report of a run.
import {bytes, count, setText, shape} from './dom.js';

const box = {width: 208, height: 74, gap: 34, rise: 56};
const most_words = 27;

const cut = text => text.length > most_words ? `${text.slice(0, most_words - 1)}…` : text;

/** How many layers are before each one on the longest way. */
function depths(graph) {
  const depth = new Map(graph.boxes.map(b => [b.layer, 0]));
  for (const e of [...graph.edges].sort((a, b) => a.to - b.to || a.from - b.from))
    if (e.from !== e.to) // inputs have smaller numbers
      depth.set(e.to, Math.max(depth.get(e.to), depth.get(e.from) + 1));
  return depth;
}

/** layer -> {x, y}: rows by depth, in a row below the middle of what is read. */
function placeBoxes(graph) {
  const depth = depths(graph);
  const rows = [];
  for (const b of graph.boxes)
    (rows[depth.get(b.layer)] ??= []).push(b.layer);
  const widest = Math.max(...rows.map(r => r.length));
  const width = widest * (box.width + box.gap) - box.gap;
  const at = new Map();
  rows.forEach((row, y) => {
    const middle = layer => {
      const from = graph.edges.filter(e => e.to === layer && at.has(e.from)).map(e => at.get(e.from).x);
      return from.length > 0 ? from.reduce((a, b) => a + b) / from.length : layer;
    };
    const order = row.map(layer => ({layer, m: middle(layer)})).sort((a, b) => a.m - b.m);
    const begin = (width - row.length * (box.width + box.gap) + box.gap) / 2;
    order.forEach(({layer}, i) => at.set(layer,
      {x: begin + i * (box.width + box.gap), y: y * (box.height + box.rise)}));
  });
  return {at, width, height: rows.length * (box.height + box.rise) - box.rise};
}

function text(words, attributes) {
  const out = shape('text', attributes);
  setText(out, words);
  return out;
}

function drawEdge(e, at) {
  const a = at.get(e.from);
  const b = at.get(e.to);
  const from = {x: a.x + box.width / 2, y: a.y + box.height};
  const to = {x: b.x + box.width / 2, y: b.y};
  const bend = Math.max(24, (to.y - from.y) / 2);
  const path = e.from === e.to
    ? `M ${a.x + box.width} ${a.y + 20} c 26 0 26 34 0 34`
    : `M ${from.x} ${from.y} C ${from.x} ${from.y + bend} ${to.x} ${to.y - bend} ${to.x} ${to.y}`;
  const words = `${e.about ? 'about ' : ''}${e.bytes > 0 ? bytes(e.bytes) : `${count(e.reads)} reads`}`;
  const title = shape('title');
  setText(title, `layer ${e.to} reads ${count(e.reads)} blocks of layer ${e.from}, ${words}`);
  const group = shape('g', {class: 'edge'},
    shape('path', {d: path, 'stroke-width': Math.min(6, 1 + Math.log10(1 + e.bytes) / 2)}), title);
  if (e.from !== e.to)
    group.append(text(words, {x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 + 4}));
  return group;
}

function drawBox(b, place) {
  const share = b.tasks > 0 ? Math.min(1, b.done / b.tasks) : 0;
  const title = shape('title');
  const sent = b.blocks_sent > 0
    ? `; ${count(b.blocks_sent)} blocks sent to other nodes, ${bytes(b.bytes_sent)}` : '';
  setText(title, `layer ${b.layer}: ${b.kernel} ${b.expression}; ${count(b.done)} of `
    + `${count(b.tasks)} tasks${b.failed > 0 ? `, ${count(b.failed)} failed` : ''}${sent}`);
  const group = shape('g', {transform: `translate(${place.x} ${place.y})`,
                            class: b.root ? 'box root' : 'box'},
    shape('rect', {width: box.width, height: box.height, rx: 8}), title,
    text(cut(`${b.layer}  ${b.kernel}`), {x: 10, y: 18, class: 'name'}),
    text(cut(b.expression), {x: 10, y: 35, class: 'small'}),
    text(`${count(b.done)} of ${count(b.tasks)}`
         + (b.blocks_sent > 0 ? ` · ${bytes(b.bytes_sent)} sent` : ''), {x: 10, y: 52, class: 'small'}),
    shape('rect', {x: 10, y: 60, width: box.width - 20, height: 6, rx: 3, class: 'back'}),
    shape('rect', {x: 10, y: 60, width: share * (box.width - 20), height: 6, rx: 3,
                   class: b.failed > 0 ? 'done failed' : 'done'}));
  return group;
}

/**
 * `graph`: {boxes: [{layer, kernel, expression, tasks, done, failed, root,
 * blocks_sent, bytes_sent}], edges: [{from, to, reads, bytes, about}]}.
 */
export function drawLayerGraph(svg, graph) {
  if (graph.boxes.length === 0) {
    svg.replaceChildren();
    return;
  }
  const {at, width, height} = placeBoxes(graph);
  const margin = 30;
  svg.setAttribute('viewBox', `${-margin} -8 ${width + 2 * margin} ${height + 16}`);
  svg.style.width = `${width + 2 * margin}px`;
  svg.style.height = `${height + 16}px`;
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', `${count(graph.boxes.length)} layers and `
    + `${count(graph.edges.length)} edges between them; the table of layers has the numbers`);
  svg.replaceChildren(...graph.edges.map(e => drawEdge(e, at)),
                      ...graph.boxes.map(b => drawBox(b, at.get(b.layer))));
}
