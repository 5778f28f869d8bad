// The cluster as a circle of nodes: the disc fills with threads at work, the
// ring with memory; lines are links, with their round trips.
import {address, bytes, count, setText, shape, trip} from './dom.js';

// `trips`: so many nodes leave room for a text at their links.
const wide = {width: 640, height: 400, rx: 225, ry: 130, trips: 6};
const narrow = {width: 340, height: 280, rx: 105, ry: 85, trips: 2};
const least_wide = 480; // pixels

// On an ellipse, the first one at the top, and as much above as below.
function places(n, size) {
  const angle = i => -Math.PI / 2 + 2 * Math.PI * i / n + (n === 2 ? Math.PI / 2 : 0);
  const all = Array.from({length: n}, (_, i) => n === 1 ? {x: 0, y: 0}
    : {x: size.rx * Math.cos(angle(i)), y: size.ry * Math.sin(angle(i))});
  const heights = all.map(p => p.y);
  const shift = (Math.min(...heights) + Math.max(...heights)) / 2 + 14; // names
  return all.map(p => ({x: size.width / 2 + p.x, y: size.height / 2 + p.y - shift}));
}

function arc(share, r, attributes) {
  const length = 2 * Math.PI * r;
  const part = Math.max(0, Math.min(1, share)) * length;
  return shape('circle', {r, 'stroke-dasharray': `${part} ${length}`,
                          transform: 'rotate(-90)', ...attributes});
}

function drawNode(node, place, r, own) {
  const group = shape('g', {transform: `translate(${place.x} ${place.y})`,
                            class: node.silent ? 'silent' : own ? 'own' : ''});
  group.append(shape('circle', {r: r - 8, class: 'body'}));
  if (!node.silent) {
    const half = (r - 8) / 2;
    const share = node.memory_limit > 0 ? node.memory_used / node.memory_limit : 0;
    group.append(
      arc(node.threads > 0 ? node.busy / node.threads : 0, half,
          {class: 'load', 'stroke-width': 2 * half}),
      shape('circle', {r: r - 3, class: 'ring-back', 'stroke-width': 6}),
      arc(share, r - 3, {class: share > 0.9 ? 'ring full' : 'ring', 'stroke-width': 6}));
  }
  const title = shape('title');
  setText(title, node.silent ? `${address(node)} does not answer`
    : `${address(node)}: ${node.busy} of ${node.threads} threads at work, `
      + `${bytes(node.memory_used)} of memory`);
  const name = shape('text', {y: r + 18});
  setText(name, address(node));
  const more = shape('text', {y: r + 34, class: 'small'});
  setText(more, node.silent ? 'no answer' : bytes(node.memory_used));
  group.append(title, name, more);
  return group;
}

/** One line a pair of nodes, with the mean of what its ends measured. */
function pairs(links) {
  const found = new Map();
  for (const l of links) {
    const key = [l.from, l.to].sort().join(' ');
    const pair = found.get(key) ?? {ends: [l.from, l.to], trips: [], queued: 0};
    if (l.round_trip_ns > 0)
      pair.trips.push(l.round_trip_ns);
    pair.queued += l.bytes_queued;
    found.set(key, pair);
  }
  return [...found.values()];
}

function drawLinks(links, at, few) {
  const lines = [];
  const texts = [];
  for (const pair of pairs(links)) {
    const [a, b] = pair.ends.map(id => at.get(id));
    if (!a || !b)
      continue;
    lines.push(shape('line', {x1: a.x, y1: a.y, x2: b.x, y2: b.y,
                              class: pair.queued > 0 ? 'link loaded' : 'link',
                              'stroke-width': few ? 2.5 : 1}));
    if (!few || pair.trips.length === 0)
      continue;
    const text = shape('text', {x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 + 4, class: 'trip'});
    setText(text, trip(pair.trips.reduce((x, y) => x + y) / pair.trips.length));
    texts.push(text);
  }
  return [...lines, ...texts];
}

export function drawMap(svg, s) {
  const nodes = [...s.nodes, ...s.silent.map(n => ({...n, silent: true}))]
    .sort((a, b) => a.port - b.port || (a.id < b.id ? -1 : 1));
  const size = svg.clientWidth < least_wide ? narrow : wide;
  const where = places(nodes.length, size);
  const at = new Map(nodes.map((n, i) => [n.id, where[i]]));
  const r = nodes.length <= 8 ? 34 : Math.max(12, 300 / nodes.length);
  svg.setAttribute('viewBox', `0 0 ${size.width} ${size.height}`);
  svg.replaceChildren(
    ...drawLinks(s.links, at, nodes.length <= size.trips),
    ...nodes.map((n, i) => drawNode(n, where[i], r, n.id === s.at)));
  svg.setAttribute('aria-label',
    `${count(s.nodes.length)} nodes and the links between them; the table of `
    + 'nodes below has the numbers');
}
