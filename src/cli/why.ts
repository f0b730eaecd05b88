import type { WaitingOrder, WhyAnswer } from '../admin/service.ts';
import { printable } from '../base/bytes.ts';
import { whyOf } from '../daemon/logins/why.ts';
import { exitCodes, type Io } from './io.ts';
import { render } from './output.ts';
import { either, type RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';

/** `lastmile why USERNAME`: the login as it is in force and the last decisions about it. */
export async function whyCommand(
  username: string,
  options: RuntimeOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const answer = await either(
    options,
    around,
    (daemon) => daemon.get<WhyAnswer>(`/api/v1/why/${encodeURIComponent(username)}`),
    async () => {
      const none = whyOf(username, undefined, [], [], around.clock.now());
      return { ...none, hints: ['no daemon answers: decisions are kept in its memory'] };
    },
  );
  io.out(await render(answer, options.output, () => whyText(answer)));
  return exitCodes.success;
}

function whyText({ username, login, decisions, hints, waiting = [] }: WhyAnswer): string {
  const lines = [printable(username)];
  if (login !== undefined) {
    for (const [name, value] of Object.entries(login)) {
      lines.push(`  ${name}: ${printable(typeof value === 'string' ? value : JSON.stringify(value), 500)}`);
    }
  }
  for (const hint of hints) lines.push(`  → ${printable(hint, 500)}`);
  for (const order of waiting) lines.push(`  → ${waitingText(order)}`);
  if (decisions.length > 0) lines.push('Last decisions:');
  for (const { at, nas, method, verdict, reason, reply, callingStationId } of decisions) {
    const why = verdict === 'accept' ? (reply ?? '') : (reason ?? '');
    const from = callingStationId === undefined ? '' : ` from ${printable(callingStationId)}`;
    lines.push(`  ${new Date(at).toISOString()} ${verdict} by ${method} on ${nas}${from}: ${printable(why, 500)}`);
  }
  return `${lines.join('\n')}\n`;
}

function waitingText({ nas, sessionId, action, why, since, tried }: WaitingOrder): string {
  const what = action === 'disconnect' ? 'that it ends' : 'its new limits';
  const met = tried === undefined ? '' : `, tried ${tried.times} times: ${printable(tried.detail, 300)}`;
  const which = `session ${printable(sessionId)}, ${printable(why)}`;
  return `${nas} could not be told ${what} (${which}), since ${new Date(since).toISOString()}${met}`;
}
