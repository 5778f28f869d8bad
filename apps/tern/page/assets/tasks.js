// What the nodes did in the last seconds: their task stream, and where its time
// went. Rings hold numbers only; the words of layers are those of running plans.
import {count, find, setText} from './dom.js';
import {showLegend, TaskStream, time_text} from './stream.js';
import {BarChart, kernelsOf, showProfile} from './profile.js';

const whole = id => id.replace(/^0+/, '');

export class LiveTasks {
  constructor(onPick) {
    this.stream = new TaskStream(find('stream'), onPick);
    this.kernels = new BarChart(find('kernels'), time_text);
    this.colours = new Map(); // layer -> number of its colour
    this.data = null;
    this.shown = null;
    this.held = false;
    find('arrows').addEventListener('change', e => this.stream.setArrows(e.target.checked));
    const act = {'zoom-in': () => this.stream.zoom(1 / 1.5), 'zoom-out': () => this.stream.zoom(1.5),
                 'zoom-all': () => this.stream.showAll()};
    for (const [id, f] of Object.entries(act))
      find(id).addEventListener('click', () => this.shown && f());
    find('hold').addEventListener('click', () => {
      this.held = !this.held;
      find('hold').setAttribute('aria-pressed', this.held);
      setText(find('hold'), this.held ? 'Go on' : 'Hold');
    });
  }

  take(data) {
    this.data = data;
  }

  name(layers, snapshot) {
    const known = new Map(snapshot.plans.flatMap(p =>
      p.layers.map(l => [`${whole(p.id)} ${l.layer}`, l])));
    for (const l of layers) {
      const key = `${l.plan} ${l.layer}`;
      if (!this.colours.has(key))
        this.colours.set(key, this.colours.size);
      l.colour = this.colours.get(key);
      l.kernel = known.get(key)?.what ?? '';
      l.expression = known.get(key)?.expression ?? '';
    }
  }

  draw(snapshot) {
    if (!this.data || this.held || this.data === this.shown)
      return;
    const data = this.shown = this.data;
    if (this.colours.size > 1000) // of plans long gone
      this.colours.clear();
    this.name(data.layers, snapshot);
    this.stream.show(data);
    showLegend(find('legend'), data.layers);
    const several = new Set(data.layers.map(l => l.plan)).size > 1;
    this.kernels.show(kernelsOf(data.layers).map(k => ({name: k.name, value: k.ns})));
    showProfile(find('profile'), data.layers, several, l => l.colour);
    const c = data.counts;
    const about = [`the last ${data.seconds} seconds, as far as the nodes remember: ${count(c.ended)} tasks`];
    if (c.merged > 0)
      about.push(`${count(c.merged)} of them too short to be drawn by themselves: merged into `
        + `${count(data.bars.length)} bars`);
    if (c.left_out > 0)
      about.push(`${count(c.left_out)} on ${count(c.lanes_left_out)} threads are not drawn`);
    if (c.off_lane > 0)
      about.push(`${count(c.off_lane)} fetched blocks and kept no thread busy`);
    if (c.arrows_left_out > 0)
      about.push(`${count(c.arrows_left_out)} moves are not drawn`);
    if (c.layers_left_out > 0)
      about.push(`${count(c.layers_left_out)} layers are not told of`);
    setText(find('stream-about'), about.join('; '));
  }
}
