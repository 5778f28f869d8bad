// What happened to one actor or task, event by event. For the page and for the
// report of a run.
import {count, element} from './dom.js';
import {time_text} from './stream.js';

/** `story`: {name, id, total, events: [[ns, node, thread, words], ...]}. */
export function showStory(out, story) {
  const left = story.total - story.events.length;
  out.replaceChildren(
    element('h3', {}, story.name, ' ', element('span', {class: 'key mono'}, story.id)),
    element('ol', {class: 'story'}, ...story.events.map(([ns, node, thread, words]) =>
      element('li', {}, element('time', {}, (ns < 0 ? '−' : '') + time_text(Math.abs(ns))),
        element('span', {class: 'where'}, `${node}, ${thread}`), element('p', {}, words)))));
  if (left > 0)
    out.append(element('p', {class: 'hint'}, `and ${count(left)} more events, which tern story tells`));
}
