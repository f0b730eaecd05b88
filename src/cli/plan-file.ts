import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { codeOf, LastmileError, messageOf } from '../base/errors.ts';
import type { PlanDocument } from '../reconcile/plan.ts';
import { wholeChecksum } from '../reconcile/plan-checksum.ts';

/** A plan that was saved to be applied just so: `schemas/plan-file.schema.json`. No secret is in it. */
export interface PlanFile {
  readonly planFile: '1';
  readonly declarations: {
    /** Where they were read, absolute. */
    readonly dir: string;
    /** The commit, where they are one. Absent: the folder as it was. */
    readonly commit?: string;
  };
  readonly plan: PlanDocument;
}

/** A plan that was saved and cannot be read, or is none. */
export class PlanFileError extends LastmileError {
  readonly code = 'LM_PLAN_FILE';
  readonly retry = 'never';
}

/** Whole or not at all: nobody finds half a plan. @throws PlanFileError when it cannot be written */
export async function savePlan(path: string, dir: string, plan: PlanDocument): Promise<void> {
  const commit = /@sha1:([0-9a-f]{40,64})$/.exec(plan.revision)?.[1];
  const file: PlanFile = {
    planFile: '1',
    declarations: { dir: resolve(dir), ...(commit === undefined ? {} : { commit }) },
    plan,
  };
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, `${JSON.stringify(file, undefined, 2)}\n`, { flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new PlanFileError(`the plan cannot be saved: ${messageOf(error)}`, { cause: error });
  }
}

/** Is a saved plan meant, and not a folder of declarations? */
export function isPlanFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** @throws PlanFileError when it is none, or was changed by hand */
export async function readPlan(path: string): Promise<PlanFile> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new PlanFileError(`${path}: ${codeOf(error) ?? messageOf(error)}`, { cause: error });
  });
  const file = parsed(text);
  if (file === undefined) {
    throw new PlanFileError(`${path} is no saved plan: lastmile plan --out FILE writes one`);
  }
  if (wholeChecksum(file.plan.targets) !== file.plan.checksum) {
    throw new PlanFileError(`${path} was changed after it was saved: its checksum does not hold. Make a new plan`);
  }
  return file;
}

function parsed(text: string): PlanFile | undefined {
  try {
    const file = JSON.parse(text) as Partial<PlanFile> | null;
    const { declarations, plan } = file ?? {};
    const isOne =
      file?.planFile === '1' &&
      typeof declarations?.dir === 'string' &&
      plan?.formatVersion === '1' &&
      [plan.targets, plan.changes, plan.refusals, plan.findings].every(Array.isArray);
    return isOne ? (file as PlanFile) : undefined;
  } catch {
    return undefined;
  }
}
