// Lines over the last minutes, drawn by Chart.js: one a node.
import {bytes, isDark, nodeColour, rate, setText} from './dom.js';

const window_seconds = 180;

function colours() {
  const style = getComputedStyle(document.documentElement);
  return {ink: style.getPropertyValue('--soft').trim(),
          line: style.getPropertyValue('--line').trim()};
}

function ago(seconds) {
  if (seconds === 0)
    return 'now';
  return seconds % 60 === 0 ? `${-seconds / 60} min ago` : `${-seconds} s ago`;
}

/** A chart whose lines are given anew each time. */
export class TimeChart {
  constructor(canvas, text, format) {
    this.text = text;
    this.format = format;
    this.chart = new Chart(canvas, {
      type: 'line',
      data: {datasets: []},
      options: {
        animation: false, parsing: false, normalized: true,
        responsive: true, maintainAspectRatio: false,
        interaction: {mode: 'nearest', axis: 'x', intersect: false},
        elements: {point: {radius: 0, hitRadius: 6}, line: {borderWidth: 2, tension: 0}},
        scales: {
          x: {type: 'linear', min: -window_seconds, max: 0,
              ticks: {stepSize: 60, callback: ago, maxRotation: 0}},
          y: {beginAtZero: true, grace: '5%', suggestedMax: 1,
              ticks: {callback: v => this.format(v), maxTicksLimit: 6},
              afterFit: axis => { axis.width = 72; }},
        },
        plugins: {
          legend: {position: 'bottom', align: 'start',
                   labels: {boxWidth: 14, boxHeight: 2}},
          tooltip: {callbacks: {
            title: items => ago(Math.round(items[0].parsed.x)),
            label: item => `${item.dataset.label}: ${this.format(item.parsed.y)}`}},
        },
      },
    });
    this.paint();
  }

  setFormat(format) {
    this.format = format;
  }

  /** Takes the colours of the page's light or dark. */
  paint() {
    const c = colours();
    const o = this.chart.options;
    for (const axis of [o.scales.x, o.scales.y]) {
      axis.ticks.color = c.ink;
      axis.grid = {color: c.line, drawBorder: false};
    }
    o.plugins.legend.labels.color = c.ink;
    this.chart.update('none');
  }

  /** `lines`: {label, node (number, for its colour), points, dashed}. */
  show(lines) {
    this.chart.data.datasets = lines.map(l => {
      const colour = nodeColour(l.node, isDark());
      return {label: l.label, data: l.points, borderColor: colour,
              backgroundColor: colour, borderDash: l.dashed ? [5, 4] : []};
    });
    this.chart.update('none');
    setText(this.text, lines.filter(l => l.points.length > 0)
      .map(l => `${l.label}: ${this.format(l.points.at(-1).y)}`).join('; '));
  }
}

/** What each node said in the last minutes. */
export class History {
  constructor() {
    this.nodes = new Map(); // id -> [{time, ...}]
  }

  add(s) {
    const living = new Set(s.nodes.map(n => n.id));
    for (const id of this.nodes.keys())
      if (!living.has(id))
        this.nodes.delete(id);
    for (const n of s.nodes) {
      const all = this.nodes.get(n.id) ?? [];
      const last = all.at(-1);
      const seconds = last ? (s.time - last.time) / 1000 : 0;
      const per = name => seconds > 0 ? Math.max(0, (n[name] - last[name]) / seconds) : 0;
      all.push({time: s.time, memory: n.memory_used, spilled: n.bytes_spilled,
                messages: n.messages, messages_sent: n.messages_sent,
                bytes_sent: n.bytes_sent,
                sent: per('messages_sent'),
                received: per('messages') - per('messages_sent'),
                bytes: per('bytes_sent')});
      while (s.time - all[0].time > window_seconds * 1000)
        all.shift();
      this.nodes.set(n.id, all);
    }
  }

  last(id) {
    return this.nodes.get(id)?.at(-1);
  }

  /** The points of a node, the first of which has no rate yet. */
  points(id, name, now) {
    return (this.nodes.get(id) ?? []).slice(1)
      .map(p => ({x: (p.time - now) / 1000, y: p[name]}));
  }
}

export const formats = {memory: bytes, messages: rate, bytes: v => bytes(v) + '/s'};
