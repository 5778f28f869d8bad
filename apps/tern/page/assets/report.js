// The report of a run that is over: everything comes from the JSON in this file.
import {count, element, find, setText} from './dom.js';
import {paintDots, showLegend, TaskStream, time_text} from './stream.js';
import {BarChart, kernelsOf, showProfile} from './profile.js';
import {drawLayerGraph} from './layer_graph.js';
import {showStory} from './story.js';

const most_listed = 200;
const run = JSON.parse(find('report').textContent);
const dark = matchMedia('(prefers-color-scheme: dark)');
const total = (list, f) => list.reduce((s, each) => s + f(each), 0);
const cells = (...values) => element('tr', {}, ...values.map((v, i) =>
  element('td', i === 0 ? {} : {class: 'n'}, String(v))));

// -- at a glance --------------------------------------------------------------

function showGlance() {
  const s = run.summary;
  document.title = run.title;
  setText(find('title'), run.title);
  setText(find('files'), `${run.files.join(', ')} · written by tern ${run.tern}`);
  setText(find('figure-time'), time_text(s.seconds * 1e9));
  setText(find('figure-tasks'), count(run.stream.counts.ended));
  setText(find('figure-nodes'), count(s.nodes.length));
  setText(find('figure-messages'), count(total(s.messages, m => m.sent)));
  setText(find('figure-moves'), count(run.stream.arrows.length + run.stream.counts.arrows_left_out));
  find('nodes').replaceChildren(...s.nodes.map(n => cells(n.name, n.threads,
    `${Math.round(100 * n.busy)} %`, count(n.tasks), count(n.failed), count(n.sent),
    count(n.received), count(n.moved_in), count(n.lost))));
  find('notes').replaceChildren(...run.notes.map(n => element('li', {}, n)));
  find('notes-card').hidden = run.notes.length === 0;
  find('running').replaceChildren(...s.running.slice(0, most_listed).map(r =>
    cells(r.task, r.node, r.thread, time_text(r.seconds * 1e9))));
  find('running-card').hidden = s.running.length === 0;
  setText(find('running-more'), s.running.length > most_listed
    ? `and ${count(s.running.length - most_listed)} more` : '');
}

// -- tasks --------------------------------------------------------------------

function showTasks() {
  const stream = new TaskStream(find('stream'), pickActor);
  stream.show(run.stream);
  showLegend(find('legend'), run.stream.layers);
  find('arrows').addEventListener('change', e => stream.setArrows(e.target.checked));
  const buttons = {'zoom-in': () => stream.zoom(1 / 1.5), 'zoom-out': () => stream.zoom(1.5),
                   'zoom-all': () => stream.showAll()};
  for (const [id, act] of Object.entries(buttons))
    find(id).addEventListener('click', act);
  setText(find('no-tasks'), run.stream.lanes.length > 0 ? '' : 'No task ended in this trace.');
}

function showTimes() {
  const places = new Map(run.stream.layers.map((l, i) => [`${l.plan} ${l.layer}`, i]));
  const colour = l => places.get(`${l.plan} ${l.layer}`) ?? run.stream.layers.length;
  const several = new Set(run.layers.map(l => l.plan)).size > 1;
  new BarChart(find('kernels'), time_text)
    .show(kernelsOf(run.layers).map(k => ({name: k.name, value: k.ns})));
  const fill = () => showProfile(find('profile'), run.layers, several, colour);
  fill();
  dark.addEventListener('change', fill);
}

// -- plans --------------------------------------------------------------------

const part_names = {computing: 'computing', queued: 'waiting in the ready queue',
                    transfer: 'transfer between nodes', unknown: 'unknown'};
const part_colours = {computing: 'running', queued: 'ready', transfer: 'fetching', unknown: 'waiting'};
const guesses = {as_it_was: 'as it was, by the model', twice_the_bandwidth: 'twice the bandwidth',
                 no_waiting: 'no waiting: a thread for every task',
                 placed_afresh: 'the same nodes, tasks placed afresh',
                 one_node_more: 'one node more, tasks placed afresh'};

function stepWords(s) {
  switch (s.part) {
  case 'computing': return `task ${s.task} runs on ${s.node}`;
  case 'queued': return `task ${s.task} waits to run on ${s.node}`;
  case 'transfer': return `${s.task} is on its way to ${s.node}`;
  default: return `unknown, at task ${s.task} on ${s.node}`;
  }
}

function pathOf(path) {
  const parts = Object.keys(part_names);
  const bar = element('div', {class: 'bar'}, ...parts.map(p => {
    const span = element('span', {title: `${part_names[p]}: ${time_text(path.parts_ns[p])}`});
    span.style.width = `${100 * path.parts_ns[p] / Math.max(1, path.span_ns)}%`;
    span.style.background = `var(--${part_colours[p]})`;
    return span;
  }));
  const list = element('ul', {class: 'parts'}, ...parts.map(p => {
    const dot = element('span', {class: 'dot'});
    dot.style.background = `var(--${part_colours[p]})`;
    return element('li', {}, dot, `${part_names[p]}: ${time_text(path.parts_ns[p])} `
      + `(${Math.round(100 * path.parts_ns[p] / Math.max(1, path.span_ns))} %)`);
  }));
  const table = (caption, head, rows) => element('div', {class: 'scroll', tabindex: 0,
                                                         role: 'region', 'aria-label': caption},
    element('table', {}, element('thead', {}, element('tr', {}, ...head.map((h, i) =>
      element('th', {scope: 'col', ...(i > 0 ? {class: 'n'} : {})}, h)))),
      element('tbody', {}, ...rows)));
  const steps = element('details', {}, element('summary', {}, `The path: ${count(path.steps.length)} steps`),
    table('The path', ['step', 'at', 'for'], path.steps.map(s =>
      cells(stepWords(s), time_text(s.begin_ns), time_text(s.time_ns)))));
  const model = element('details', {}, element('summary', {}, 'What if, by a model of the cluster'),
    table('What if', ['change', 'it would take'], Object.entries(guesses).map(([name, words]) => {
      const guess = path.what_if_seconds[name];
      return cells(words, guess === null ? 'cannot say' : time_text(guess * 1e9));
    })));
  return element('div', {}, element('p', {}, `${count(path.tasks_seen)} of ${count(path.tasks)} tasks ran; `
    + `${time_text(path.span_ns)} from the plan's first event to its last:`), bar, list, steps, model);
}

function planCard(p) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.classList.add('layer-graph');
  const card = element('section', {class: 'card plan-card', 'aria-label': `plan ${p.id}`},
    element('div', {class: 'head'}, element('h2', {}, 'Plan ', element('code', {}, p.id)),
      element('p', {class: 'key'}, `${count(p.graph.boxes.length)} layers, ${count(p.tasks)} tasks`)),
    element('p', {class: 'mono text'}, p.text),
    element('h3', {}, 'Layers'),
    element('div', {class: 'scroll graph-box', tabindex: 0, role: 'region',
                    'aria-label': 'Layers of the plan'}, svg),
    element('h3', {}, 'Why it took so long'),
    p.critical ? pathOf(p.critical)
               : element('p', {class: 'none'}, 
        'There is no critical path here: the plan is too large, or no task of it ran.'));
  drawLayerGraph(svg, p.graph);
  return card;
}

// -- messages and actors ------------------------------------------------------

function showMessages() {
  const all = [...run.summary.messages].sort((a, b) => b.sent - a.sent);
  new BarChart(find('message-bars'), count).show(all.map(m => ({name: m.kind, value: m.sent})));
  find('messages').replaceChildren(...all.map(m => cells(m.kind, count(m.sent), count(m.received),
    time_text(m.mean_seconds * 1e9), time_text(m.longest_seconds * 1e9))));
}

function pickActor(name) {
  const story = run.actors.find(a => a.name === name);
  if (story)
    showStory(find('story'), story);
  else
    find('story').replaceChildren(element('p', {class: 'hint'},
      `The story of ${name} is not in this file: tern story '${name}' tells it from the trace.`));
  find('story').scrollIntoView({block: 'nearest'});
}

function listActors() {
  const words = find('actor-search').value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = run.actors.filter(a => words.every(w => `${a.name} ${a.id}`.toLowerCase().includes(w)));
  find('actors').replaceChildren(...found.slice(0, most_listed).map(a => {
    const button = element('button', {type: 'button', class: 'quiet'}, a.name);
    button.addEventListener('click', () => showStory(find('story'), a));
    return element('li', {}, button, ` ${count(a.total)} events`);
  }));
  setText(find('actors-more'), found.length === 0 ? 'No actor is called that.'
    : found.length > most_listed ? `and ${count(found.length - most_listed)} more: search for them` : '');
}

// -----------------------------------------------------------------------------

Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
showGlance();
showTasks();
showTimes();
find('plans').replaceChildren(...run.plans.map(planCard));
showMessages();
listActors();
find('actor-search').addEventListener('input', listActors);
dark.addEventListener('change', () => paintDots(document));
find('state').hidden = true;
