// The page: what comes by server-sent events goes to the views.
import {address, element, find, setText} from './dom.js';
import {formats, History, TimeChart} from './charts.js';
import {drawMap} from './map.js';
import {showStory} from './story.js';
import {LiveTasks} from './tasks.js';
import {Pace, showActors, showFigures, showLog, showNodes, showPlans} from './views.js';

const retry_ms = 3000;
const most_seen = 200;

if (new URLSearchParams(location.search).has('token')) // the cookie is there now
  history.replaceState(null, '', '/' + location.hash);

const past = new History();
const pace = new Pace();
const memory = new TimeChart(find('memory-chart'), find('memory-text'), formats.memory);
const traffic = new TimeChart(find('traffic-chart'), find('traffic-text'), formats.messages);
const tasks = new LiveTasks(tellStory);
let last = null;   // snapshot
let told = [];     // events of the node
let seen = [];     // and of this page
let plansBefore = null;

// -- views --------------------------------------------------------------------

const views = ['overview', 'tasks', 'actors', 'log', 'why'];

function showView() {
  const wanted = location.hash.slice(1);
  if (wanted === 'main')
    return;
  const view = views.includes(wanted) ? wanted : views[0];
  for (const each of views)
    find('view-' + each).hidden = each !== view;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash === '#' + view)
      link.setAttribute('aria-current', 'page');
    else
      link.removeAttribute('aria-current');
  }
  draw();
}

function draw() {
  if (!last)
    return;
  if (!find('view-tasks').hidden)
    tasks.draw(last);
  if (!find('view-overview').hidden)
    drawOverview();
  if (!find('view-actors').hidden)
    showActors(last, find('actor-search').value);
}

function drawOverview() {
  const nodes = [...last.nodes].sort((a, b) => a.port - b.port || (a.id < b.id ? -1 : 1));
  showFigures(last, past, pace);
  drawMap(find('map'), last);
  showPlans(last, pace, askWhy);
  showNodes(last, past);
  const line = (n, i, name, extra = {}) => ({label: address(n), node: i,
    points: past.points(n.id, name, last.time), ...extra});
  memory.show([
    ...nodes.map((n, i) => line(n, i, 'memory')),
    ...nodes.map((n, i) => ({n, i})).filter(({n}) => n.bytes_spilled > 0)
      .map(({n, i}) => line(n, i, 'spilled', {label: address(n) + ' to disk', dashed: true}))]);
  const kind = document.querySelector('input[name=traffic]:checked').value;
  traffic.setFormat(formats[kind]);
  traffic.show(nodes.map((n, i) => line(n, i, kind === 'bytes' ? 'bytes' : 'sent')));
}

// -- events -------------------------------------------------------------------

function setState(state, text) {
  find('state').dataset.state = state;
  setText(find('state'), text);
}

function note(text) {
  seen.push({key: `seen ${last.time} ${text}`, time: last.time, kind: 'plan', text});
  seen = seen.slice(-most_seen);
}

// The node says who comes and goes; plans are as this page saw them.
function notePlans(s) {
  const now = new Map(s.plans.map(p => [p.id, p.state]));
  if (plansBefore) {
    for (const [id, state] of now)
      if (!plansBefore.has(id))
        note(`plan ${id} began`);
      else if (state === 'done' && plansBefore.get(id) !== 'done')
        note(`plan ${id} is done`);
    for (const id of plansBefore.keys())
      if (!now.has(id))
        note(`plan ${id} is over`);
  }
  plansBefore = now;
}

function drawLog() {
  showLog([...told, ...seen].sort((a, b) => a.time - b.time));
}

function onSnapshot(s) {
  last = s;
  past.add(s);
  pace.add(s);
  notePlans(s);
  drawLog();
  find('plan-ids').replaceChildren(...s.plans.map(p => element('option', {value: p.id})));
  document.title = `tern: ${s.nodes.length} ${s.nodes.length === 1 ? 'node' : 'nodes'}`;
  setState('live', 'live');
  draw();
}

let stream = null;

function open() {
  stream = new EventSource('/events');
  stream.addEventListener('snapshot', e => onSnapshot(JSON.parse(e.data)));
  stream.addEventListener('log', e => {
    told = JSON.parse(e.data).map(each => ({...each, key: `told ${each.number}`}));
    drawLog();
  });
  stream.addEventListener('stream', e => {
    tasks.take(JSON.parse(e.data));
    draw();
  });
  stream.onerror = () => {
    setState('lost', 'no answer');
    if (stream?.readyState !== EventSource.CLOSED)
      return; // the browser tries again by itself
    close();
    setTimeout(() => stream || document.hidden || open(), retry_ms);
  };
}

function close() {
  stream?.close();
  stream = null;
}

// A page that nobody looks at asks for nothing.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    close();
    setState('waiting', 'paused');
  } else if (!stream) {
    open();
  }
});

// -- why ----------------------------------------------------------------------

function step(r) {
  const where = [r.node && `node ${r.node}`, `task ${r.task}`, r.state].filter(Boolean);
  return element('li', {},
    element('p', {class: 'words'}, r.words),
    element('p', {class: 'what'}, r.what),
    element('p', {class: 'what'}, where.join(' · ')));
}

async function ask(plan, task) {
  const answer = await fetch('/why?' + new URLSearchParams({plan, task}));
  const isJson = answer.headers.get('Content-Type')?.startsWith('application/json');
  const said = isJson ? await answer.json() : {error: (await answer.text()).trim()};
  if (said.error)
    return element('p', {class: 'problem'}, said.error);
  if (said.done)
    return element('p', {}, task ? `Task ${task} is done.`
                                 : `All results of plan ${plan} are there.`);
  return element('ol', {class: 'chain'}, ...said.chain.map(step));
}

find('why-form').addEventListener('submit', async e => {
  e.preventDefault();
  const button = e.target.querySelector('button');
  const out = find('why-answer');
  button.disabled = true;
  setText(out, 'Asking the nodes…');
  try {
    out.replaceChildren(await ask(find('why-plan').value.trim(), find('why-task').value.trim()));
  } catch (problem) {
    out.replaceChildren(element('p', {class: 'problem'}, `No answer: ${problem.message}`));
  }
  button.disabled = false;
});

function askWhy(plan) {
  find('why-plan').value = plan;
  find('why-task').value = '';
  location.hash = '#why';
  find('why-form').requestSubmit();
}

// -- story --------------------------------------------------------------------

async function tellStory(actor) {
  const out = find('story');
  find('story-actor').value = actor;
  try {
    const answer = await fetch('/story?' + new URLSearchParams({actor}));
    const isJson = answer.headers.get('Content-Type')?.startsWith('application/json');
    const said = isJson ? await answer.json() : {error: (await answer.text()).trim()};
    if (said.error)
      out.replaceChildren(element('p', {class: 'problem'}, said.error));
    else
      showStory(out, said);
  } catch (problem) {
    out.replaceChildren(element('p', {class: 'problem'}, `No answer: ${problem.message}`));
  }
}

find('story-form').addEventListener('submit', e => {
  e.preventDefault();
  tellStory(find('story-actor').value.trim());
});

// -----------------------------------------------------------------------------

addEventListener('hashchange', showView);
find('actor-search').addEventListener('input', draw);
for (const each of document.querySelectorAll('input[name=traffic]'))
  each.addEventListener('change', draw);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  memory.paint();
  traffic.paint();
  draw();
});
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
showView();
open();
