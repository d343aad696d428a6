// The playground: a run of /ultra, watched as it happens.
import { Problem, call, send } from '../api.js';
import { fill, h } from '../dom.js';
import { eventsOf } from '../sse.js';
import { answerView } from '../ultra/answer.js';
import { draftsView } from '../ultra/drafts.js';
import { runForm } from '../ultra/form.js';
import { progressView } from '../ultra/progress.js';
import { revisionsView } from '../ultra/revisions.js';
import { reviewsView } from '../ultra/reviews.js';
import { apply, isOver, newRun } from '../ultra/run.js';
import { costView, timelineView } from '../ultra/timeline.js';

export function mount(box) {
  let run = null;
  let abort = null;
  let key = null;
  let began = 0;
  let frame = 0;
  let ticker = 0;

  const form = runForm({ run: begin, cancel });
  const views = [progressView(), draftsView(), reviewsView(), revisionsView(), answerView(), costView(), timelineView()];
  const intro = h('div', { class: 'card' }, h('div', { class: 'how' },
    [['1', 'Drafts', 'Several models answer at once, side by side.'], ['2', 'Review', 'Each scores the others\u2019 drafts without knowing whose they are, and may revise its own.'], ['3', 'Synthesis', 'A lead writes the answer from the best of them.']]
      .map(([number, title, text]) => h('div', null, h('span', { class: 'step' }, number), h('div', null, h('h2', null, title), h('p', { class: 'muted' }, text))))));
  const results = h('div', { class: 'grid run', hidden: true }, views.map(view => view.element));
  fill(box,
    h('div', { class: 'page-head' }, h('div', { class: 'titles' }, h('h1', null, 'Ultra playground'), h('p', null, 'Several models answer, review each other, and one writes the answer. A run is real: it is metered as its key\u2019s.'))),
    form.element, intro, results);

  async function begin(name, body) {
    abort = new AbortController();
    const { signal } = abort;
    const mine = run = newRun();
    key = name;
    began = performance.now();
    views.forEach(view => view.reset?.());
    intro.hidden = true;
    results.hidden = false;
    form.setRunning(true);
    clearInterval(ticker);
    ticker = setInterval(redraw, 250);
    redraw();
    try {
      const response = await send('POST', `/dashboard/ultra?key=${encodeURIComponent(name)}`, { body, signal });
      for await (const { event, data } of eventsOf(response)) {
        if (event === 'run.started') {
          began = performance.now() - data.t_ms;
        }

        apply(mine, event, data);
        redraw();
      }

      if (!isOver(mine)) {
        throw new Problem(0, 'The stream ended before the run did.');
      }
    } catch (error) {
      if (mine !== run || error.ended) {
        // Nobody looks at it any more.
        return;
      }

      if (mine.status === 'starting' && !signal.aborted) {
        // Nothing has begun: the form says why.
        form.fail(error.message);
        results.hidden = true;
        intro.hidden = false;
      } else {
        Object.assign(mine, signal.aborted ? { status: 'cancelled', reason: 'client' } : { status: 'failed', error: { message: error.message } });
      }

      mine.end = performance.now() - began;
    } finally {
      if (mine === run) {
        clearInterval(ticker);
        form.setRunning(false);
        redraw();
      }
    }
  }

  async function cancel() {
    if (!run?.id) {
      abort?.abort();
      return;
    }

    try {
      await call('DELETE', `/dashboard/ultra/runs/${run.id}?key=${encodeURIComponent(key)}`);
    } catch {
      // It ended meanwhile, or can't be reached: leaving it ends it, too.
      abort?.abort();
    }
  }

  function redraw() {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (run && !results.hidden) {
        const elapsed = isOver(run) ? run.end : performance.now() - began;
        views.forEach(view => view.update(run, elapsed));
      }
    });
  }

  return () => {
    clearInterval(ticker);
    cancelAnimationFrame(frame);
    run = null;
    abort?.abort();
    views.forEach(view => view.end?.());
  };
}
