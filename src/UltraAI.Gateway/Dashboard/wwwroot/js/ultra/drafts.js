import { fill, h, setText } from '../dom.js';
import * as format from '../format.js';
import { badge } from '../parts.js';
import { draftOf, shortModel } from './run.js';

/** The drafts beside each other, as they come. */
export function draftsView() {
  const list = h('div', { class: 'drafts' });
  let cards = new Map();

  function cardOf(member, index) {
    const state = h('span', { class: 'inline' });
    const text = h('p', { class: 'pre draft-text', tabindex: '0', role: 'region', 'aria-label': `Draft of ${shortModel(member.model)}` });
    const model = h('h3', { class: 'truncate' });
    const foot = h('p', { class: 'small muted draft-foot' });
    const element = h('article', { class: 'card draft' },
      h('div', { class: 'draft-head' }, h('span', { class: `swatch s${index % 8}` }), model, state), text, foot);
    return { element, state, text, model, foot, shown: '' };
  }

  return {
    element: h('section', { class: 'w12', 'aria-label': 'Drafts' }, list),
    reset() {
      cards = new Map();
      fill(list);
    },
    update(run) {
      run.members.forEach((member, index) => {
        let card = cards.get(member.id);
        if (!card) {
          card = cardOf(member, index);
          cards.set(member.id, card);
          list.append(card.element);
        }

        const call = draftOf(run, member.id);
        const place = run.ranking?.order.findIndex(one => one.member === member.id) ?? -1;
        setText(card.model, shortModel(call?.model ?? member.model));
        setText(card.text, call?.text || (call?.status === 'running' ? 'Thinking…' : ''));
        card.text.classList.toggle('faint', !call?.text || call.status === 'failed' || call.status === 'cancelled');
        card.element.classList.toggle('streaming', call?.status === 'running');
        card.element.classList.toggle('first', place === 0);
        const now = `${call?.status} ${call?.code} ${place} ${call?.truncated} ${Boolean(call?.text)}`;
        if (now !== card.shown) {
          card.shown = now;
          fill(card.state, stateOf(call), place >= 0 && badge(`#${place + 1}`, place === 0 ? 'accent' : ''));
        }

        setText(card.foot, call?.status === 'ok'
          ? `${format.ms(call.ms)} · ${format.short(call.usage.output_tokens)} tokens · ${format.usd(call.cost)}`
          : call?.retries.length ? `${call.retries.at(-1).code.replaceAll('_', ' ')}, tried again` : shortModel(member.model) === shortModel(call?.model ?? member.model) ? '\u00a0' : `in place of ${shortModel(member.model)}`);
      });
    },
  };
}

const stateOf = call => !call ? badge('waiting')
  : call.status === 'running' ? badge(call.text ? 'writing' : 'thinking', 'accent')
  : call.status === 'ok' ? badge(call.truncated ? 'cut at its limit' : 'done', call.truncated ? 'warn' : 'ok')
  : call.status === 'cancelled' ? badge(call.code === 'straggler' ? 'too slow' : 'cancelled', 'warn')
  : badge(call.code?.replaceAll('_', ' ') ?? 'failed', 'bad');
