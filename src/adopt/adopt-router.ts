import { hasErrors, type Issue } from '../manifest/issue.ts';
import type { Manifest, ManifestFile } from '../manifest/load-manifest.ts';
import type { Model } from '../model/model.ts';
import type { PlanDocument } from '../reconcile/plan.ts';
import { noDoubts } from './doubts.ts';
import { type Draft, type DraftSettings, draftOf } from './draft.ts';
import { type AdoptedFile, filesOf, type RouterPlace } from './files.ts';
import { learn } from './learn.ts';
import type { Picture } from './picture.ts';
import type { StoredSecrets } from './secrets.ts';
import { type Unsaid, unsaidOf } from './unsaid.ts';

export interface AdoptSettings extends DraftSettings {
  readonly place: RouterPlace;
  /** Where new files go: empty, or with a slash at its end. */
  readonly folder: string;
  /** What is declared already, without what `place` changes. */
  readonly files: readonly ManifestFile[];
  /** Reads declarations, with these secrets among those there are. */
  readonly load: (files: readonly ManifestFile[], secrets: StoredSecrets) => Manifest;
  /** What the next plan of this router would be. */
  readonly plan: (model: Model) => Promise<PlanDocument>;
}

export interface Adopted {
  readonly draft: Draft;
  readonly files: readonly AdoptedFile[];
  /** By tag: why it was left to the router. */
  readonly out: ReadonlyMap<string, string>;
  /** Rows with fields that no declaration says. */
  readonly ignored: number;
  readonly plan?: PlanDocument;
  /** What declared rows have besides. */
  readonly unsaid: readonly Unsaid[];
  /** What is wrong and was before: nothing that an import could leave out. */
  readonly issues: readonly Issue[];
}

/** Each try leaves out, or lets be, all that the one before has shown: after so many there is nothing left to. */
const mostTries = 60;

/** Until then rows are left out one by one. */
const patientTries = 30;

/**
 * Finds the fullest declaration of a router as it is of which the next plan is empty: makes one, reads it as the daemon
 * would, compares it with the router, and takes back what would change, until nothing would.
 *
 * @throws the errors of the connection
 */
export async function adoptRouter(picture: Picture, settings: AdoptSettings): Promise<Adopted> {
  let doubts = noDoubts;
  for (let tries = 1; ; tries += 1) {
    const draft = draftOf(picture, doubts, settings);
    const files = filesOf(settings.router, draft, settings.place, pathsOf(settings), settings.folder);
    const { model, issues } = settings.load([...settings.files, ...files], draft.secrets);
    const plan = model === undefined ? undefined : await settings.plan(model);
    const found = { draft, files, out: doubts.out, ignored: doubts.ignored.size };
    const next = learn(doubts, {
      issues: issues.filter(({ severity }) => severity === 'error'),
      plan,
      files,
      managed: settings.managed,
      menusWhole: tries > patientTries,
    });
    if (next === undefined || tries >= mostTries)
      return {
        ...found,
        unsaid: model === undefined ? [] : unsaidOf(picture, model, settings.router, settings.managed),
        issues: hasErrors(issues) ? issues : [],
        ...(plan === undefined ? {} : { plan }),
      };
    doubts = next;
  }
}

function pathsOf({ files, place }: AdoptSettings): ReadonlySet<string> {
  return new Set([...files, ...(place.kind === 'declared' ? [place.file] : [])].map(({ path }) => path));
}
