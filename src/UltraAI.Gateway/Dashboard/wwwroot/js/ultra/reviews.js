// Who scored whom, why, and the ranking that came of it.
import { fill, h, newId } from '../dom.js';
import * as format from '../format.js';
import { badge, meter } from '../parts.js';
import { memberOf, shortModel } from './run.js';

const parts = [['correctness', 'Correct'], ['completeness', 'Complete'], ['instruction_following', 'As asked'], ['clarity', 'Clear']];

export function reviewsView() {
  const matrix = h('div', { class: 'matrix-wrap', tabindex: '0', role: 'region', 'aria-label': 'Review matrix' });
  const tipId = newId();
  const tip = h('div', { class: 'review-tip', role: 'tooltip', id: tipId, hidden: true });
  const matrixCard = h('section', { class: 'card w7 matrix-card' },
    h('div', { class: 'card-head' }, h('div', null, h('h2', null, 'Reviews'), h('p', { class: 'muted small' }, 'A row is what one member thought of the others, from 1 to 10. Point at a score, or tab to it, for the reasons.'))),
    matrix, tip);
  const ranking = h('div', { class: 'card-body' });
  const rankingCard = h('section', { class: 'card w5' }, h('div', { class: 'card-head' }, h('div', null, h('h2', null, 'Ranking'))), ranking);
  const element = h('div', { class: 'w12 grid', hidden: true }, matrixCard, rankingCard);
  let drawn = '';
  const hide = () => { tip.hidden = true; };
  addEventListener('resize', hide);

  element.addEventListener('keydown', event => {
    if (event.key === 'Escape') {
      hide();
    }
  });

  function show(cell, run, reviewer, member, item) {
    fill(tip, reasons(run, reviewer, member, item));
    tip.hidden = false;
    const box = matrixCard.getBoundingClientRect();
    const at = cell.getBoundingClientRect();
    const left = Math.min(Math.max(8, at.left - box.left + at.width / 2 - tip.offsetWidth / 2), Math.max(8, box.width - tip.offsetWidth - 8));
    tip.style.left = `${left}px`;
    tip.style.top = `${at.bottom - box.top + 6}px`;
  }

  function scoreCell(run, reviewer, member) {
    if (reviewer === member) {
      return h('td', { class: 'own' }, h('span', { class: 'sr' }, 'its own draft'));
    }

    const review = run.reviews.get(reviewer);
    const item = review?.items.get(member);
    if (!item) {
      return h('td', { class: 'muted' }, review ? h('span', { title: 'No score for this draft' }, '?') : '·');
    }

    const overall = item.overall;
    const level = overall === null ? '' : `score-${Math.max(1, Math.min(10, Math.round(overall)))}`;
    const button = h('button', { type: 'button', class: `score ${level}`, 'aria-describedby': tipId, 'aria-label': `${nameOf(run, reviewer)} gave ${nameOf(run, member)} ${overall === null ? 'a place, no score' : format.decimal(overall, Number.isInteger(overall) ? 0 : 1)}` },
      overall === null ? '–' : format.decimal(overall, Number.isInteger(overall) ? 0 : 1), item.major > 0 && h('sup', { title: `${item.major} major` }, '!'));
    const open = () => show(button, run, reviewer, member, item);
    for (const name of ['mouseenter', 'focus', 'click']) {
      button.addEventListener(name, open);
    }

    for (const name of ['mouseleave', 'blur']) {
      button.addEventListener(name, hide);
    }

    return h('td', null, button);
  }

  function drawMatrix(run) {
    const members = run.members.map(member => member.id);
    const order = run.ranking?.order ?? [];
    const mean = id => order.find(one => one.member === id)?.mean_overall ?? null;
    const name = id => h('span', { class: 'inline tight' }, h('span', { class: `swatch s${memberOf(run, id).index % 8}` }), nameOf(run, id));
    fill(matrix, h('table', { class: 'matrix' },
      h('caption', { class: 'sr' }, 'Scores by reviewer and draft'),
      h('thead', null, h('tr', null, h('th', { scope: 'col' }, 'Reviewer'), members.map(id => h('th', { scope: 'col' }, name(id))))),
      h('tbody', null, members.map(reviewer => h('tr', null, h('th', { scope: 'row' }, name(reviewer), run.reviews.get(reviewer)?.method === 'none' && badge('unreadable', 'bad')), members.map(member => scoreCell(run, reviewer, member))))),
      order.length > 0 && h('tfoot', null, h('tr', null, h('th', { scope: 'row' }, 'Mean'), members.map(id => h('td', null, mean(id) === null ? '–' : format.decimal(mean(id))))))));
  }

  function drawRanking(run) {
    if (!run.ranking) {
      fill(ranking, h('p', { class: 'muted' }, 'Comes when the reviews are in.'));
      return;
    }

    const { order, kendall_w: agreement, top_margin: margin, accepted_revisions: accepted } = run.ranking;
    fill(ranking,
      h('ol', { class: 'ranks' }, order.map((one, i) => h('li', null,
        h('span', { class: 'place' }, String(i + 1)),
        h('div', { class: 'stack' },
          h('span', { class: 'inline' }, h('span', { class: `swatch s${memberOf(run, one.member).index % 8}` }), h('b', null, nameOf(run, one.member)), accepted.includes(one.member) && badge('revised', 'accent')),
          meter(one.score ?? 0)),
        h('div', { class: 'num' }, h('b', null, one.score === null ? '–' : format.decimal(one.score, 2)), h('span', { class: 'small muted' }, ` ${one.votes} ${one.votes === 1 ? 'vote' : 'votes'}`))))),
      h('dl', { class: 'facts' },
        h('div', null, h('dt', null, 'Agreement of the reviewers (Kendall\u2019s W)'), h('dd', null, format.decimal(agreement, 2))),
        h('div', null, h('dt', null, 'Lead of the first over the second'), h('dd', null, format.decimal(margin, 2)))));
  }

  return {
    element,
    end: () => removeEventListener('resize', hide),
    reset() {
      drawn = '';
      tip.hidden = true;
      element.hidden = true;
    },
    update(run) {
      element.hidden = run.stages.review.state === 'waiting' || run.stages.review.state === 'skipped';
      const now = `${run.members.length} ${run.reviews.size} ${Boolean(run.ranking)}`;
      if (!element.hidden && now !== drawn) {
        drawn = now;
        drawMatrix(run);
        drawRanking(run);
      }
    },
  };
}

export const nameOf = (run, id) => {
  const model = shortModel(memberOf(run, id).model);
  const isOne = run.members.filter(member => shortModel(member.model) === model).length <= 1;
  return isOne ? model : `${model} (${id})`;
};

function reasons(run, reviewer, member, item) {
  const errors = item.errors ?? [];
  return [
    h('p', null, h('b', null, nameOf(run, reviewer)), ' on ', h('b', null, nameOf(run, member))),
    h('dl', { class: 'tip-scores' }, parts.map(([name, word]) => h('div', null, h('dt', null, word), h('dd', null, item.scores[name] ?? '–')))),
    errors.length > 0 ? h('ul', { class: 'errors' }, errors.map(error => h('li', null,
      badge(error.severity, error.severity === 'major' ? 'bad' : 'warn'), ' ', error.why, error.quote && h('q', null, error.quote))))
      : h('p', { class: 'small muted' }, item.major + item.minor > 0 ? `${item.major} major, ${item.minor} minor` : 'No errors named.'),
    item.best_point && h('p', { class: 'small' }, h('span', { class: 'muted' }, 'Best: '), item.best_point),
  ];
}
