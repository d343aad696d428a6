import { h, setText } from '../dom.js';
import { copyButton } from '../parts.js';
import { shortModel } from './run.js';

/** The final answer, as the lead writes it. */
export function answerView() {
  const text = h('div', { class: 'pre answer', tabindex: '0', role: 'region', 'aria-label': 'The answer' });
  const who = h('p', { class: 'muted small' });
  const copy = copyButton(() => text.textContent);
  copy.classList.add('small');
  const element = h('section', { class: 'card w8 answer-card', hidden: true },
    h('div', { class: 'card-head' }, h('div', null, h('h2', null, 'Answer'), who), copy), h('div', { class: 'card-body' }, text));
  return {
    element,
    reset() {
      text.textContent = '';
      element.hidden = true;
    },
    update(run) {
      element.hidden = !run.answer && run.stages.synthesis.state === 'waiting';
      const from = run.failovers.length ? `, after ${run.failovers.map(one => shortModel(one.from)).join(' and ')} failed` : '';
      setText(who, run.result && !run.result.synthesized ? 'The first-ranked draft, word for word: no lead wrote one.' : run.lead ? `By ${shortModel(run.lead)}${from}` : 'The lead is reading');
      copy.hidden = run.status !== 'completed';
      element.classList.toggle('streaming', run.status === 'running');
      setText(text, run.answer);
    },
  };
}
