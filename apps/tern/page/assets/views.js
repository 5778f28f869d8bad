// The parts of the page that are lists: figures, nodes, plans, actors, log.
import {address, bytes, count, duration, element, find, keyed, nodeColour, isDark,
        phaseColour, phases, rate, setText, trip} from './dom.js';

const sum = (list, f) => list.reduce((s, each) => s + f(each), 0);

// -- figures ------------------------------------------------------------------

export function showFigures(s, history, pace) {
  const set = (name, text) => setText(find('figure-' + name), text);
  const latest = s.nodes.map(n => history.last(n.id)).filter(Boolean);
  const limit = sum(s.nodes, n => n.memory_limit);
  set('nodes', count(s.nodes.length));
  set('silent', s.silent.length > 0 ? `${count(s.silent.length)} silent`
    : s.sessions === 1 ? '1 session' : `${count(s.sessions)} sessions`);
  set('busy', `${count(sum(s.nodes, n => n.busy))} of ${count(sum(s.nodes, n => n.threads))}`);
  set('queued', `${count(sum(s.nodes, n => n.queued))} tasks wait for one`);
  set('memory', bytes(sum(s.nodes, n => n.memory_used)));
  set('spilled', (limit > 0 ? `of ${bytes(limit)}; ` : '')
    + `${bytes(sum(s.nodes, n => n.bytes_spilled))} to disk`);
  set('messages', rate(sum(latest, l => l.sent)));
  set('bytes', `${bytes(sum(latest, l => l.bytes))}/s`);
  const running = s.plans.filter(p => p.state === 'running');
  set('tasks', rate(sum(running, p => pace.of(p.id))));
  set('plans', running.length === 1 ? '1 plan runs' : `${count(running.length)} plans run`);
}

// -- nodes --------------------------------------------------------------------

const columns = 10;

function makeNode() {
  const row = element('tr');
  for (let i = 0; i < columns; ++i)
    row.append(element('td', [0, 1, 4].includes(i) ? {} : {class: 'n'}));
  row.cells[0].append(element('span', {class: 'dot'}), element('span', {class: 'mono'}));
  row.cells[4].append(element('span', {class: 'meter'}, element('span')), element('span'));
  return row;
}

export function showNodes(s, history) {
  const order = [...s.nodes].sort((a, b) => a.port - b.port || (a.id < b.id ? -1 : 1));
  keyed(find('nodes'), order, n => n.id, makeNode, (row, n) => {
    const last = history.last(n.id);
    const trips = s.links.filter(l => l.from === n.id && l.round_trip_ns > 0);
    const share = n.memory_limit > 0 ? n.memory_used / n.memory_limit : 0;
    const [name, pid, threads, queued, memory, spilled, sent, received, round, unsent] = row.cells;
    name.firstChild.style.background = nodeColour(order.indexOf(n), isDark());
    name.title = n.id;
    setText(name.lastChild, address(n) + (n.id === s.at ? ' (here)' : ''));
    setText(pid, String(n.pid));
    setText(threads, `${n.busy} of ${n.threads}`);
    setText(queued, count(n.queued));
    memory.firstChild.firstChild.style.width = `${Math.min(100, 100 * share)}%`;
    setText(memory.lastChild, bytes(n.memory_used)
      + (n.memory_limit > 0 ? ` of ${bytes(n.memory_limit)}` : ''));
    setText(spilled, bytes(n.bytes_spilled));
    setText(sent, rate(last?.sent ?? 0));
    setText(received, rate(last?.received ?? 0));
    setText(round, trips.length > 0
      ? trip(sum(trips, l => l.round_trip_ns) / trips.length) : '–');
    setText(unsent, bytes(n.bytes_queued));
  });
}

// -- plans --------------------------------------------------------------------

/** Tasks a second of each plan, over the last seconds. */
export class Pace {
  constructor() {
    this.seen = new Map(); // id -> [{time, done}]
  }
  add(s) {
    const living = new Set(s.plans.map(p => p.id));
    for (const id of this.seen.keys())
      if (!living.has(id))
        this.seen.delete(id);
    for (const p of s.plans) {
      const all = this.seen.get(p.id) ?? [];
      all.push({time: s.time, done: p.tasks_done});
      if (all.length > 8)
        all.shift();
      this.seen.set(p.id, all);
    }
  }
  of(id) {
    const all = this.seen.get(id) ?? [];
    const [first, last] = [all[0], all.at(-1)];
    return all.length > 1
      ? Math.max(0, 1000 * (last.done - first.done) / (last.time - first.time)) : 0;
  }
}

const actorsOf = l => sum(Object.values(l.actors), n => n);
const wordsOf = l => l.expression || l.what || `layer ${l.layer}`;

function showStates(bar, l) {
  const all = actorsOf(l);
  const there = phases.filter(p => l.actors[p] > 0);
  keyed(bar, there, p => p, () => element('span'), (part, p) => {
    part.style.width = `${100 * l.actors[p] / all}%`;
    part.style.background = phaseColour(p);
    part.title = `${count(l.actors[p])} ${p}`;
  });
}

function makePlan(p, ask) {
  const why = element('button', {type: 'button', class: 'quiet'}, 'Why not done?');
  why.setAttribute('aria-label', `Why is plan ${p.id} not done?`);
  why.addEventListener('click', () => ask(p.id));
  const whole = element('div', {class: 'bar whole', role: 'progressbar',
                                'aria-label': `plan ${p.id}`, 'aria-valuemin': 0,
                                'aria-valuemax': 100}, element('span'));
  return element('div', {class: 'plan'},
    element('div', {class: 'line'},
      element('span', {}, element('code', {}, p.id), ' ', element('span', {class: 'chip'})),
      why),
    whole,
    element('div', {class: 'line numbers'}, element('span'), element('span')),
    element('details', {open: ''},
      element('summary', {}, 'Layers'), element('div', {class: 'plan-layers'})));
}

const makePlanLayer = () => element('div', {class: 'layer'},
  element('span', {class: 'what'}), element('span', {class: 'bar'}),
  element('span', {class: 'count'}));

function showLayers(list, layers) {
  keyed(list, layers, l => l.layer, makePlanLayer, (row, l) => {
    const [what, bar, done] = row.children;
    setText(what, `${l.layer}  ${wordsOf(l)}`);
    what.title = `${l.what}  ${l.expression}`;
    showStates(bar, l);
    setText(done, `${count(l.tasks_done)} of ${count(l.tasks)}`);
  });
}

export function showPlans(s, pace, ask) {
  find('no-plans').hidden = s.plans.length > 0;
  const order = [...s.plans].sort((a, b) => (a.state === 'done') - (b.state === 'done'));
  keyed(find('plans'), order, p => p.id, p => makePlan(p, ask), (card, p) => {
    const [top, whole, numbers, details] = card.children;
    const share = p.tasks_total > 0 ? 100 * p.tasks_done / p.tasks_total : 0;
    const chip = top.querySelector('.chip');
    chip.className = p.orphaned ? 'chip warn' : `chip ${p.state}`;
    setText(chip, p.orphaned ? 'its submitter has died' : p.state);
    top.lastChild.hidden = p.state === 'done';
    whole.firstChild.style.width = `${share}%`;
    whole.setAttribute('aria-valuenow', Math.floor(share));
    setText(numbers.firstChild,
      `${count(p.tasks_done)} of ${count(p.tasks_total)} tasks (${Math.floor(share)} %)`);
    const tasks = pace.of(p.id);
    const left = (p.tasks_total - p.tasks_done) / tasks;
    setText(numbers.lastChild, p.state === 'done' || tasks <= 0 ? ''
      : `${rate(tasks)} tasks/s; about ${duration(left)} left`);
    details.hidden = p.layers.length === 0;
    showLayers(details.lastChild, p.layers);
  });
}

// -- actors -------------------------------------------------------------------

function makeLayer() {
  return element('tr', {}, element('td', {class: 'mono'}), element('td'),
    element('td', {class: 'n'}),
    element('td', {}, element('div', {class: 'bar'}), element('span', {class: 'states'})));
}

const statesText = actors => phases.filter(p => actors[p] > 0)
  .map(p => `${count(actors[p])} ${p}`).join(', ');

export function showActors(s, wanted) {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const all = s.plans.flatMap(p => p.layers.map(l => ({plan: p.id, ...l})))
    .filter(l => actorsOf(l) > 0);
  const rows = all.filter(r => {
    const text = `${r.plan} ${r.layer} ${r.what} ${r.expression} ${statesText(r.actors)}`.toLowerCase();
    return words.every(w => text.includes(w));
  });
  const totals = {};
  for (const r of rows)
    for (const [phase, n] of Object.entries(r.actors))
      totals[phase] = (totals[phase] ?? 0) + n;
  keyed(find('phases'), phases.filter(p => totals[p] > 0), p => p,
    p => element('span', {}, element('span', {class: 'dot'}), element('b'), ' ' + p),
    (item, p) => {
      item.firstChild.style.background = phaseColour(p);
      setText(item.children[1], count(totals[p]));
    });
  keyed(find('layers'), rows, r => `${r.plan} ${r.layer}`, makeLayer, (row, r) => {
    const [layer, what, n, states] = row.cells;
    setText(layer, `${r.plan.slice(0, 8)}… / ${r.layer}`);
    layer.title = `plan ${r.plan}, layer ${r.layer}`;
    setText(what, wordsOf(r));
    setText(n, count(actorsOf(r)));
    showStates(states.firstChild, r);
    setText(states.lastChild, statesText(r.actors));
  });
  const none = find('no-layers');
  none.hidden = rows.length > 0;
  setText(none, all.length > 0 ? 'No actor is like that.' : 'There are no actors to show.');
}

// -- log ----------------------------------------------------------------------

const clock = new Intl.DateTimeFormat('en-GB',
  {hour: '2-digit', minute: '2-digit', second: '2-digit'});

export function showLog(events) {
  find('no-log').hidden = events.length > 0;
  keyed(find('log'), [...events].reverse(), e => e.key,
    e => element('li', {},
      element('time', {datetime: new Date(e.time).toISOString()}, clock.format(e.time)),
      element('span', {class: e.kind}, e.kind), element('p', {}, e.text)),
    () => {});
}
