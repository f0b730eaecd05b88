import { type LoadSettings, loadFiles } from '../daemon/load.ts';
import { hasErrors, type Issue } from '../manifest/issue.ts';
import type { FileCache } from '../manifest/load-manifest.ts';
import type { Declared, ScenarioSpec } from '../model/declarations.ts';
import type { Model } from '../model/model.ts';
import type { SourceFile } from '../source/source.ts';
import { withoutScenarios } from './edit-files.ts';

/** How a repository is read that is rehearsed: plain data. */
export type RehearsalSettings = Pick<LoadSettings, 'env' | 'secretsDir' | 'example'>;

/** A repository that scenarios are played on: read once, whatever there are of them. */
export interface Repository {
  readonly settings: RehearsalSettings;
  readonly model: Model;
  readonly scenarios: readonly Declared<ScenarioSpec>[];
  /** As it was read. */
  readonly files: readonly SourceFile[];
  /** What commits change: a scenario does not change scenarios, and may take away what others name. */
  readonly network: readonly SourceFile[];
  /** What its files declare, so that those a commit leaves alone are not read again. */
  readonly read: ReadonlyMap<string, Read>;
}

type Read = FileCache extends Map<string, infer File> ? File : never;

/** Reads it, or tells everything that is wrong with it. */
export async function openRepository(
  files: readonly SourceFile[],
  settings: RehearsalSettings,
): Promise<{ readonly repository?: Repository; readonly issues: readonly Issue[] }> {
  const cache: FileCache = new Map();
  const { model, scenarios = [], issues } = await loadFiles(files, { ...settings, mode: 'rehearse', cache });
  if (model === undefined || hasErrors(issues)) return { issues };
  const network = withoutScenarios(files);
  return { repository: { settings, model, scenarios, files, network, read: cache }, issues };
}
