// Where the time of tasks went: by kernel as bars, by layer as a table. For the
// page and for the report of a run.
import {count, element, isDark, keyed, setText} from './dom.js';
import {layerColour, paintDots, time_text} from './stream.js';

const most_bars = 12;

/** [{name, ns, tasks}] of the kernels, the one with most time first. */
export function kernelsOf(layers) {
  const all = new Map();
  for (const l of layers) {
    const name = l.kernel || `layer ${l.layer}`;
    const sum = all.get(name) ?? {name, ns: 0, tasks: 0};
    sum.ns += l.ns;
    sum.tasks += l.tasks;
    all.set(name, sum);
  }
  return [...all.values()].sort((a, b) => b.ns - a.ns);
}

/** Horizontal bars, drawn by Chart.js: `format` is of their lengths. */
export class BarChart {
  constructor(canvas, format) {
    this.format = format;
    this.canvas = canvas;
    this.chart = new Chart(canvas, {
      type: 'bar',
      data: {labels: [], datasets: [{data: [], maxBarThickness: 20}]},
      options: {
        indexAxis: 'y', animation: false, responsive: true, maintainAspectRatio: false,
        scales: {x: {beginAtZero: true, ticks: {callback: v => format(v), maxTicksLimit: 6}},
                 y: {ticks: {autoSkip: false}}},
        plugins: {legend: {display: false},
                  tooltip: {callbacks: {label: item => format(item.parsed.x)}}},
      },
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.paint());
  }

  paint() {
    const style = getComputedStyle(document.documentElement);
    const o = this.chart.options;
    for (const axis of [o.scales.x, o.scales.y]) {
      axis.ticks.color = style.getPropertyValue('--soft').trim();
      axis.grid = {color: style.getPropertyValue('--line').trim(), drawBorder: false};
    }
    this.chart.data.datasets[0].backgroundColor = style.getPropertyValue('--accent').trim();
    this.chart.update('none');
  }

  /** `rows`: {name, value}; of more than fit the rest is one bar. */
  show(rows) {
    const shown = rows.slice(0, most_bars);
    const rest = rows.slice(most_bars);
    if (rest.length > 0)
      shown.push({name: `${count(rest.length)} others`, value: rest.reduce((s, r) => s + r.value, 0)});
    const cut = text => text.length > 24 ? `${text.slice(0, 23)}…` : text;
    this.chart.data.labels = shown.map(r => cut(r.name));
    this.chart.data.datasets[0].data = shown.map(r => r.value);
    this.canvas.parentElement.style.height = `${50 + 26 * Math.max(1, shown.length)}px`;
    this.paint();
    this.canvas.setAttribute('aria-label',
      shown.map(r => `${r.name}: ${this.format(r.value)}`).join('; '));
  }
}

function makeProfileRow() {
  return element('tr', {},
    element('td', {class: 'mono'}, element('span', {class: 'dot'}), element('span')),
    element('td'), element('td', {class: 'words'}),
    ...Array.from({length: 4}, () => element('td', {class: 'n'})),
    element('td', {}, element('span', {class: 'bar'}, element('span'))));
}

/**
 * One row a layer: {plan, layer, kernel, expression, tasks, failed, ns,
 * longest_ns}. `colours`: number of the colour of each, by position.
 */
export function showProfile(body, layers, several_plans, colours = (_, i) => i) {
  const most = Math.max(1, ...layers.map(l => l.ns));
  const rows = layers.map((l, i) => ({...l, colour: colours(l, i)}));
  keyed(body, rows, l => `${l.plan} ${l.layer}`, makeProfileRow, (row, l) => {
    const [name, kernel, words, tasks, total, mean, longest, bar] = row.cells;
    name.firstChild.dataset.layer = l.colour;
    setText(name.lastChild, several_plans ? `${l.plan.slice(0, 6)}… / ${l.layer}` : String(l.layer));
    setText(kernel, l.kernel || '–');
    setText(words, l.expression || '–');
    words.title = l.expression;
    setText(tasks, count(l.tasks) + (l.failed > 0 ? ` (${count(l.failed)} failed)` : ''));
    setText(total, time_text(l.ns));
    setText(mean, l.tasks > 0 ? time_text(l.ns / l.tasks) : '–');
    setText(longest, l.longest_ns > 0 ? time_text(l.longest_ns) : '–');
    bar.firstChild.firstChild.style.width = `${100 * l.ns / most}%`;
    bar.firstChild.firstChild.style.background = layerColour(l.colour, isDark());
  });
  paintDots(body);
}
