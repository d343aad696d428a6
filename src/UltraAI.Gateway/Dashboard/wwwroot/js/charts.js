// Cards with a chart by uPlot. A click on a point, or the button, leads to the numbers behind it.
import { fill, h } from './dom.js';
import { icon } from './icons.js';
import { colour, onTheme } from './theme.js';
import { showNumbers } from './numbers.js';

const colours = 8;
const wholeSteps = [1, 2, 5].flatMap(step => [0, 1, 2, 3, 4, 5, 6, 7, 8].map(zeros => step * 10 ** zeros)).sort((a, b) => a - b);

/**
 * @param {object} options
 * @param {string} options.title
 * @param {string} [options.note]
 * @param {(value: number) => string} options.format  of values
 * @param {(x: number, long: boolean) => string} options.formatX
 * @param {'line' | 'bars'} [options.kind]  bars are stacked
 * @param {boolean} [options.tall]
 * @param {boolean} [options.whole]  there are no halves
 * @param {string} [options.className]
 * @param {(x: number) => void} [options.pick]  what a click on a point does; else the numbers open
 * @param {any} [options.tools]
 */
export function chart(options) {
  const { title, note, format, formatX, kind = 'line', tall, className = '', whole = false, pick, tools } = options;
  let plot = null;
  let labels = [];
  let data = [[]];
  let window = null;

  const legend = h('ul', { class: 'legend' });
  const box = h('div', { class: tall ? 'chart-box tall' : 'chart-box', role: 'img', 'aria-label': title });
  const message = h('p', { class: 'chart-note' }, 'Waiting for data');
  const tip = h('div', { class: 'chart-tip', hidden: true });
  const numbers = h('button', {
    type: 'button', class: 'button quiet square small', 'aria-label': `Numbers: ${title}`, title: 'Numbers', onclick: () => show(null),
  }, icon('table'));
  const element = h('section', { class: `card ${className}` },
    h('div', { class: 'card-head' }, h('div', null, h('h2', null, title), note && h('p', { class: 'muted small' }, note)), tools, numbers),
    legend, h('div', { class: 'chart' }, box, message));

  function show(x) {
    showNumbers({ title, labels, data, format, formatX, pick, marked: x });
  }

  function rebuild() {
    plot?.destroy();
    plot = null;
    if (labels.length === 0 || box.clientWidth === 0) {
      return;
    }

    plot = new uPlot(optionsOf(), drawn(), box);
    plot.over.append(tip);
    plot.over.addEventListener('click', () => {
      const x = data[0][plot.cursor.idx];
      if (x !== undefined) {
        pick ? pick(x) : show(x);
      }
    });
    plot.over.addEventListener('mouseleave', () => { tip.hidden = true; });
  }

  function optionsOf() {
    const text = colour('text-2');
    const line = colour('line');
    const axis = { stroke: text, grid: { stroke: line, width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif' };
    return {
      width: box.clientWidth,
      height: box.clientHeight,
      padding: [10, 22, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: kind === 'line', size: 7 }, drag: { x: false, y: false } },
      scales: {
        x: { time: false, range: (u, min, max) => window ?? (kind === 'bars' ? [min - 0.6, max + 0.6] : [min, max]) },
        y: { range: (u, min, max) => [0, max > 0 ? max * 1.12 : 1] },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 26, space: 70, values: (u, splits) => splits.map(x => kind === 'bars' && !Number.isInteger(x) ? '' : formatX(x, false)), incrs: kind === 'bars' ? [1, 2, 5, 7, 14, 30, 60, 90] : [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800] },
        { ...axis, size: 58, space: 36, incrs: whole ? wholeSteps : undefined, values: (u, splits) => splits.map(format) },
      ],
      series: [{}, ...ordered(labels.map((label, i) => seriesOf(label, i)))],
      hooks: { setCursor: [moveTip] },
    };
  }

  function seriesOf(label, i) {
    const stroke = colour(`s${i % colours}`);
    return kind === 'bars'
      ? { label, fill: stroke, stroke, width: 0, paths: uPlot.paths.bars({ size: [0.72, 56] }), points: { show: false } }
      : { label, stroke, width: 1.6, points: { show: false }, spanGaps: false, fill: labels.length === 1 ? stroke.replace('rgb(', 'rgba(').replace(')', ', 0.08)') : undefined };
  }

  // Bars of a stack: each is drawn from the ground to its sum, the highest first, so that lower ones cover it.
  const ordered = list => kind === 'bars' ? list.reverse() : list;

  function drawn() {
    if (kind !== 'bars') {
      return data;
    }

    const sums = data[0].map(() => 0);
    const stacked = data.slice(1).map(series => series.map((value, i) => (sums[i] += value ?? 0)));
    return [data[0], ...ordered(stacked)];
  }

  function moveTip(u) {
    const index = u.cursor.idx;
    if (index === null || index === undefined || u.cursor.left < 0 || data[0][index] === undefined) {
      tip.hidden = true;
      return;
    }

    fill(tip, h('div', { class: 'when' }, formatX(data[0][index], true)), h('ul', null, labels.map((label, i) => {
      const value = data[i + 1][index];
      return value === null || value === undefined || (kind === 'bars' && value === 0) ? null
        : h('li', null, h('span', { class: `swatch s${i % colours}` }), label, h('b', null, format(value)));
    })));
    tip.hidden = false;
    const left = u.cursor.left + 14 + tip.offsetWidth > u.over.clientWidth ? u.cursor.left - tip.offsetWidth - 14 : u.cursor.left + 14;
    tip.style.left = `${Math.max(0, left)}px`;
  }

  const resized = new ResizeObserver(() => {
    if (!plot) {
      rebuild();
    } else if (box.clientWidth > 0) {
      plot.setSize({ width: box.clientWidth, height: box.clientHeight });
    }
  });
  resized.observe(box);
  const endTheme = onTheme(rebuild);

  return {
    element,
    /**
     * @param {string[]} nextLabels
     * @param {number[][]} next  x, then the values of each label
     * @param {{window?: [number, number], empty?: string}} [more]
     */
    set(nextLabels, next, more = {}) {
      const same = nextLabels.length === labels.length && nextLabels.every((label, i) => label === labels[i]);
      const hasData = next.slice(1).some(series => series.some(value => value !== null && value !== undefined));
      data = next;
      window = more.window ?? null;
      message.hidden = hasData;
      message.textContent = more.empty ?? 'Nothing in this time';
      box.setAttribute('aria-label', `${title}: ${summary(nextLabels, next, format)}`);
      if (!same) {
        labels = nextLabels;
        fill(legend, labels.map((label, i) => h('li', null, h('span', { class: `swatch s${i % colours}` }), h('span', { class: 'truncate' }, label))));
        rebuild();
      } else {
        plot ? plot.setData(drawn()) : rebuild();
      }
    },
    destroy() {
      resized.disconnect();
      endTheme();
      plot?.destroy();
    },
  };
}

function summary(labels, data, format) {
  const parts = labels.slice(0, colours).map((label, i) => {
    const last = data[i + 1].findLast(value => value !== null && value !== undefined);
    return last === undefined ? null : `${label} ${format(last)}`;
  }).filter(Boolean);
  return parts.length === 0 ? 'no data' : `latest ${parts.join(', ')}`;
}
