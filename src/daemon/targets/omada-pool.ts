import type { Clock } from '../../base/clock.ts';
import type { OmadaController } from '../../model/kinds/omada-controller.ts';
import type { Model } from '../../model/model.ts';
import { sameTls } from '../../omada/clients.ts';
import { OmadaTarget } from '../../omada/omada-target.ts';

interface Pooled {
  readonly controller: OmadaController;
  readonly target: OmadaTarget;
}

/** Targets for a while. */
export interface OmadaLoan extends AsyncDisposable {
  readonly targets: readonly OmadaTarget[];
  /** Controllers that are asked otherwise than those in force, and were not to be. */
  readonly unknown: readonly string[];
}

/** One `OmadaTarget`, with one token, for each controller of the current model that has credentials of an OpenAPI. */
export class OmadaPool implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #pooled = new Map<string, Pooled>();

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
  }

  /** Those of controllers that are gone or asked otherwise now are closed. */
  targets(model: Pick<Model, 'omadaControllers'>): readonly OmadaTarget[] {
    const kept = keptControllers(model);
    const names = new Set(kept.map(({ name }) => name));
    for (const name of [...this.#pooled.keys()].filter((each) => !names.has(each))) this.#drop(name);
    return kept.map((controller) => {
      const known = this.#known(controller);
      if (known !== undefined) return known;
      this.#drop(controller.name);
      const target = new OmadaTarget({ controller, clock: this.#clock });
      this.#pooled.set(controller.name, { controller, target });
      return target;
    });
  }

  /** Targets for another model: those in force where they are asked alike; new ones, closed with the loan, elsewhere. */
  borrow(model: Pick<Model, 'omadaControllers'>, only?: 'known'): OmadaLoan {
    const [own, unknown]: [OmadaTarget[], string[]] = [[], []];
    const targets = keptControllers(model).flatMap((controller) => {
      const known = this.#known(controller);
      if (known !== undefined) return [known];
      if (only === 'known') {
        unknown.push(controller.name);
        return [];
      }
      const target = new OmadaTarget({ controller, clock: this.#clock });
      own.push(target);
      return [target];
    });
    return { targets, unknown, [Symbol.asyncDispose]: () => closeAll(own) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeAll([...this.#pooled.values()].map(({ target }) => target));
    this.#pooled.clear();
  }

  #known(controller: OmadaController): OmadaTarget | undefined {
    const known = this.#pooled.get(controller.name);
    return known !== undefined && askedAlike(known.controller, controller) ? known.target : undefined;
  }

  #drop(name: string): void {
    const pooled = this.#pooled.get(name);
    this.#pooled.delete(name);
    void pooled?.target[Symbol.asyncDispose]();
  }
}

/** Controllers that are targets: the others are only asked to let guests in. Pure. */
export function keptControllers({ omadaControllers }: Pick<Model, 'omadaControllers'>): readonly OmadaController[] {
  return omadaControllers.filter(({ openapi }) => openapi !== undefined);
}

async function closeAll(targets: readonly OmadaTarget[]): Promise<void> {
  await Promise.all(targets.map((target) => target[Symbol.asyncDispose]()));
}

function askedAlike(one: OmadaController, other: OmadaController): boolean {
  if (one.openapi === undefined || other.openapi === undefined) return false;
  return (
    one.url === other.url &&
    one.id === other.id &&
    sameTls(one.tls, other.tls) &&
    one.openapi.clientId === other.openapi.clientId &&
    one.openapi.clientSecret.equals(other.openapi.clientSecret)
  );
}
