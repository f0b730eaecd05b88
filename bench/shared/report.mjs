/**
 * How benches report. Each `bench/NAME.mjs` runs by itself (`node bench/NAME.mjs`, after `npm run build`), prints a
 * table for people, and as its last line one JSON object `{ bench, rows: [{ label, value, unit, ratio?, aim? }] }`.
 */

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A figure with as many digits as it deserves. */
export function figure(value) {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return Number(value.toPrecision(3)).toString();
}

/**
 * What a figure is to reach, what it may reach if all goes well, and whether it does: `aim ≥ 1.5 reached, 1.8 not`.
 *
 * @param {'≥' | '≤'} sign
 */
export function aim(value, sign, reach, stretch) {
  const met = (goal) => ((sign === '≥' ? value >= goal : value <= goal) ? 'reached' : 'not');
  return [reach, stretch]
    .filter((goal) => goal !== undefined)
    .map((goal, index) => `${index === 0 ? `aim ${sign} ` : ''}${figure(goal)} ${met(goal)}`)
    .join(', ');
}

/** One of ours beside a peer's, with what it is to reach. */
export function besideRow(label, value, sign, reach, stretch) {
  return { label, value, unit: '×', aim: aim(value, sign, reach, stretch) };
}

/** @param {readonly { label: string, value: number, unit: string, ratio?: string, aim?: string }[]} rows */
export function table(rows) {
  const cells = rows.map(({ label, value, unit, ratio, aim: aimed }) => [
    label,
    figure(value),
    unit,
    [ratio, aimed].filter((text) => text !== undefined).join('; '),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column].length)));
  return cells
    .map(([label, value, unit, beside]) =>
      `  ${label.padEnd(widths[0])}  ${value.padStart(widths[1])} ${unit.padEnd(widths[2])}  ${beside}`.trimEnd(),
    )
    .join('\n');
}

/** Prints both forms. */
export function report(bench, title, rows) {
  console.log(`\n${title}\n${table(rows)}\n`);
  console.log(JSON.stringify({ bench, rows }));
}
