import { fill, h, setText } from '../dom.js';
import * as format from '../format.js';
import { memberOf, shortModel, stages } from './run.js';
import { nameOf } from './reviews.js';

const words = { initial: 'Draft', review: 'Review', synthesis: 'Answer' };

/** All calls on one axis: waiting for the first piece in a light tone, then writing. */
export function timelineView() {
  const rows = h('ul', { class: 'timeline' });
  const axis = h('div', { class: 'axis', 'aria-hidden': 'true' });
  const element = h('section', { class: 'card w12' },
    h('div', { class: 'card-head' }, h('div', null, h('h2', null, 'Timeline'), h('p', { class: 'muted small' }, 'Light until the first piece came, then full.'))),
    h('div', { class: 'card-body' }, rows, axis));
  let lines = new Map();

  function lineOf(run, call) {
    const wait = h('i', { class: 'wait' });
    const work = h('i', { class: 'work' });
    const bar = h('span', { class: 'bar' }, wait, work);
    const name = h('span', { class: 'what truncate' });
    const time = h('span', { class: 'time small muted' });
    const index = call.member ? memberOf(run, call.member).index : -1;
    const line = h('li', null, name, h('span', { class: `track t${index < 0 ? 'lead' : index % 8}`, 'aria-hidden': 'true' }, bar), time);
    rows.append(line);
    return { line, bar, wait, work, name, time };
  }

  return {
    element,
    reset() {
      lines = new Map();
      fill(rows);
      fill(axis);
    },
    update(run, elapsed) {
      const longest = Math.max(1000, elapsed);
      const share = ms => `${Math.max(0, Math.min(100, ms / longest * 100)).toFixed(2)}%`;
      for (const call of run.calls.values()) {
        let line = lines.get(call.id);
        if (!line) {
          line = lineOf(run, call);
          lines.set(call.id, line);
        }

        const end = call.end ?? elapsed;
        const first = Math.min(call.first ?? end, end);
        setText(line.name, `${words[call.stage]} · ${call.member ? nameOf(run, call.member) : shortModel(call.model)}`);
        line.bar.style.left = share(call.start);
        line.bar.style.width = share(end - call.start);
        line.wait.style.flexGrow = String(Math.max(0, first - call.start));
        line.work.style.flexGrow = String(Math.max(0, end - first));
        line.line.className = call.status;
        setText(line.time, call.status === 'failed' || call.status === 'cancelled' ? call.status === 'failed' ? call.code?.replaceAll('_', ' ') ?? 'failed' : 'cancelled' : format.ms(end - call.start));
      }

      drawAxis(axis, longest);
    },
  };
}

function drawAxis(axis, longest) {
  const step = [250, 500, 1000, 2000, 5000, 10000, 20000, 30000, 60000].find(one => longest / one <= 8) ?? 60000;
  const marks = [];
  for (let at = 0; at <= longest; at += step) {
    const mark = h('span', null, `${at / 1000} s`);
    mark.style.left = `${at / longest * 100}%`;
    marks.push(mark);
  }

  fill(axis, h('div', { class: 'marks' }, marks));
}

/** What each stage took of tokens and money. */
export function costView() {
  const body = h('tbody');
  const foot = h('tfoot');
  const note = h('p', { class: 'muted small' });
  const element = h('section', { class: 'card w4 cost-card', hidden: true },
    h('div', { class: 'card-head' }, h('div', null, h('h2', null, 'Cost'), note)),
    h('div', { class: 'table-wrap', tabindex: '0', role: 'region', 'aria-label': 'Cost by stage' }, h('table', { class: 'data' },
      h('caption', { class: 'sr' }, 'Calls, tokens and cost by stage'),
      h('thead', null, h('tr', null, h('th', { scope: 'col' }, 'Stage'), ['Calls', 'In', 'Out', 'Cost'].map(word => h('th', { scope: 'col', class: 'num' }, word)))), body, foot)));
  let drawn = '';
  return {
    element,
    reset() {
      drawn = '';
      element.hidden = true;
    },
    update(run) {
      const calls = [...run.calls.values()];
      const now = `${calls.filter(call => call.usage).length} ${run.status}`;
      element.hidden = run.stages.synthesis.state === 'waiting' && !(run.end && calls.some(call => call.usage));
      if (now === drawn) {
        return;
      }

      drawn = now;
      const lines = stages.map(stage => {
        const mine = calls.filter(call => call.stage === stage);
        const sum = pick => mine.reduce((total, call) => total + (pick(call) ?? 0), 0);
        return { stage, calls: mine.length, input: sum(call => call.usage?.input_tokens), output: sum(call => call.usage?.output_tokens), cost: sum(call => call.cost) };
      });
      const row = (name, line) => h('tr', null, h('th', { scope: 'row' }, name), [format.count(line.calls), format.short(line.input), format.short(line.output), format.usd(line.cost)].map(text => h('td', { class: 'num' }, text)));
      fill(body, lines.map(line => row({ initial: 'Drafts', review: 'Review', synthesis: 'Synthesis' }[line.stage], line)));
      fill(foot, row('Total', {
        calls: calls.length,
        input: run.usage?.prompt_tokens ?? lines.reduce((total, line) => total + line.input, 0),
        output: run.usage?.completion_tokens ?? lines.reduce((total, line) => total + line.output, 0),
        cost: run.cost?.usd ?? lines.reduce((total, line) => total + line.cost, 0),
      }));
      setText(note, run.cost ? [run.cost.estimated ? 'partly estimated' : 'as the providers report it', run.cost.cancelled_usd > 0 ? `${format.usd(run.cost.cancelled_usd)} of it for cancelled calls` : ''].filter(Boolean).join('; ')
        : run.reserved ? `${format.usd(run.reserved)} reserved` : '');
    },
  };
}
