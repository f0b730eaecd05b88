import { inTurns, othersFirst } from '../base/steps.ts';
import {
  type FileCache,
  type LoadMemory,
  type LoadOptions,
  loadManifest,
  loadManifestInSteps,
  type Manifest,
} from '../manifest/load-manifest.ts';
import type { PolicyPort } from '../manifest/objections.ts';
import type { Policy } from '../model/kinds/policy.ts';
import { checkAttribute, hidesValue } from '../radius/dictionary/check-attribute.ts';
import type { SourceFile } from '../source/source.ts';
import { madeUp, resolverOf, type SecretSettings } from './declared-secrets.ts';
import { type OpenedCache, type OpenedSources, type OpenOptions, openSealed } from './open-sealed.ts';

export interface LoadSettings extends SecretSettings {
  /**
   * `validate`: missing secrets are warnings. `use`: they are errors. `rehearse`: they are made up, the same for the same
   * name.
   */
  readonly mode: 'validate' | 'use' | 'rehearse';
  /** Kept between loads, so that only files that changed are read again. */
  readonly cache?: FileCache;
  /** Kept between loads of one line of revisions, so that what did not change is not made again. */
  readonly memory?: LoadMemory;
  /** Kept between loads, so that what is encrypted is opened once. */
  readonly opened?: OpenedCache;
  /** Rules of the operator's own that are in force until what is loaded is. */
  readonly policiesBefore?: readonly Policy[];
  /** Secrets in clear text are not warned about. */
  readonly example?: boolean;
}

/** Files → `Model`, or everything that is wrong with them. Reads secrets anew each time. */
export async function loadFiles(files: readonly SourceFile[], settings: LoadSettings): Promise<Manifest> {
  const sources = await openSealed(files, openOptionsOf(settings));
  return forgetSealed(loadManifest(sources.files, await optionsOf(sources, settings)), sources);
}

/** The same, a little in each turn of the event loop: logins are answered meanwhile. */
export async function loadInTurns(files: readonly SourceFile[], settings: LoadSettings): Promise<Manifest> {
  return loadOpenedInTurns(await openSealed(files, openOptionsOf(settings)), settings);
}

/** The same of files that were opened before. */
export async function loadOpenedInTurns(sources: OpenedSources, settings: LoadSettings): Promise<Manifest> {
  const manifest = await inTurns(loadManifestInSteps(sources.files, await optionsOf(sources, settings)));
  await othersFirst();
  return forgetSealed(manifest, sources);
}

/**
 * What lies in the state folder opens with what declarations are made of; where something in them is encrypted, whoever has
 * them does not have all of it, and it opens with a master key from elsewhere or not at all.
 */
function forgetSealed(manifest: Manifest, { any }: OpenedSources): Manifest {
  const { secretUses } = manifest;
  if (!any || secretUses === undefined) return manifest;
  return { ...manifest, secretUses: { ...secretUses, elsewhere: [], inText: new Map() } };
}

/** Whoever rehearses has no key as a rule. */
function openOptionsOf(settings: LoadSettings): OpenOptions {
  return { ...settings, mode: settings.mode === 'use' ? 'use' : 'validate' };
}

async function optionsOf(
  { files, unread, issues, sealed }: OpenedSources,
  settings: LoadSettings,
): Promise<LoadOptions> {
  const { mode, example, cache, memory, policiesBefore = [] } = settings;
  const policies = await policiesFor(files, policiesBefore);
  return {
    secrets: mode === 'rehearse' ? madeUp({ ...resolverOf(settings), sealed }) : { ...resolverOf(settings), sealed },
    attributeCheck: checkAttribute,
    attributeHides: hidesValue,
    mode: mode === 'rehearse' ? 'use' : mode,
    ...(issues.length + unread.length === 0 ? {} : { sealed: { unread, issues } }),
    ...(example === undefined ? {} : { example }),
    ...(policies === undefined ? {} : { policies, policiesBefore }),
    ...(cache === undefined ? {} : { cache }),
    ...(memory === undefined ? {} : { memory }),
  };
}

/** Whoever declares no policy needs no language for them. */
async function policiesFor(files: readonly SourceFile[], before: readonly Policy[]): Promise<PolicyPort | undefined> {
  if (before.length === 0 && !files.some(({ text }) => text.includes('Policy'))) return undefined;
  const { PolicyRoom } = await import('../policy/policy-room.ts');
  return new PolicyRoom(hidesValue);
}
