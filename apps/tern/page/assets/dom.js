// What the views are made of. Text goes in as text nodes only, so that nothing
// that a cluster says can become markup.

export const find = id => document.getElementById(id);

/** An element: `attributes` are set as they are, `children` are nodes or text. */
export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function shape(tag, attributes = {}, ...children) {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag),
                attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes))
    node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Changes a text only if it is another: what is selected stays selected. */
export function setText(node, text) {
  if (node.textContent !== text)
    node.textContent = text;
}

/**
 * Lets `parent` have one child an item, in their order. `make(item)` gives a
 * child, `update(child, item)` brings it up to date; children stay for the same
 * key, and with them focus and what is open.
 */
export function keyed(parent, items, key, make, update) {
  const old = new Map([...parent.children].map(c => [c.dataset.key, c]));
  let next = parent.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    let child = old.get(name);
    old.delete(name);
    if (!child) {
      child = make(item);
      child.dataset.key = name;
    }
    update(child, item);
    if (child === next)
      next = next.nextElementSibling;
    else
      parent.insertBefore(child, next);
  }
  for (const child of old.values())
    child.remove();
}

// -- numbers ------------------------------------------------------------------

const whole = new Intl.NumberFormat('en', {maximumFractionDigits: 0});

export const count = n => whole.format(n);

export function scaled(n, units, step) {
  let i = 0;
  while (n >= step && i + 1 < units.length) {
    n /= step;
    ++i;
  }
  const digits = i === 0 || n >= 100 ? 0 : n >= 10 ? 1 : 2;
  return n.toFixed(digits) + (units[i] ? ' ' + units[i] : '');
}

export const bytes = n => scaled(n, ['B', 'kB', 'MB', 'GB', 'TB'], 1000);
export const rate = n => n < 10 ? n.toFixed(n > 0 && n < 1 ? 1 : 0)
                                : scaled(n, ['', 'k', 'M', 'G'], 1000);

export function trip(ns) {
  if (ns <= 0)
    return '–';
  return scaled(ns / 1000, ['µs', 'ms', 's'], 1000);
}

export function duration(seconds) {
  if (!Number.isFinite(seconds))
    return '';
  if (seconds < 90)
    return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min`
                        : `${(seconds / 3600).toFixed(1)} h`;
}

export const address = n =>
  n.host.includes(':') ? `[${n.host}]:${n.port}` : `${n.host}:${n.port}`;

// -- colours ------------------------------------------------------------------

export const phases = ['released', 'held', 'running', 'ready', 'fetching',
                       'waiting', 'leaving', 'erred'];
export const phaseColour = phase => `var(--${phase})`;

const hues = [205, 28, 150, 330, 265, 48, 180, 0];

/** Of the n-th node, for lines that must be told apart. */
export function nodeColour(n, dark) {
  return `hsl(${hues[n % hues.length]} ${dark ? '70% 65%' : '75% 38%'})`;
}

export const isDark = () => matchMedia('(prefers-color-scheme: dark)').matches;
