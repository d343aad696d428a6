// A run of /ultra as its events tell it. No drawing here.

export const stages = ['initial', 'review', 'synthesis'];

/** @returns a run that has not begun */
export const newRun = () => ({
  status: 'starting', // starting, running, completed, failed, cancelled
  id: null, members: [], quorum: null, reserved: null,
  stages: Object.fromEntries(stages.map(name => [name, { state: 'waiting', start: null, end: null, ok: 0, failed: 0, cancelled: 0, total: 0, reason: null }])),
  calls: new Map(), reviews: new Map(), ranking: null, lead: null, failovers: [], answer: '', result: null, error: null, reason: null, end: null, cost: null, usage: null,
});

const take = {
  'run.started': (run, e) => Object.assign(run, { status: 'running', id: e.run_id, members: e.members, quorum: e.quorum, reserved: e.reserved_usd, preset: e.preset }),
  'stage.started': (run, e) => Object.assign(run.stages[e.stage], { state: 'running', start: e.t_ms, total: e.calls.length }),
  'stage.completed': (run, e) => Object.assign(run.stages[e.stage], { state: e.ok > 0 ? 'done' : 'stopped', end: e.t_ms, ok: e.ok, failed: e.failed, cancelled: e.cancelled, ms: e.ms }),
  'stage.skipped': (run, e) => Object.assign(run.stages[e.stage], { state: 'skipped', reason: e.reason }),
  'stage.quorum': (run, e) => Object.assign(run.stages[e.stage], { quorum: true }),
  'call.started': (run, e) => {
    const call = run.calls.get(e.call_id) ?? { id: e.call_id, stage: e.stage, start: e.t_ms, retries: [] };
    run.calls.set(e.call_id, Object.assign(call, { member: e.member, model: e.model, provider: e.provider, attempt: e.attempt, status: 'running', text: '', first: null, end: null, code: null }));
  },
  'call.delta': (run, e) => withCall(run, e, call => {
    call.first ??= e.t_ms;
    call.text += e.text;
  }),
  'call.retrying': (run, e) => withCall(run, e, call => call.retries.push({ code: e.code, next: e.next_model, at: e.t_ms })),
  'call.completed': (run, e) => withCall(run, e, call => {
    Object.assign(call, { status: 'ok', end: e.t_ms, usage: e.usage, cost: e.cost_usd, ms: e.ms, truncated: e.finish_reason === 'length' });
    call.first ??= e.ttft_ms === null ? null : Math.min(e.t_ms, e.t_ms - e.ms + e.ttft_ms);
    run.stages[call.stage].ok += 1;
  }),
  'call.failed': (run, e) => withCall(run, e, call => Object.assign(call, { status: 'failed', end: e.t_ms, code: e.code, httpStatus: e.status, ms: e.ms })),
  'call.cancelled': (run, e) => withCall(run, e, call => Object.assign(call, { status: 'cancelled', end: e.t_ms, code: e.reason })),
  'review.parsed': (run, e) => run.reviews.set(e.reviewer, { method: e.method, items: new Map(e.items.map(item => [item.member, item])), revision: e.revision, text: e.revision_text ?? null }),
  'ranking': (run, e) => { run.ranking = e; },
  'lead.selected': (run, e) => { run.lead = e.model; },
  'lead.failover': (run, e) => {
    run.failovers.push(e);
    run.answer = '';
  },
  'synthesis.delta': (run, e) => {
    const call = [...run.calls.values()].findLast(one => one.stage === 'synthesis');
    if (call) {
      call.first ??= e.t_ms;
    }

    run.answer += e.text ?? '';
  },
  'run.completed': (run, e) => {
    run.answer = e.message.content ?? '';
    Object.assign(run, { status: 'completed', result: e });
  },
  'run.failed': (run, e) => Object.assign(run, { status: 'failed', error: e.error }),
  'run.cancelled': (run, e) => Object.assign(run, { status: 'cancelled', reason: e.reason }),
};

/** Puts an event into the run. An event that this page does not know is passed over. */
export function apply(run, name, event) {
  take[name]?.(run, event);
  run.now = event.t_ms;
  if (isOver(run)) {
    run.end = event.t_ms;
    run.cost = event.cost ?? null;
    run.usage = event.usage ?? null;
    for (const call of run.calls.values()) {
      if (call.status === 'running') {
        Object.assign(call, { status: 'cancelled', end: event.t_ms });
      }
    }
  }
}

export const isOver = run => ['completed', 'failed', 'cancelled'].includes(run.status);

/** What it has cost so far, as far as calls have ended. */
export const costOf = run => run.cost?.usd ?? sum(run, call => call.cost);

export const tokensOf = run => run.usage
  ? { input: run.usage.prompt_tokens, output: run.usage.completion_tokens }
  : { input: sum(run, call => call.usage?.input_tokens), output: sum(run, call => call.usage?.output_tokens) };

export const draftOf = (run, member) => run.calls.get(`i.${member}`) ?? null;

/** The name of a model without its provider. */
export const shortModel = model => model?.slice(model.indexOf('/') + 1) ?? '';

/** A member as people know it, and where it stands among them. */
export const memberOf = (run, id) => {
  const index = run.members.findIndex(member => member.id === id);
  return { id, index, model: draftOf(run, id)?.model ?? run.members[index]?.model ?? '' };
};

function withCall(run, event, change) {
  const call = run.calls.get(event.call_id);
  if (call) {
    change(call);
  }
}

function sum(run, pick) {
  let total = 0;
  for (const call of run.calls.values()) {
    total += pick(call) ?? 0;
  }

  return total;
}
