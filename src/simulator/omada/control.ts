import { BadRequest, type Fields, limited, optionalCount, optionalText, text, texts } from '../control-fields.ts';
import type { ControlHandler, ControlRoutes } from '../control-server.ts';
import { expirySigns } from './operator-api.ts';
import type { JoinRequest, SimulatedOmada } from './simulated-omada.ts';

/** What guests' devices, and a person at the controller, would do. */
export function controllerControl(omada: SimulatedOmada): ControlRoutes {
  return new Map<string, ControlHandler>([
    ['GET /clients', () => ({ clients: omada.clients() })],
    ['GET /counters', () => omada.counters],
    ['POST /join', (input) => omada.join(joinRequest(input))],
    ['POST /leave', async (input) => ({ left: await omada.leave(text(input, 'mac')) })],
    ['GET /redirect', (input) => ({ url: omada.redirectFor(text(input, 'mac'), text(input, 'url')) })],
    ['POST /unauthorise', (input) => ({ ended: omada.unauthorise(text(input, 'mac')) })],
    ['POST /expire', (input) => expire(omada, input)],
    ['POST /behaviour', (input) => behave(omada, input)],
  ]);
}

function expire(omada: SimulatedOmada, input: Fields): object {
  behave(omada, input);
  omada.expireSessions();
  return {};
}

function behave(omada: SimulatedOmada, input: Fields): object {
  const { behaviour } = omada;
  const sign = optionalText(input, 'expirySign') ?? behaviour.expirySign;
  const known = expirySigns.find((each) => each === sign);
  if (known === undefined) throw new BadRequest(`expirySign: one of ${expirySigns.join(', ')}`);
  const [id, busy, deaf, latencyMs] = [
    optionalText(input, 'id'),
    optionalCount(input, 'busy', 1_000_000),
    optionalCount(input, 'deaf', 1_000_000),
    optionalCount(input, 'latencyMs', 1_000_000),
  ] as const;
  behaviour.expirySign = known;
  behaviour.id = id ?? behaviour.id;
  behaviour.busy = busy ?? behaviour.busy;
  behaviour.deaf = deaf ?? behaviour.deaf;
  behaviour.latencyMs = latencyMs ?? behaviour.latencyMs;
  return behaviour;
}

const joinTexts = ['ip', 'site', 'ssid', 'apMac', 'gatewayMac'] as const;
/** Numbers, as text or as they are. */
const joinNumbers = ['radioId', 'vid'] as const;

function joinRequest(input: Fields): JoinRequest {
  const given = [...joinTexts, ...joinNumbers].flatMap((name) => {
    const number = joinNumbers.some((each) => each === name) && typeof input[name] === 'number';
    const value = number ? String(optionalCount(input, name, 4_095)) : optionalText(input, name);
    return value === undefined ? [] : [[name, limited(value, 2048)] as const];
  });
  return {
    mac: limited(text(input, 'mac'), 64),
    ...Object.fromEntries(given),
    names: input['names'] === undefined ? {} : texts(input, 'names'),
  };
}
