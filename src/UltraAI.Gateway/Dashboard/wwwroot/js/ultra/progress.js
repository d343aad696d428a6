import { fill, h, setText } from '../dom.js';
import * as format from '../format.js';
import { badge } from '../parts.js';
import { costOf, isOver, stages, tokensOf } from './run.js';

const words = { initial: 'Drafts', review: 'Review', synthesis: 'Synthesis' };
const reasons = {
  single_survivor: 'one draft only', deadline: 'no time left', budget: 'no budget left', preset: 'off in the preset', tool_turn: 'a turn of tools', no_reviews: 'no reviews',
};

/** The strip above the results: where the run is, how long, how much. */
export function progressView() {
  const steps = Object.fromEntries(stages.map(name => {
    const more = h('span', { class: 'small muted' });
    const element = h('li', { class: 'stage' }, h('span', { class: 'stage-mark' }), h('div', null, h('h2', null, words[name]), more));
    return [name, { element, more }];
  }));
  const state = h('span', { class: 'inline', role: 'status' });
  const totals = h('dl', { class: 'run-totals' });
  const values = Object.fromEntries(['Time', 'Cost', 'Tokens'].map(name => {
    const value = h('dd');
    totals.append(h('div', null, h('dt', null, name), value));
    return [name, value];
  }));
  const message = h('p', { class: 'banner bad small', role: 'alert', hidden: true });
  let said = '';

  return {
    element: h('section', { class: 'card w12 progress', 'aria-label': 'The run' },
      h('div', { class: 'progress-row' }, h('ol', { class: 'stages' }, stages.map(name => steps[name].element)), state, totals), message),
    update(run, elapsed) {
      for (const name of stages) {
        const stage = run.stages[name];
        steps[name].element.className = `stage ${isOver(run) && stage.state === 'running' ? 'stopped' : stage.state}`;
        setText(steps[name].more, stage.state === 'waiting' ? 'waiting'
          : stage.state === 'skipped' ? `left out: ${reasons[stage.reason] ?? stage.reason}`
          : `${stage.ok} of ${stage.total}${stage.failed ? `, ${stage.failed} failed` : ''} · ${format.ms(stage.ms ?? elapsed - stage.start)}`);
      }

      const degraded = run.result?.degraded ?? [];
      const now = `${run.status} ${degraded}`;
      if (now !== said) {
        said = now;
        fill(state,
          { starting: badge('Starting'), running: badge('Running', 'accent'), completed: badge(degraded.length ? 'Degraded' : 'Complete', degraded.length ? 'warn' : 'ok'), failed: badge('Failed', 'bad'), cancelled: badge('Cancelled', 'warn') }[run.status],
          degraded.map(code => badge(code.replaceAll('_', ' '), 'warn')));
      }

      message.hidden = !run.error;
      setText(message, run.error?.message ?? '');
      const tokens = tokensOf(run);
      setText(values.Time, `${(elapsed / 1000).toFixed(1)} s`);
      setText(values.Cost, format.usd(costOf(run)));
      setText(values.Tokens, `${format.short(tokens.input)} in, ${format.short(tokens.output)} out`);
    },
  };
}
