/** A request the control port of a simulated device refused, in its words. */
export class ControlError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ControlError';
    this.status = status;
  }
}

/** Asks a control port. @param body sent as JSON, by POST; absent: by GET @throws ControlError on a refusal */
export async function askControl(url: string, body?: object): Promise<unknown> {
  if (body === undefined) return answerOf(await fetch(url));
  const headers = { 'content-type': 'application/json' };
  return answerOf(await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }));
}

async function answerOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json();
  if (response.ok) return body;
  const words = typeof body === 'object' && body !== null && 'error' in body ? String(body.error) : response.statusText;
  throw new ControlError(response.status, words);
}
